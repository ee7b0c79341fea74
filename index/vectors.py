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
BUILD_WIDTH = 200
SEARCH_WIDTH = 160

Allowed = NDArray[np.bool_]


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

    def search(
        self, query: Vectors, count: int, allowed: Allowed | None = None
    ) -> list[tuple[int, float]]:
        """`(row, cosine)` of the nearest rows, best first. `allowed` has one flag per row."""
        exact = isinstance(self._index, faiss.IndexFlat)
        selector = (
            None
            if allowed is None
            else faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        )
        parameters = (
            faiss.SearchParameters(sel=selector)
            if exact
            else faiss.SearchParametersHNSW(sel=selector, efSearch=max(SEARCH_WIDTH, count))
        )
        count = min(count, len(self.vectors))
        if count == 0:
            return []
        scores, rows = self._index.search(query[None, :], count, params=parameters)
        return [
            (int(row), float(score))
            for row, score in zip(rows[0], scores[0], strict=True)
            if row >= 0
        ]
