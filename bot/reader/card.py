"""The card that travels with the weights: what they were made from and how to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from bot.reader.labels import TAGS
from knowledge.faults import ContentError, Fault
from knowledge.model import Criterion, Frozen, Ring, State

Probability = Annotated[float, Field(ge=0, le=1)]


class Calibration(Frozen):
    """How logits become probabilities, and from where a signal counts as stated.

    A signal's probability is `sigmoid(signal_scale * logit + signal_offset)`; intent and ring
    are the softmax of their logits divided by a temperature. `off_topic_lean` is then added to the
    logit of out_of_scope: answering an off-topic message is worse than refusing a question.
    """

    signal_scale: float = 1.0
    signal_offset: float = 0.0
    intent_temperature: Annotated[float, Field(gt=0)] = 1.0
    ring_temperature: Annotated[float, Field(gt=0)] = 1.0
    off_topic_lean: float = 0.0
    thresholds: dict[Criterion, dict[State, Probability]]

    def threshold_vector(self) -> NDArray[np.float64]:
        """The thresholds in the order of `TAGS`: shape `[28]`."""
        return np.array([self.thresholds[criterion][state] for criterion, state in TAGS])


class RingModel(Frozen):
    """Multinomial logistic regression from what was read to a ring: every weight can be named.

    `signals` are weights of the 28 probabilities in the order of `TAGS`, `direct` of the
    logarithm of the network's own four ring probabilities.
    """

    intercept: dict[Ring, float]
    signals: dict[Ring, tuple[float, ...]]
    direct: dict[Ring, tuple[float, ...]]


class Card(Frozen):
    """`reader.json`."""

    base: str
    base_sha256: str
    examples: int
    examples_sha256: str
    settings: dict[str, float | int | str]
    calibration: Calibration
    ring_model: RingModel
    figures: dict[str, object]


def load_card(path: Path) -> Card:
    """The card at `path`; `ContentError` where it is missing or not as written by training."""
    try:
        return Card.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        advice = "no card here: run `rust-or-not setup` or bot.reader.export"
        raise ContentError([Fault(str(path), 0, advice)]) from None
    except ValidationError as error:
        raise ContentError([Fault(str(path), 0, f"not a reader's card: {error}")]) from error
