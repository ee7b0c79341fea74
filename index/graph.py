"""A graph of neighbours (HNSW) over many vectors, by faiss.

Whoever imports this has faiss in memory, 13 MiB: only where there is a graph.
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors

LINKS = 32
BUILD_WIDTH = 64
TRAINED_ON = 50_000
"""Vectors from which the ranges of the stored bytes are learnt."""

_BUILD_THREADS = faiss.omp_get_max_threads()


def write_graph(file: Path, vectors: Vectors) -> None:
    """A graph over unit vectors, shape `(passages, dimension)`, a byte a number."""
    graph = faiss.IndexHNSWSQ(
        vectors.shape[1],
        faiss.ScalarQuantizer.QT_8bit,
        LINKS,
        faiss.METRIC_INNER_PRODUCT,
    )
    faiss.omp_set_num_threads(_BUILD_THREADS)
    graph.hnsw.efConstruction = BUILD_WIDTH
    size = min(TRAINED_ON, len(vectors))
    sample = np.random.default_rng(0).choice(len(vectors), size, replace=False)
    graph.train(vectors[np.sort(sample)])
    graph.add(vectors)
    faiss.write_index(graph, str(file))


class Graph:
    """The graph of a file, which is mapped."""

    def __init__(self, file: Path) -> None:
        self._index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP)

    def near(
        self, query: Vectors, count: int, width: int, allowed: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Up to `count` rows near a query, of those that have their flag in `allowed`."""
        # Threads that wait for each other cost far more than they share, where cores are busy.
        faiss.omp_set_num_threads(1)
        walk = faiss.SearchParametersHNSW(sel=_selector(allowed), efSearch=width)
        _, (rows,) = self._index.search(query[None, :], count, params=walk)
        found: NDArray[np.int64] = rows[rows >= 0]
        return found


def _selector(allowed: NDArray[np.bool_] | None) -> faiss.IDSelector | None:
    if allowed is None:
        return None
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
