"""The bot's measured figures do not fall.

The floors are what `rust-or-not eval` and the table of negations gave when they were last written
down (docs/evaluation.md, docs/reading.md), less one question for other processors.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.evaluation import SETS
from bot.evaluation.questions import load_labels
from bot.evaluation.score import evaluate, figures
from bot.service import Service
from knowledge.model import Criterion

NEGATIONS = Path(__file__).resolve().parent / "data" / "negation_pairs.jsonl"

FLOORS = {
    "own": {
        "ring": 0.91,
        "ring_after_3": 0.92,
        "signals_f1": 0.92,
        "intent": 0.91,
        "cases": 0.96,
        "terms": 0.73,
        "sources": 0.75,
    },
    "public": {"ring": 0.63, "ring_after_3": 0.65, "signals_f1": 0.66, "intent": 0.92},
}
CEILINGS = {
    "own": {"adopt_hold_mixed": 0.04, "leaked": 0.01, "refused": 0.03, "calibration_error": 0.09},
    "public": {"adopt_hold_mixed": 0.12, "leaked": 0.20, "refused": 0.04},
}
NEGATIONS_RIGHT = 0.53
"""Measured 121 of 224 pairs; the aim is 0.95, and docs/reading.md says what is missing."""

Figures = dict[str, dict[str, float | int | None]]


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


def test_negating_a_fact_changes_what_is_read(service: Service) -> None:
    rows = [json.loads(line) for line in NEGATIONS.read_text("utf-8").splitlines()]
    assert len(rows) >= 200

    def read(text: str, criterion: str) -> str:
        signal = service.reader.read(text).signals.get(Criterion(criterion))
        return signal.state if signal else "unknown"

    right = [
        read(row["text"], row["criterion"]) == row["state"]
        and read(row["negated"], row["criterion"]) == row["becomes"]
        for row in rows
    ]
    assert sum(right) / len(right) >= NEGATIONS_RIGHT
