"""How well the reader reads examples it was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.reader.examples import Example
from bot.reader.labels import TAGS
from bot.reader.reading import Reading
from knowledge.model import Intent, Ring

OVERLAP: Final = 0.3
"""Characters that read and labelled evidence share, over those in either, to count as found."""

Figures = dict[str, object]


def evaluate(examples: Sequence[Example], readings: Sequence[Reading]) -> Figures:
    """Shares of 1 on readings of unseen examples; `adopt_hold_mixed` counts both directions.

    `leaked`: off-topic messages read as on-topic. `refused`: on-topic ones read as off-topic.
    `ring_direct` and `ring_explained` count decisions only, whatever intent was read.
    """
    pairs = list(zip(examples, readings, strict=True))
    decisions = [(e, r) for e, r in pairs if e.intent is Intent.DECISION]
    figures: Figures = {"examples": len(pairs), "decisions": len(decisions)}
    figures |= _intents(pairs)
    figures |= _signals(decisions)
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


def _signals(decisions: list[tuple[Example, Reading]]) -> Figures:
    said = np.array([[_says(r, tag) for tag in TAGS] for _, r in decisions], dtype=bool)
    true = np.array([[tag in e.spans for tag in TAGS] for e, _ in decisions], dtype=bool)
    overlaps = [
        _overlap(e.spans[tag], (r.signals[tag[0]].start, r.signals[tag[0]].end))
        for e, r in decisions
        for tag in e.spans
        if _says(r, tag)
    ]
    each = {
        f"{criterion} {state}": _f1(said[:, row], true[:, row])
        for row, (criterion, state) in enumerate(TAGS)
    }
    return {
        "signals": _f1(said, true),
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
