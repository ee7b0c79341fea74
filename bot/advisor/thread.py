"""A conversation about one piece of work: its facts stay, and what a message changed is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer
from bot.advisor.question import MAX_CHARACTERS, Question, ask
from bot.advisor.ring import RANK, Verdict
from bot.advisor.text import fact, uncapitalised
from knowledge.model import Criterion, Intent, Ring, State


@dataclass(frozen=True, slots=True)
class Thread:
    """What was said about the work so far.

    `facts` hold later answers, which outdo earlier text; `withdrawn` are criteria that the asker
    said are not known after all; `known` is all that the last verdict rested on.
    """

    texts: tuple[str, ...] = ()
    facts: Mapping[Criterion, State] = field(default_factory=dict)
    ring: Ring | None = None
    known: Mapping[Criterion, State] = field(default_factory=dict)
    withdrawn: frozenset[Criterion] = frozenset()


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer, the thread after it, and a sentence on what changed; empty for a first verdict."""

    answer: Answer
    thread: Thread
    change: str = ""


def reply(advisor: Advisor, thread: Thread, text: str) -> Turn:
    """Answer one more message of a thread. Raises `QuestionError`.

    In a thread with a verdict, a message that states facts adds them to what is known. Any other
    kind of question is answered on its own and leaves the thread as it was.
    """
    question = ask(text)
    reading = advisor.read(question)
    intent = advisor.intent(question, reading)
    adds = bool(thread.texts and reading.signals) and not _asks_else(intent, text)
    if intent is not Intent.DECISION and not adds:
        return Turn(advisor.answer(question, intent), thread)
    said = {criterion: signal.state for criterion, signal in reading.signals.items()}
    now = _with(thread, said if thread.texts else {}, ())
    return _judge(advisor, replace(now, texts=_kept((*thread.texts, text))), thread)


def settle(advisor: Advisor, thread: Thread, criterion: Criterion, state: State) -> Turn:
    """Work the verdict out anew with one fact that a person answered."""
    return settle_all(advisor, thread, {criterion: state})


def settle_all(
    advisor: Advisor,
    thread: Thread,
    facts: Mapping[Criterion, State],
    withdrawn: Iterable[Criterion] = (),
    text: str | None = None,
) -> Turn:
    """Work the verdict out anew with facts that a person answered, or took back.

    A `text` stands in place of everything said before, which is then known no more.
    """
    now = _with(thread, facts, withdrawn)
    if text is not None:
        now = replace(now, texts=(text,) if text else (), known={})
    return _judge(advisor, now, thread)


def suppose(
    advisor: Advisor,
    thread: Thread,
    facts: Mapping[Criterion, State],
    withdrawn: Iterable[Criterion] = (),
) -> Verdict:
    """The verdict that `settle_all` would come to; nothing is looked up."""
    now = _with(thread, facts, withdrawn)
    return advisor.verdict(
        Question("\n".join(now.texts), {**now.known, **now.facts}, now.withdrawn)
    )


def _with(
    thread: Thread, facts: Mapping[Criterion, State], withdrawn: Iterable[Criterion]
) -> Thread:
    """The thread with facts added and others withdrawn; what is stated later counts."""
    gone = (thread.withdrawn | set(withdrawn)) - facts.keys()
    return replace(
        thread,
        facts={c: state for c, state in {**thread.facts, **facts}.items() if c not in gone},
        known={c: state for c, state in thread.known.items() if c not in gone},
        withdrawn=frozenset(gone),
    )


def _asks_else(intent: Intent, text: str) -> bool:
    """True for a question about others: facts in "how did Discord cut its p99?" are not one's own.

    Without a question mark it is taken for a statement, which may read as anything.
    """
    return "?" in text and intent in (Intent.CASE_STUDY, Intent.COST, Intent.ADOPTION)


def _judge(advisor: Advisor, now: Thread, before: Thread) -> Turn:
    """The verdict on everything said, and the thread after it.

    Read together, messages may come out otherwise than one by one: what was known before and not
    said anew stays known.
    """
    text = "\n".join(now.texts)
    answer = advisor.answer(Question(text, now.facts, now.withdrawn), Intent.DECISION)
    stated = _stated(answer)
    lost = {c: state for c, state in now.known.items() if stated.get(c) != state}
    if lost.keys() - now.facts.keys():
        now = replace(now, facts={**lost, **now.facts})
        answer = advisor.answer(Question(text, now.facts, now.withdrawn), Intent.DECISION)
    after = replace(now, known=_stated(answer), ring=answer.ring)
    return Turn(answer, after, _change(advisor, before, after, answer))


def _stated(answer: Answer) -> dict[Criterion, State]:
    """What counts; what was said both ways is not known."""
    return {
        c.criterion: c.state
        for c in answer.checklist
        if c.state != "unknown" and c.opposite is None
    }


def _change(advisor: Advisor, before: Thread, after: Thread, answer: Answer) -> str:
    """What the new facts did to the verdict, in the reviewed phrases.

    Only those that speak the way it went are said to be why.
    """
    if before.ring is None or after.ring is None:
        return ""
    phrases, checklist = advisor.desk.phrases, advisor.desk.checklist
    labels = phrases.labels
    went = RANK[after.ring] - RANK[before.ring]
    why: list[str] = []
    besides: list[str] = []
    for check in answer.checklist:
        if after.known.get(check.criterion) not in (None, before.known.get(check.criterion)):
            causes = went and check.weighs == ("for" if went > 0 else "against")
            (why if causes else besides).append(uncapitalised(fact(check, checklist, phrases)))
    rings = {"before": before.ring.value, "after": after.ring.value}
    if not went:
        parts = [labels.unchanged.format(ring=after.ring.value)]
    elif why:
        parts = [labels.changed_because.format(**rings, facts="; ".join(why))]
    else:
        parts = [labels.changed.format(**rings)]
    if besides:
        parts.append(labels.added.format(facts="; ".join(besides)))
    gone = [uncapitalised(checklist[c].label) for c in before.known if c not in after.known]
    if gone:
        parts.append(labels.withdrawn.format(items="; ".join(gone)))
    return " ".join(parts)


def _kept(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The messages that still fit a question: the first and the latest ones.

    Of a first one that leaves no room, the beginning is kept.
    """
    kept = list(texts)
    while len(kept) > 2 and len("\n".join(kept)) > MAX_CHARACTERS:
        del kept[1]
    room = MAX_CHARACTERS - len("\n".join(("", *kept[1:])))
    first = kept[0][: max(room, 0)]
    return (first, *kept[1:]) if first else tuple(kept[1:])
