"""Dense search: exact while that is fast, a graph of neighbours beyond."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors

VECTORS_FILE = "vectors.npy"
GRAPH_FILE = "graph.faiss"

EXACT_UP_TO = 50_000
"""Up to this many passages exact search stays in the low milliseconds on one core."""
SEARCH_WIDTH = 160
RANKED_ANEW = 100
"""Fewest rows taken from the graph: it rounds their vectors, and the stored ones decide."""
EXACT_CHUNK = 8192
"""Rows compared at a time where a filter leaves few, so that memory stays bounded."""

Allowed = NDArray[np.bool_]
Found = list[tuple[int, float]]


def write_vectors(folder: Path, vectors: Vectors) -> None:
    """Store unit vectors, shape `(passages, dimension)`, and a graph where there are many."""
    np.save(folder / VECTORS_FILE, vectors)
    if len(vectors) > EXACT_UP_TO:
        from index.graph import write_graph

        write_graph(folder / GRAPH_FILE, vectors)


class DenseSearch:
    """Nearest passages by cosine. The vectors are mapped, not copied into memory."""

    def __init__(self, folder: Path) -> None:
        self.vectors: Vectors = np.load(folder / VECTORS_FILE, mmap_mode="r")
        self._graph = None
        if (folder / GRAPH_FILE).is_file():
            from index.graph import Graph

            self._graph = Graph(folder / GRAPH_FILE)

    def search(self, query: Vectors, count: int, allowed: Allowed | None = None) -> Found:
        """`(row, cosine)` of the nearest rows, best first. `allowed` has one flag per row."""
        rows = len(self.vectors) if allowed is None else int(np.count_nonzero(allowed))
        count = min(count, rows)
        if count == 0:
            return []
        if self._graph is None and allowed is None:
            return _best(np.arange(rows), _cosines(self.vectors, query), count)
        if allowed is not None and (self._graph is None or rows <= EXACT_UP_TO):
            return self._exact(query, count, np.flatnonzero(allowed))
        assert self._graph is not None
        # A walk through the graph meets allowed rows only as often as there are any.
        width = max(SEARCH_WIDTH, count) * len(self.vectors) // rows
        near = self._graph.near(query, min(max(RANKED_ANEW, count), rows), width, allowed)
        return self._exact(query, count, near)

    def _exact(self, query: Vectors, count: int, rows: NDArray[np.int64]) -> Found:
        """The nearest of some rows, by the vectors themselves."""
        if not len(rows):
            return []
        chunks = [rows[at : at + EXACT_CHUNK] for at in range(0, len(rows), EXACT_CHUNK)]
        cosines = np.concatenate([_cosines(self.vectors[chunk], query) for chunk in chunks])
        return _best(rows, cosines, count)


def _cosines(vectors: Vectors, query: Vectors) -> Vectors:
    """One for each row. Not `@`, whose threads wait for each other where cores are busy."""
    cosines: Vectors = np.einsum("ij,j->i", vectors, query)
    return cosines


def _best(rows: NDArray[np.int64], cosines: Vectors, count: int) -> Found:
    if count < len(rows):  # all that are as near as the last of them, so that ties go by row
        last = np.partition(cosines, len(cosines) - count)[len(cosines) - count]
        near = cosines >= last
        rows, cosines = rows[near], cosines[near]
    best = np.lexsort((rows, -cosines))[:count]
    return [(int(rows[at]), float(cosines[at])) for at in best]
