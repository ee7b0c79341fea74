"""Dense and lexical results fused into one ranking, with filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.rows import Stored
from index.snapshot import Snapshot
from index.stages import stage

CANDIDATES = 60
"""Rows taken from each side before fusion."""
RANK_OFFSET = 20
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009 use 60 on long lists;
short lists of short passages are told apart better with a smaller one: docs/search.md)."""
LEXICAL_SHARE = 0.5

Filters = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its fused score and, where it was near, its cosine to the question."""

    stored: Stored
    score: float
    cosine: float


@stage("search")
def search(
    snapshot: Snapshot,
    vector: Vectors,
    question: str,
    count: int,
    filters: Filters | None = None,
) -> list[Hit]:
    """The best passages for a question and its vector, best first.

    Each side's ranks are fused by reciprocal rank, with `LEXICAL_SHARE` of the weight for words.
    """
    allowed: NDArray[np.bool_] | None = snapshot.rows_with(**filters) if filters else None
    if allowed is not None and not allowed.any():
        return []
    dense = snapshot.dense.search(vector, CANDIDATES, allowed)
    words = snapshot.words.search(question, CANDIDATES, allowed)
    scores: dict[int, float] = {}
    for share, ranking in ((1 - LEXICAL_SHARE, dense), (LEXICAL_SHARE, words)):
        for rank, (row, _) in enumerate(ranking):
            scores[row] = scores.get(row, 0.0) + share / (RANK_OFFSET + rank)
    best = sorted(scores, key=lambda row: (-scores[row], row))[:count]
    cosines = np.asarray(snapshot.dense.vectors[best] @ vector) if best else np.zeros(0)
    near = dict(zip(best, cosines.tolist(), strict=True))
    return [Hit(stored, scores[stored.row], near[stored.row]) for stored in snapshot.passages(best)]
