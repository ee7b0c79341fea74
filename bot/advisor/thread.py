"""A conversation about one piece of work: its facts stay, and what a message changed is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer, Evidence
from bot.advisor.fact import Fact
from bot.advisor.question import MAX_CHARACTERS, Question, ask
from bot.advisor.ring import RANK, Verdict
from bot.advisor.situation import read_from
from bot.advisor.text import fact, uncapitalised
from bot.reader.reading import Reading
from knowledge.model import Criterion, Intent, Ring, State

_OF_PEOPLE = frozenset({Criterion.TEAM_EXPERIENCE})
"""What is the same for another piece of work."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What was said about the work so far.

    `facts` were answered by button; `said` is what each message stated when it was read, a later
    one outdoing earlier ones, with offsets into the texts joined by line feeds. It is None where
    the texts were not read yet, or by a version that did not keep it. `withdrawn` are criteria that
    the asker said are not known after all; `known` is all that the last verdict rested on. `work`
    counts the pieces of work that were spoken of before this one.
    """

    texts: tuple[str, ...] = ()
    facts: Mapping[Criterion, State] = field(default_factory=dict)
    ring: Ring | None = None
    known: Mapping[Criterion, State] = field(default_factory=dict)
    withdrawn: frozenset[Criterion] = frozenset()
    said: Mapping[Criterion, Fact] | None = None
    work: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer, the thread after it, and a sentence on what changed; empty for a first verdict."""

    answer: Answer
    thread: Thread
    change: str = ""


def reply(advisor: Advisor, thread: Thread, text: str) -> Turn:
    """Answer one more message of a thread. Raises `QuestionError`.

    In a thread with a verdict, a message that states facts adds them to what is known, and one that
    asks about another piece of work begins anew. Any other kind of question is answered on its own
    and leaves the thread as it was.
    """
    question = ask(text)
    reading = advisor.read(question)
    intent = advisor.intent(question, reading)
    adds = bool(thread.texts and reading.signals) and not _asks_else(intent, text)
    if intent is not Intent.DECISION and not adds:
        return Turn(advisor.answer(question, intent), thread)
    if thread.ring and advisor.desk.vocabulary.turns_elsewhere(text):
        now = _hear(advisor, _anew(advisor, thread), text, reading)
        return _judge(advisor, now, Thread(), (advisor.desk.phrases.headlines.another,))
    return _judge(advisor, _hear(advisor, thread, text, reading), thread)


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
    now = _with(advisor, thread, facts, withdrawn)
    if text is not None:
        now = replace(now, texts=(text,) if text else (), said=None, known={}, ring=None)
    return _judge(advisor, now, thread)


def suppose(
    advisor: Advisor,
    thread: Thread,
    facts: Mapping[Criterion, State],
    withdrawn: Iterable[Criterion] = (),
) -> Verdict:
    """The verdict that `settle_all` would come to; nothing is looked up."""
    return advisor.verdict(question_of(advisor, _with(advisor, thread, facts, withdrawn)))


def question_of(advisor: Advisor, thread: Thread) -> Question:
    """All that was said and answered, as one question."""
    said = _said(advisor, thread)
    return Question(thread.text, thread.facts, thread.withdrawn, said)


def _said(advisor: Advisor, thread: Thread) -> dict[Criterion, Fact]:
    """What the messages said.

    Where that was not kept, they are read together: what a verdict rested on already stays known,
    and nothing is added to it.
    """
    if thread.said is not None:
        return dict(thread.said)
    read = read_from(thread.text, advisor.read(Question(thread.text)))
    if thread.ring is None:
        return read
    known = {c: state for c, state in thread.known.items() if c not in thread.facts}
    kept = {c: one for c, one in read.items() if one.opposite or known.get(c) == one.state}
    return {c: Fact(state, 1.0, None) for c, state in known.items()} | kept


def _with(
    advisor: Advisor,
    thread: Thread,
    facts: Mapping[Criterion, State],
    withdrawn: Iterable[Criterion],
) -> Thread:
    """The thread with facts answered and others withdrawn."""
    gone = (thread.withdrawn | set(withdrawn)) - facts.keys()
    said = _said(advisor, thread)
    return replace(
        thread,
        facts={c: state for c, state in {**thread.facts, **facts}.items() if c not in gone},
        said={c: one for c, one in said.items() if c not in gone},
        withdrawn=frozenset(gone),
    )


def _hear(advisor: Advisor, thread: Thread, text: str, alone: Reading) -> Thread:
    """The thread with one more message, which counts for what it states `alone`.

    What it states clearly outdoes all before. Where it is in doubt it outdoes no more than doubt,
    and where it says both no answer. What only the messages together tell counts if the words are
    in this one: an earlier one says no more than it did when it was read.
    """
    texts = _kept((*thread.texts, text))
    now = "\n".join(texts)
    before = _moved(_said(advisor, thread), "\n".join((*thread.texts, text)), now)
    said, facts = dict(before), dict(thread.facts)
    for criterion, stated in _moved(read_from(text, alone), text, now).items():
        if stated.clear:
            facts.pop(criterion, None)
        elif criterion in facts:
            continue
        if not stated.doubtful or criterion not in before or before[criterion].doubtful:
            said[criterion] = stated
    withdrawn = thread.withdrawn.difference(alone.signals)
    if thread.texts:
        begins = len(now) - len(text)
        for criterion, told in read_from(now, advisor.read(Question(now))).items():
            here = told.evidence is not None and told.evidence.start >= begins
            if here and told.clear and criterion not in {*said, *facts, *withdrawn}:
                said[criterion] = told
    return replace(thread, texts=texts, facts=facts, said=said, withdrawn=withdrawn)


def _moved(said: Mapping[Criterion, Fact], before: str, after: str) -> dict[Criterion, Fact]:
    """Facts with their words where they stand in a text that begins or ends as the one before.

    A fact whose words are gone is kept without them, unless it was said both ways.
    """

    def place(words: Evidence | None) -> Evidence | None:
        if words is None:
            return None
        for start in (words.start + len(after) - len(before), words.start):
            if start >= 0 and after.startswith(words.quote, start):
                return Evidence(quote=words.quote, start=start, end=start + len(words.quote))
        return None

    moved = {
        c: replace(one, evidence=place(one.evidence), opposite=place(one.opposite))
        for c, one in said.items()
    }
    return {
        c: one
        for c, one in moved.items()
        if said[c].opposite is None or (one.evidence and one.opposite)
    }


def _anew(advisor: Advisor, thread: Thread) -> Thread:
    """The thread for another piece of work, of which only the people are known.

    Their words are not kept: they stand in no message about it.
    """
    said = {c: one for c, one in _said(advisor, thread).items() if not one.opposite}
    return Thread(
        facts={c: state for c, state in thread.facts.items() if c in _OF_PEOPLE},
        said={c: replace(one, evidence=None) for c, one in said.items() if c in _OF_PEOPLE},
        withdrawn=thread.withdrawn & _OF_PEOPLE,
        work=thread.work + 1,
    )


def _asks_else(intent: Intent, text: str) -> bool:
    """True for a question about others: facts in "how did Discord cut its p99?" are not one's own.

    Without a question mark it is taken for a statement, which may read as anything.
    """
    return "?" in text and intent in (Intent.CASE_STUDY, Intent.COST, Intent.ADOPTION)


def _judge(advisor: Advisor, now: Thread, before: Thread, notes: tuple[str, ...] = ()) -> Turn:
    """The verdict on everything said, and the thread after it."""
    question = replace(question_of(advisor, now), notes=notes)
    answer = advisor.answer(question, Intent.DECISION)
    after = replace(now, said=question.said, known=_stated(answer), ring=answer.ring)
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
