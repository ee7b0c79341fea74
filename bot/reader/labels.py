"""The order in which the network's outputs stand."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from knowledge.model import Criterion, Intent, Ring, State

STATES: Final[tuple[State, ...]] = ("yes", "no")
INTENTS: Final = tuple(Intent)
RINGS: Final = tuple(Ring)
CRITERIA: Final = tuple(Criterion)
TAGS: Final[tuple[tuple[Criterion, State], ...]] = tuple(
    (criterion, state) for criterion in CRITERIA for state in STATES
)
"""What a token can be evidence of: 28 pairs, `(criterion, "yes")` before `(criterion, "no")`."""

FOLDER: Final = Path(__file__).resolve().parent
EXAMPLES: Final = FOLDER / "examples"
WEIGHTS: Final = FOLDER / "weights"
"""Committed by training: the adapter, the heads and `card.json`."""
