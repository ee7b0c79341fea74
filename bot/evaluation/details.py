"""The figures broken down: by criterion and by ring."""

from __future__ import annotations

from dataclasses import dataclass

from bot.evaluation.score import Tally
from knowledge.model import Criterion, Ring


@dataclass(frozen=True, slots=True)
class CriterionFigures:
    """How one criterion was read: counts of (question, state) pairs, and their F1."""

    criterion: Criterion
    stated: int
    read: int
    right: int

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where there was nothing to read."""
        total = self.stated + self.read
        return 2 * self.right / total if total else None


@dataclass(frozen=True, slots=True)
class RingFigures:
    """How decisions labelled with one ring were judged: counts by the ring judged."""

    ring: Ring
    judged: dict[Ring, int]


def by_criterion(tally: Tally) -> list[CriterionFigures]:
    """One row for each criterion, in the order of the checklist's ids."""
    return [
        CriterionFigures(
            criterion,
            tally.counts[f"signal {criterion} wanted"],
            tally.counts[f"signal {criterion} read"],
            tally.hits[f"signal {criterion}"],
        )
        for criterion in Criterion
    ]


def by_ring(tally: Tally) -> list[RingFigures]:
    """One row for each ring as labelled."""
    return [
        RingFigures(ring, {judged: tally.judged[ring, judged] for judged in Ring}) for ring in Ring
    ]
