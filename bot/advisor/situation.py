"""What is known about the asker's case: signals read from the text, and answered facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.advisor.answer import Evidence
from bot.advisor.question import Question
from bot.reader.reading import Reading, SignalReading
from knowledge.model import Criterion, Ring, State


@dataclass(frozen=True, slots=True)
class Fact:
    """One stated criterion. `evidence` is None where a person answered by button, `opposite` the
    words that state the contrary as well."""

    state: State
    confidence: float
    evidence: Evidence | None
    opposite: Evidence | None = None

    @property
    def answered(self) -> bool:
        return self.evidence is None


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
    """Signals of the text, overruled by what a person answered.

    An answer that the text states as well keeps the words that say so, as what is written later in
    a thread is answered and stated. Without a text, as a form may be sent, nothing leans to a ring.
    """
    facts: dict[Criterion, Fact] = {}
    for criterion, signal in reading.signals.items():
        if criterion in question.withdrawn:
            continue
        answered = question.facts.get(criterion)
        if answered in (None, signal.state):
            facts[criterion] = Fact(
                signal.state,
                1.0 if answered else round(signal.probability, 3),
                _words(question.text, signal.start, signal.end),
                None if answered else _contrary(question.text, signal),
            )
    for criterion, state in question.facts.items():
        said = reading.told.get((criterion, state))
        words = _words(question.text, *said) if said else None
        facts.setdefault(criterion, Fact(state, 1.0, words))
    likely = {pair: round(value, 4) for pair, value in reading.probabilities.items()}
    worded = bool(question.text.strip())
    lean = {ring: round(value, 4) for ring, value in reading.ring.items()} if worded else {}
    return Situation(facts, likely, lean)


def _contrary(text: str, signal: SignalReading) -> Evidence | None:
    """Words that state the opposite; the same words cannot say both."""
    if signal.opposite is None:
        return None
    start, end = signal.opposite
    apart = end <= signal.start or signal.end <= start
    return _words(text, start, end) if apart else None


def _words(text: str, start: int, end: int) -> Evidence:
    return Evidence(quote=text[start:end], start=start, end=end)
