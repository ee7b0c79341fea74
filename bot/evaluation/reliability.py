"""Whether confidence can be taken at its word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BINS = 5


@dataclass(frozen=True, slots=True)
class Reliability:
    """One bin of like confidence: how many, their mean confidence, and the share right."""

    number: int
    confidence: float
    right: float


def reliability(pairs: Sequence[tuple[float, bool]]) -> Iterator[Reliability]:
    """(confidence, right) pairs in equally filled bins, the least confident first."""
    ordered = sorted(pairs, key=lambda pair: pair[0])
    for index in range(BINS):
        chunk = ordered[index * len(ordered) // BINS : (index + 1) * len(ordered) // BINS]
        if chunk:
            yield Reliability(
                len(chunk),
                sum(confidence for confidence, _ in chunk) / len(chunk),
                sum(right for _, right in chunk) / len(chunk),
            )


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over equally filled bins (Guo et al. 2017, with quantile bins)."""
    gaps = (part.number * abs(part.confidence - part.right) for part in reliability(pairs))
    return sum(gaps) / len(pairs) if pairs else 0.0
