"""Dense search: exact while small, a graph that comes close where large, and filters in both."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest

from index.encoder import Vectors
from index.vectors import GRAPH_FILE, DenseSearch, write_vectors

ROWS, DIMENSION = 3000, 32
QUERIES = 100
THREADS = faiss.omp_get_max_threads()


def clustered(count: int, seed: int) -> Vectors:
    random = np.random.default_rng(0)
    centres = random.standard_normal((60, DIMENSION))
    random = np.random.default_rng(seed)
    vectors = centres[random.integers(60, size=count)] + random.standard_normal((count, DIMENSION))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(unit, dtype=np.float32)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return clustered(ROWS, seed=1)


@pytest.fixture(scope="module")
def queries() -> Vectors:
    return clustered(QUERIES, seed=2)


@pytest.fixture(scope="module")
def exact(vectors: Vectors, tmp_path_factory: pytest.TempPathFactory) -> DenseSearch:
    folder = tmp_path_factory.mktemp("exact")
    write_vectors(folder, vectors)
    assert not (folder / GRAPH_FILE).exists()
    return DenseSearch(folder)


@pytest.fixture(scope="module")
def graph(vectors: Vectors, tmp_path_factory: pytest.TempPathFactory) -> DenseSearch:
    folder = tmp_path_factory.mktemp("graph")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.vectors.EXACT_UP_TO", 200)
        write_vectors(folder, vectors)
        assert (folder / GRAPH_FILE).is_file()
        return DenseSearch(folder)


@pytest.fixture(autouse=True)
def _small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.vectors.EXACT_UP_TO", 200)


def nearest(vectors: Vectors, query: Vectors, count: int, rows: np.ndarray) -> list[int]:
    cosines = vectors[rows] @ query
    return [int(row) for row in rows[np.lexsort((rows, -cosines))][:count]]


def recall(
    search: DenseSearch, vectors: Vectors, queries: Vectors, allowed: np.ndarray | None, count: int
) -> float:
    rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    found = [
        len(
            {row for row, _ in search.search(query, count, allowed)}
            & set(nearest(vectors, query, count, rows))
        )
        / min(count, len(rows))
        for query in queries
    ]
    return float(np.mean(found))


def share_allowed(share: float) -> np.ndarray:
    return np.random.default_rng(3).random(ROWS) < share


def test_exact_search_finds_the_nearest_with_their_cosines(
    exact: DenseSearch, vectors: Vectors, queries: Vectors
) -> None:
    for query in queries[:10]:
        found = exact.search(query, 10)
        assert [row for row, _ in found] == nearest(vectors, query, 10, np.arange(ROWS))
        assert [score for _, score in found] == pytest.approx(
            [float(vectors[row] @ query) for row, _ in found], abs=1e-5
        )


@pytest.mark.parametrize("count", [1, 10, 60])
def test_the_graph_finds_what_exact_search_finds(
    graph: DenseSearch, vectors: Vectors, queries: Vectors, count: int
) -> None:
    assert recall(graph, vectors, queries, None, count) >= 0.97


def test_the_graph_gives_the_stored_vectors_cosines_best_first(
    graph: DenseSearch, vectors: Vectors, queries: Vectors
) -> None:
    for query in queries[:10]:
        found = graph.search(query, 20)
        scores = [score for _, score in found]
        assert scores == sorted(scores, reverse=True)
        assert scores == pytest.approx([float(vectors[row] @ query) for row, _ in found], abs=1e-5)


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2, 0.09, 0.05, 0.01, 0.001])
def test_filters_do_not_cost_the_graph_its_recall(
    graph: DenseSearch, vectors: Vectors, queries: Vectors, share: float
) -> None:
    allowed = share_allowed(share)
    assert recall(graph, vectors, queries, allowed, 10) >= 0.97


@pytest.mark.parametrize("share", [0.5, 0.01])
@pytest.mark.parametrize("kind", ["exact", "graph"])
def test_nothing_filtered_out_is_ever_found(
    kind: str, share: float, request: pytest.FixtureRequest, queries: Vectors
) -> None:
    search: DenseSearch = request.getfixturevalue(kind)
    allowed = share_allowed(share)
    for query in queries[:20]:
        found = search.search(query, 60, allowed)
        assert len(found) == min(60, int(allowed.sum()))
        assert all(allowed[row] for row, _ in found)


def test_a_filter_far_from_the_question_still_finds_as_many_as_asked_for(
    graph: DenseSearch, vectors: Vectors, queries: Vectors
) -> None:
    """The walk through the graph begins far from them."""
    query = queries[0]
    allowed = vectors @ query < np.quantile(vectors @ query, 0.3)
    found = graph.search(query, 60, allowed)
    assert len(found) == 60
    best = set(nearest(vectors, query, 60, np.flatnonzero(allowed)))
    assert len(best & {row for row, _ in found}) >= 40


@pytest.mark.parametrize("kind", ["exact", "graph"])
def test_the_same_search_gives_the_same_rows(
    kind: str, request: pytest.FixtureRequest, queries: Vectors
) -> None:
    search: DenseSearch = request.getfixturevalue(kind)
    assert search.search(queries[0], 30) == search.search(queries[0], 30)


@pytest.mark.parametrize("kind", ["exact", "graph"])
def test_odd_counts_and_filters_are_no_error(
    kind: str, request: pytest.FixtureRequest, queries: Vectors
) -> None:
    search: DenseSearch = request.getfixturevalue(kind)
    none, one = np.zeros(ROWS, dtype=np.bool_), np.zeros(ROWS, dtype=np.bool_)
    one[77] = True
    assert search.search(queries[0], 0) == []
    assert search.search(queries[0], 10, none) == []
    assert [row for row, _ in search.search(queries[0], 10, one)] == [77]
    assert len(search.search(queries[0], ROWS + 5)) > ROWS // 2


def test_rows_that_are_as_near_come_in_their_order(tmp_path: Path) -> None:
    vectors = np.eye(4, dtype=np.float32)[[1, 0, 1, 0, 0, 2]]
    write_vectors(tmp_path, vectors)
    found = DenseSearch(tmp_path).search(vectors[1], 4)
    assert found == [(1, 1.0), (3, 1.0), (4, 1.0), (0, 0.0)]


def test_a_search_keeps_to_one_thread_and_a_build_takes_all(
    graph: DenseSearch, vectors: Vectors, queries: Vectors, tmp_path: Path
) -> None:
    """On two busy cores a search with two threads took ten times as long."""
    graph.search(queries[0], 10)
    assert faiss.omp_get_max_threads() == 1
    write_vectors(tmp_path, vectors[:300])
    assert faiss.omp_get_max_threads() == THREADS


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    write_vectors(tmp_path, np.zeros((0, DIMENSION), dtype=np.float32))
    search = DenseSearch(tmp_path)
    assert search.search(np.ones(DIMENSION, dtype=np.float32), 10) == []
    allowed = np.zeros(0, dtype=np.bool_)
    assert search.search(np.ones(DIMENSION, dtype=np.float32), 10, allowed) == []


def test_a_graph_of_the_same_vectors_finds_the_same_rows(
    vectors: Vectors, queries: Vectors, tmp_path: Path
) -> None:
    """Two builds of one content may lay out the graph differently, but the best agree."""
    found = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        write_vectors(folder, vectors[:800])
        search = DenseSearch(folder)
        found.append([{row for row, _ in search.search(query, 10)} for query in queries])
    agreed = [len(a & b) / 10 for a, b in zip(*found, strict=True)]
    assert np.mean(agreed) >= 0.97


def test_duplicate_vectors_are_all_found(tmp_path: Path, vectors: Vectors) -> None:
    same = np.repeat(vectors[:1], 20, axis=0)
    write_vectors(tmp_path, np.concatenate([same, vectors[1:100]]))
    rows = [row for row, _ in DenseSearch(tmp_path).search(vectors[0], 20)]
    assert set(rows) == set(range(20))
