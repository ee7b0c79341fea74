"""Dense search with faiss: exact while that is fast, a graph of neighbours beyond."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors

VECTORS_FILE = "vectors.npy"
GRAPH_FILE = "graph.faiss"

EXACT_UP_TO = 50_000
"""Up to this many passages exact search stays in the low milliseconds on one core."""
LINKS = 32
BUILD_WIDTH = 64
SEARCH_WIDTH = 160
RANKED_ANEW = 100
"""Fewest rows taken from the graph: it rounds their vectors, and the stored ones decide."""
EXACT_CHUNK = 8192
"""Rows compared at a time where a filter leaves few, so that memory stays bounded."""

_BUILD_THREADS = faiss.omp_get_max_threads()

Allowed = NDArray[np.bool_]
Found = list[tuple[int, float]]


def write_vectors(folder: Path, vectors: Vectors) -> None:
    """Store unit vectors, shape `(passages, dimension)`, and a graph where there are many."""
    np.save(folder / VECTORS_FILE, vectors)
    if len(vectors) > EXACT_UP_TO:
        graph = faiss.IndexHNSWSQ(
            vectors.shape[1],
            faiss.ScalarQuantizer.QT_8bit,
            LINKS,
            faiss.METRIC_INNER_PRODUCT,
        )
        faiss.omp_set_num_threads(_BUILD_THREADS)
        graph.hnsw.efConstruction = BUILD_WIDTH
        sample = np.random.default_rng(0).choice(len(vectors), EXACT_UP_TO, replace=False)
        graph.train(vectors[np.sort(sample)])
        graph.add(vectors)
        faiss.write_index(graph, str(folder / GRAPH_FILE))


class DenseSearch:
    """Nearest passages by cosine."""

    def __init__(self, folder: Path) -> None:
        self.vectors: Vectors = np.load(folder / VECTORS_FILE, mmap_mode="r")
        graph = folder / GRAPH_FILE
        if graph.is_file():
            self._index = faiss.read_index(str(graph), faiss.IO_FLAG_MMAP)
        else:
            self._index = faiss.IndexFlatIP(self.vectors.shape[1])
            self._index.add(np.ascontiguousarray(self.vectors))

    def search(self, query: Vectors, count: int, allowed: Allowed | None = None) -> Found:
        """`(row, cosine)` of the nearest rows, best first. `allowed` has one flag per row."""
        rows = len(self.vectors) if allowed is None else int(np.count_nonzero(allowed))
        count = min(count, rows)
        if count == 0:
            return []
        if isinstance(self._index, faiss.IndexFlat):
            return self._ask(query, count, faiss.SearchParameters(sel=_selector(allowed)))
        if allowed is not None and rows <= EXACT_UP_TO:
            return self._exact(query, count, np.flatnonzero(allowed))
        # A walk through the graph meets allowed rows only as often as there are any.
        width = max(SEARCH_WIDTH, count) * len(self.vectors) // rows
        walk = faiss.SearchParametersHNSW(sel=_selector(allowed), efSearch=width)
        near = [row for row, _ in self._ask(query, min(max(RANKED_ANEW, count), rows), walk)]
        return self._exact(query, count, np.array(near, dtype=np.int64))

    def _ask(self, query: Vectors, count: int, parameters: faiss.SearchParameters) -> Found:
        # Threads that wait for each other cost far more than they share, where cores are busy.
        faiss.omp_set_num_threads(1)
        (scores,), (rows,) = self._index.search(query[None, :], count, params=parameters)
        return [
            (int(rows[at]), float(scores[at]))
            for at in np.lexsort((rows, -scores))
            if rows[at] >= 0
        ]

    def _exact(self, query: Vectors, count: int, rows: NDArray[np.int64]) -> Found:
        """The nearest of some rows, by the vectors themselves."""
        if not len(rows):
            return []
        chunks = [rows[at : at + EXACT_CHUNK] for at in range(0, len(rows), EXACT_CHUNK)]
        cosines = np.concatenate([self.vectors[chunk] @ query for chunk in chunks])
        best = np.lexsort((rows, -cosines))[:count]
        return [(int(rows[at]), float(cosines[at])) for at in best]


def _selector(allowed: Allowed | None) -> faiss.IDSelector | None:
    if allowed is None:
        return None
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
