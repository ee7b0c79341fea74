"""How well the reader reads examples it was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.reader.batches import NO_RING, item
from bot.reader.calibration import calibrate, calibration_error
from bot.reader.card import Card, RingModel
from bot.reader.examples import Example
from bot.reader.labels import TAGS
from bot.reader.reading import Logits, Reading, decode, signal_probabilities
from bot.reader.ring import fit_ring, softmax
from knowledge.model import Intent, Ring

OVERLAP: Final = 0.3
"""Characters that read and labelled evidence share, over those in either, to count as found."""

Figures = dict[str, object]


def reading_card(
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    logits: Sequence[Logits],
    *,
    examples_trained: int,
    base: str,
    base_sha256: str,
    examples_sha256: str,
    settings: dict[str, float | int | str],
) -> Card:
    """The card that calibration, ring model and figures from out-of-fold logits amount to.

    Its ring model is fitted on all decisions; for the figures each half of them is read with one
    fitted on the other half.
    """
    truth = [item(tokenizer, example) for example in examples]
    rings = np.array([one.ring for one in truth])
    decided = rings != NO_RING
    stated = np.stack([one.signals for one in truth]).astype(bool)
    signals = np.stack([one.signals for one in logits])
    direct = np.stack([one.ring for one in logits])
    calibration = calibrate(
        signals[decided],
        stated[decided],
        np.stack([one.intent for one in logits]),
        np.array([one.intent for one in truth]),
        direct[decided],
        rings[decided],
    )
    said = signal_probabilities(calibration, signals)
    shares = softmax(direct / calibration.ring_temperature)

    def ring_model(rows: NDArray[np.bool_]) -> RingModel:
        return fit_ring(said[rows], shares[rows], rings[rows])

    card = Card(
        base=base,
        base_sha256=base_sha256,
        examples=examples_trained,
        examples_sha256=examples_sha256,
        settings=settings,
        calibration=calibration,
        ring_model=ring_model(decided),
        figures={},
    )
    half = np.arange(len(examples)) % 2
    by_half = [
        card.model_copy(update={"ring_model": ring_model(decided & (half != own))})
        for own in (0, 1)
    ]
    readings = [
        decode(by_half[half[row]], example.text, truth[row].tokens, logits[row])
        for row, example in enumerate(examples)
    ]
    errors: Figures = {
        "measured_with_examples_sha256": examples_sha256,
        "signals_calibration_error": calibration_error(
            said[decided].ravel(), stated[decided].ravel()
        ),
        "ring_calibration_error": calibration_error(
            shares[decided].max(axis=1), shares[decided].argmax(axis=1) == rings[decided]
        ),
    }
    return card.model_copy(update={"figures": evaluate(card, examples, readings) | errors})


def evaluate(card: Card, examples: Sequence[Example], readings: Sequence[Reading]) -> Figures:
    """Shares of 1 on out-of-fold readings; `adopt_hold_mixed` counts both directions.

    `leaked`: off-topic messages read as on-topic. `refused`: on-topic ones read as off-topic.
    `ring_direct` and `ring_explained` count decisions only, whatever intent was read.
    """
    pairs = list(zip(examples, readings, strict=True))
    decisions = [(e, r) for e, r in pairs if e.intent is Intent.DECISION]
    figures: Figures = {"examples": len(pairs), "decisions": len(decisions)}
    figures |= _intents(pairs)
    figures |= _signals(card, decisions)
    figures |= _rings("ring_direct", [(e.ring, best(r.ring)) for e, r in decisions])
    figures |= _rings("ring_explained", [(e.ring, best(r.explained)) for e, r in decisions])
    return figures


def best(probabilities: dict[Ring, float]) -> Ring:
    """The most probable ring."""
    return max(probabilities, key=lambda ring: probabilities[ring])


def _intents(pairs: list[tuple[Example, Reading]]) -> Figures:
    read = [(e.intent, max(r.intent, key=lambda i: r.intent[i])) for e, r in pairs]
    off = [said for true, said in read if true is Intent.OUT_OF_SCOPE]
    on = [said for true, said in read if true is not Intent.OUT_OF_SCOPE]
    return {
        "intent": _share([true is said for true, said in read]),
        "leaked": _share([said is not Intent.OUT_OF_SCOPE for said in off]),
        "refused": _share([said is Intent.OUT_OF_SCOPE for said in on]),
    }


def _signals(card: Card, decisions: list[tuple[Example, Reading]]) -> Figures:
    said = np.array([[_says(r, tag) for tag in TAGS] for _, r in decisions], dtype=bool)
    true = np.array([[tag in e.spans for tag in TAGS] for e, _ in decisions], dtype=bool)
    overlaps = [
        _overlap(e.spans[tag], (r.signals[tag[0]].start, r.signals[tag[0]].end))
        for e, r in decisions
        for tag in e.spans
        if _says(r, tag)
    ]
    each = {
        f"{criterion} {state}": _f1(said[:, row], true[:, row]) | {"threshold": threshold}
        for row, ((criterion, state), threshold) in enumerate(
            zip(TAGS, card.calibration.threshold_vector(), strict=True)
        )
    }
    return {
        "signals": _f1(said, true),
        "contradicted": sum(s.contradicted for _, r in decisions for s in r.signals.values()),
        "evidence_overlap": round(float(np.mean(overlaps)), 4),
        "evidence_found": _share([overlap >= OVERLAP for overlap in overlaps]),
        "signals_each": each,
    }


def _says(reading: Reading, tag: tuple[object, object]) -> bool:
    return any((c, s.state) == tag for c, s in reading.signals.items())


def _rings(name: str, pairs: list[tuple[Ring | None, Ring]]) -> Figures:
    ends = {Ring.ADOPT, Ring.HOLD}
    return {
        name: _share([true is said for true, said in pairs]),
        f"{name}_mixed": _share(
            [true is not said and {true, said} == ends for true, said in pairs]
        ),
    }


def _f1(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> dict[str, float]:
    both, all_said, all_true = (said & true).sum(), said.sum(), true.sum()
    return {
        "precision": round(float(both / max(all_said, 1)), 4),
        "recall": round(float(both / max(all_true, 1)), 4),
        "f1": round(float(2 * both / max(all_said + all_true, 1)), 4),
        "stated": int(all_true),
    }


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / max(max(one[1], other[1]) - min(one[0], other[0]), 1)


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / max(len(hits), 1), 4)
