"""What is known about the asker's case: what was said, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.advisor.answer import Evidence
from bot.advisor.fact import Fact
from bot.advisor.question import Question
from bot.reader.reading import Reading, SignalReading
from knowledge.model import Criterion, Ring, State


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the verdict rests on."""

    facts: Mapping[Criterion, Fact]
    likely: Mapping[tuple[Criterion, State], float]
    lean: Mapping[Ring, float]

    @property
    def states(self) -> dict[Criterion, State]:
        """What counts for the verdict: what was said both ways does not."""
        return {name: fact.state for name, fact in self.facts.items() if not fact.opposite}

    @property
    def disputed(self) -> frozenset[Criterion]:
        """What the text states both ways."""
        return frozenset(name for name, fact in self.facts.items() if fact.opposite)


def situation(question: Question, reading: Reading) -> Situation:
    """What was said, overruled by what a person answered.

    An answer that the text states as well keeps the words that say so. Without a text, as a form
    may be sent, nothing leans to a ring.
    """
    facts: dict[Criterion, Fact] = {}
    said = read_from(question.text, reading) if question.said is None else question.said
    for criterion, fact in said.items():
        answered = question.facts.get(criterion)
        if answered is None and criterion not in question.withdrawn:
            facts[criterion] = fact
        elif answered == fact.state and fact.evidence is not None:
            facts[criterion] = replace(fact, confidence=1.0, opposite=None)
    for criterion, state in question.facts.items():
        told = reading.told.get((criterion, state))
        words = _words(question.text, *told) if told else None
        facts.setdefault(criterion, Fact(state, 1.0, words, answered=words is None))
    likely = {pair: round(value, 4) for pair, value in reading.probabilities.items()}
    worded = bool(question.text.strip())
    lean = {ring: round(value, 4) for ring, value in reading.ring.items()} if worded else {}
    return Situation(facts, likely, lean)


def read_from(text: str, reading: Reading) -> dict[Criterion, Fact]:
    """What a text states, given its reading."""
    return {
        criterion: Fact(
            signal.state,
            round(signal.probability, 3),
            _words(text, signal.start, signal.end),
            _contrary(text, signal),
        )
        for criterion, signal in reading.signals.items()
    }


def _contrary(text: str, signal: SignalReading) -> Evidence | None:
    """Words that state the opposite; the same words cannot say both."""
    if signal.opposite is None:
        return None
    start, end = signal.opposite
    apart = end <= signal.start or signal.end <= start
    return _words(text, start, end) if apart else None


def _words(text: str, start: int, end: int) -> Evidence:
    return Evidence(quote=text[start:end], start=start, end=end)
