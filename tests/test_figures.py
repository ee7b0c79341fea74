"""The bot's measured figures do not fall.

The floors are what `rust-or-not eval` and the table of negations gave when they were last written
down (docs/evaluation.md, docs/reading.md), less up to two questions for other processors.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.evaluation import SETS
from bot.evaluation.questions import load_labels
from bot.evaluation.score import evaluate, figures
from bot.reader.labels import STATES
from bot.reader.reading import Reading
from bot.service import Service
from knowledge.model import Criterion

NEGATIONS = Path(__file__).resolve().parent / "data" / "negation_pairs.jsonl"

FLOORS = {
    "own": {
        "ring": 0.92,
        "ring_after_3": 0.92,
        "signals_f1": 0.90,
        "intent": 0.92,
        "cases": 0.96,
        "terms": 0.78,
        "sources": 0.86,
    },
    "public": {"ring": 0.63, "ring_after_3": 0.65, "signals_f1": 0.66, "intent": 0.92},
}
CEILINGS = {
    "own": {"adopt_hold_mixed": 0.04, "leaked": 0.11, "refused": 0.03, "calibration_error": 0.09},
    "public": {"adopt_hold_mixed": 0.11, "leaked": 0.15, "refused": 0.04},
}
NEGATIONS_RIGHT = 0.58
"""Measured 134 of 224 pairs; the aim is 0.95, and docs/reading.md says what is missing."""
NEGATIONS_MOVED = 0.94
"""Measured 214 of 224 pairs, which is the 0.95 that is the aim; less two for other processors."""

Figures = dict[str, dict[str, float | int | None]]
Pair = tuple[dict[str, str], Reading, Reading]


@pytest.fixture(scope="module")
def measured(service: Service) -> Figures:
    return {
        name: figures(evaluate(service.advisor, load_labels(file))) for name, file in SETS.items()
    }


@pytest.mark.parametrize(("name", "figure"), [(s, f) for s in FLOORS for f in FLOORS[s]])
def test_a_figure_has_not_fallen(name: str, figure: str, measured: Figures) -> None:
    value = measured[name][figure]
    assert value is not None
    assert value >= FLOORS[name][figure]


@pytest.mark.parametrize(("name", "figure"), [(s, f) for s in CEILINGS for f in CEILINGS[s]])
def test_an_error_has_not_risen(name: str, figure: str, measured: Figures) -> None:
    value = measured[name][figure]
    assert value is not None
    assert value <= CEILINGS[name][figure]


@pytest.fixture(scope="module")
def pairs(service: Service) -> list[Pair]:
    rows = [json.loads(line) for line in NEGATIONS.read_text("utf-8").splitlines()]
    read = service.reader.read
    return [(row, read(row["text"]), read(row["negated"])) for row in rows]


def test_a_fact_and_its_negation_are_read_as_they_are(pairs: list[Pair]) -> None:
    def state(reading: Reading, criterion: str) -> str:
        signal = reading.signals.get(Criterion(criterion))
        return signal.state if signal else "unknown"

    right = [
        state(text, row["criterion"]) == row["state"]
        and state(negated, row["criterion"]) == row["becomes"]
        for row, text, negated in pairs
    ]
    assert len(right) >= 200
    assert sum(right) / len(right) >= NEGATIONS_RIGHT


def test_negating_a_fact_moves_what_is_read_the_right_way(pairs: list[Pair]) -> None:
    def stands_for(reading: Reading, criterion: str, state: str) -> float:
        yes, no = (reading.probabilities[Criterion(criterion), one] for one in STATES)
        return yes - no if state == "yes" else no - yes

    moved = [
        stands_for(text, row["criterion"], row["state"])
        > stands_for(negated, row["criterion"], row["state"])
        for row, text, negated in pairs
    ]
    assert sum(moved) / len(moved) >= NEGATIONS_MOVED
