"""The bot's measured figures do not fall.

The floors are what `rust-or-not eval` and the table of negations gave when they were last written
down (docs/evaluation.md, docs/reading.md), less one question in a hundred for other processors.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.evaluation import QUESTIONS
from bot.evaluation.questions import load_labels
from bot.evaluation.score import evaluate, figures
from bot.service import Service
from knowledge.model import Criterion

NEGATIONS = Path(__file__).resolve().parent / "data" / "negation_pairs.jsonl"

FLOORS = {
    "ring": 0.90,
    "ring_after_3": 0.91,
    "signals_f1": 0.90,
    "intent": 0.91,
    "cases": 0.92,
    "terms": 0.82,
    "sources": 0.82,
}
CEILINGS = {"adopt_hold_mixed": 0.04, "leaked": 0.01, "refused": 0.03, "calibration_error": 0.06}
NEGATIONS_RIGHT = 0.49
"""Measured 112 of 224 pairs; the aim is 0.95, and docs/reading.md says what is missing."""


@pytest.fixture(scope="module")
def measured(service: Service) -> dict[str, float | int | None]:
    return figures(evaluate(service.advisor, load_labels(QUESTIONS)))


@pytest.mark.parametrize("figure", FLOORS)
def test_a_figure_has_not_fallen(figure: str, measured: dict[str, float | int | None]) -> None:
    value = measured[figure]
    assert value is not None
    assert value >= FLOORS[figure]


@pytest.mark.parametrize("figure", CEILINGS)
def test_an_error_has_not_risen(figure: str, measured: dict[str, float | int | None]) -> None:
    value = measured[figure]
    assert value is not None
    assert value <= CEILINGS[figure]


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
