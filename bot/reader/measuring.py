"""From predictions on unseen examples to the card: calibration, ring model, figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.evaluation.reliability import calibration_error
from bot.reader.batches import NO_RING, Item, item
from bot.reader.calibration import off_topic_lean, platt, temperature, threshold_table
from bot.reader.card import Calibration, RingModel
from bot.reader.evaluation import Figures, evaluate
from bot.reader.examples import Example
from bot.reader.reading import Logits, decode, signal_probabilities
from bot.reader.ring import fit_ring, softmax


@dataclass(frozen=True, slots=True)
class Unseen:
    """Logits of examples from a network that had not seen them, and the truth.

    First axis: examples. `signals` and `stated` `[n, 28]`, `intent` `[n, 5]`, `intents` `[n]`,
    `ring` `[n, 4]`, `rings` `[n]` (`NO_RING` where it is no decision).
    """

    signals: NDArray[np.float64]
    stated: NDArray[np.bool_]
    intent: NDArray[np.float64]
    intents: NDArray[np.int64]
    ring: NDArray[np.float64]
    rings: NDArray[np.int64]

    @classmethod
    def of(cls, items: Sequence[Item], logits: Sequence[Logits]) -> Unseen:
        return cls(
            signals=np.stack([one.signals for one in logits]),
            stated=np.stack([one.signals for one in items]).astype(bool),
            intent=np.stack([one.intent for one in logits]),
            intents=np.array([one.intent for one in items]),
            ring=np.stack([one.ring for one in logits]),
            rings=np.array([one.ring for one in items]),
        )

    def part(self, rows: NDArray[np.bool_]) -> Unseen:
        return Unseen(
            self.signals[rows],
            self.stated[rows],
            self.intent[rows],
            self.intents[rows],
            self.ring[rows],
            self.rings[rows],
        )

    @property
    def decisions(self) -> Unseen:
        return self.part(self.rings != NO_RING)


def calibrate(unseen: Unseen) -> Calibration:
    """How to read logits: of signals and rings as decisions show it, of intents as all do."""
    decisions = unseen.decisions
    scale, offset = platt(decisions.signals.ravel(), decisions.stated.ravel())
    scaled = Calibration(
        signal_scale=round(scale, 4),
        signal_offset=round(offset, 4),
        intent_temperature=(intent := temperature(unseen.intent, unseen.intents)),
        ring_temperature=temperature(decisions.ring, decisions.rings),
        off_topic_lean=off_topic_lean(unseen.intent / intent, unseen.intents),
        thresholds={},
    )
    said = signal_probabilities(scaled, decisions.signals)
    return scaled.model_copy(update={"thresholds": threshold_table(said, decisions.stated)})


def ring_model(calibration: Calibration, unseen: Unseen) -> RingModel:
    """The explainable ring, fitted on the decisions among `unseen`."""
    decisions = unseen.decisions
    said = signal_probabilities(calibration, decisions.signals)
    return fit_ring(said, softmax(decisions.ring / calibration.ring_temperature), decisions.rings)


@dataclass(frozen=True, slots=True)
class Measured:
    """What predictions on unseen examples give to the card."""

    calibration: Calibration
    ring_model: RingModel
    figures: Figures


def measure(
    tokenizer: Tokenizer, examples: Sequence[Example], logits: Sequence[Logits]
) -> Measured:
    """Calibration, ring model and figures from the `logits` of `examples`, which it has not seen.

    Calibration and ring model are fitted on all the examples; for the figures, each half of them
    is read with what was fitted on the other half.
    """
    items = [item(tokenizer, example) for example in examples]
    unseen = Unseen.of(items, logits)
    half = np.arange(len(examples)) % 2
    fitted = [_fitted(unseen.part(half != own)) for own in (0, 1)]
    readings = [
        decode(*fitted[int(half[row])], example.text, items[row].tokens, logits[row])
        for row, example in enumerate(examples)
    ]
    calibration, model = _fitted(unseen)
    apart = [(fitted[own][0], unseen.part(half == own)) for own in (0, 1)]
    return Measured(calibration, model, evaluate(examples, readings) | _calibration_errors(apart))


def _fitted(unseen: Unseen) -> tuple[Calibration, RingModel]:
    calibration = calibrate(unseen)
    return calibration, ring_model(calibration, unseen)


def _calibration_errors(apart: Sequence[tuple[Calibration, Unseen]]) -> Figures:
    """How far confidence is from the share that is right: of the signals that count as stated, and
    of the network's own ring. Each part comes with what was fitted on the other."""
    signals: list[tuple[float, bool]] = []
    rings: list[tuple[float, bool]] = []
    for calibration, unseen in apart:
        decisions = unseen.decisions
        said = signal_probabilities(calibration, decisions.signals)
        read = said >= calibration.threshold_vector()
        signals += zip(said[read].tolist(), decisions.stated[read].tolist(), strict=True)
        shares = softmax(decisions.ring / calibration.ring_temperature)
        right = shares.argmax(axis=1) == decisions.rings
        rings += zip(shares.max(axis=1).tolist(), right.tolist(), strict=True)
    return {
        "signals_calibration_error": round(calibration_error(signals), 4),
        "ring_calibration_error": round(calibration_error(rings), 4),
    }
