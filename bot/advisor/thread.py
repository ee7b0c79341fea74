"""A conversation about one piece of work: its facts stay, and what a message changed is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer
from bot.advisor.question import MAX_CHARACTERS, Question, ask
from knowledge.model import Criterion, Intent, Ring, State


@dataclass(frozen=True, slots=True)
class Thread:
    """What was said about the work so far. `facts` hold later answers, which outdo earlier text."""

    texts: tuple[str, ...] = ()
    facts: Mapping[Criterion, State] = field(default_factory=dict)
    ring: Ring | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer, the thread after it, and a sentence on what changed; empty for a first verdict."""

    answer: Answer
    thread: Thread
    change: str = ""


def reply(advisor: Advisor, thread: Thread, text: str) -> Turn:
    """Answer one more message of a thread.

    In a thread with a verdict, a message that states facts adds them to what is known. Any other
    kind of question is answered on its own and leaves the thread as it was.
    """
    question = ask(text)
    reading = advisor.read(question)
    alone = advisor.intent(question, reading)
    adds = bool(thread.texts) and bool(reading.signals)
    if alone is not Intent.DECISION and not adds:
        return Turn(advisor.answer(question), thread)
    facts = dict(thread.facts)
    if thread.texts:
        facts |= {criterion: signal.state for criterion, signal in reading.signals.items()}
    return _judge(advisor, replace(thread, texts=_kept((*thread.texts, text)), facts=facts), thread)


def settle(advisor: Advisor, thread: Thread, criterion: Criterion, state: State) -> Turn:
    """Work the verdict out anew with one fact that a person answered."""
    return _judge(advisor, replace(thread, facts={**thread.facts, criterion: state}), thread)


def _judge(advisor: Advisor, now: Thread, before: Thread) -> Turn:
    answer = advisor.answer(Question("\n".join(now.texts), now.facts), Intent.DECISION)
    after = replace(now, ring=answer.ring)
    return Turn(answer, after, _change(advisor, before, now, answer))


def _change(advisor: Advisor, before: Thread, now: Thread, answer: Answer) -> str:
    """What the new facts did to the verdict, in the reviewed phrases."""
    if before.ring is None or answer.ring is None:
        return ""
    labels, checklist = advisor.desk.phrases.labels, advisor.desk.checklist
    ring = answer.ring.value
    parts = [
        labels.unchanged.format(ring=ring)
        if before.ring is answer.ring
        else labels.changed.format(before=before.ring.value, after=ring)
    ]
    new = [c for c, state in now.facts.items() if before.facts.get(c) != state]
    if new:
        facts = "; ".join(checklist[c].says(now.facts[c]) for c in new)
        parts.append(labels.added.format(facts=facts))
    return " ".join(parts)


def _kept(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The messages that still fit a question: the first and the latest ones."""
    kept = list(texts)
    while len(kept) > 2 and sum(map(len, kept)) + len(kept) > MAX_CHARACTERS:
        del kept[1]
    return tuple(kept) if sum(map(len, kept)) + len(kept) <= MAX_CHARACTERS else texts[-1:]
