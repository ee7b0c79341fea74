"""How long the index takes to build, to rebuild after one change, and to search.

    python -m bench.index_bench --passages 10000           cheap encoder, and the real one's pace
    python -m bench.index_bench --passages 10000 --real    the real encoder for every passage
    python -m bench.index_bench --passages 1000000         vectors only beyond --build-up-to

Ratios are taken within one run on one machine; the seconds alone say little on another.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import faiss
import numpy as np

from bench.synthetic import CheapEncoder, clustered_vectors, write_documents
from bot.settings import Settings
from index.build import Report, build
from index.encoder import Encoder, OnnxEncoder
from index.gate import Gate, load_gates
from index.search import search
from index.store import SnapshotStore
from index.vectors import DenseSearch, write_vectors
from knowledge.content import Content, load_content

TOP = 10
Result = TypeVar("Result")


def main() -> None:
    """Run both parts and print one figure a line."""
    chosen = _arguments()
    print(f"passages: {chosen.passages}")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        measure_builds(Path(folder), min(chosen.passages, chosen.build_up_to), chosen)
        measure_dense_search(Path(folder), chosen.passages, chosen.queries)


def measure_builds(folder: Path, count: int, chosen: argparse.Namespace) -> None:
    """Full build, rebuild after one changed document, nothing changed, and a whole search."""
    content = load_content()
    real = OnnxEncoder(Settings.model_validate({}).encoder_folder)
    encoder: Encoder = real if chosen.real else CheapEncoder()
    gates = load_gates() if chosen.real else ()
    documents = folder / "documents"
    files = write_documents(documents, count, content)
    store = SnapshotStore(folder / "snapshots")

    def run() -> tuple[Report, float]:
        return _timed(lambda: build(store, content, [documents], encoder, gates))

    report, full = run()
    print(f"full build: {full:.2f} s ({report.passages} passages, {encoder.name})")
    rebuilds = []
    for number, file in enumerate(files[: chosen.rebuilds]):
        file.write_text(file.read_text("utf-8") + f"\nOne more sentence, number {number}.\n")
        changed, seconds = run()
        rebuilds.append(seconds)
    rebuild = median(rebuilds)
    print(f"rebuild after one changed document: {rebuild:.2f} s ({changed.embedded} embedded)")
    print(f"rebuild where nothing changed: {run()[1]:.2f} s")
    if not chosen.real:
        pace = _pace(real, content, chosen.sample)
        print(f"real encoder: {pace * 1000:.1f} ms a passage, measured on {chosen.sample}")
        full += pace * report.passages
        rebuild += pace * (changed.embedded + len(load_gates()))
        print(f"full build with the real encoder: {full:.2f} s (estimated from that pace)")
    print(f"rebuild / full build: {rebuild / full:.2%}")
    _measure_whole_search(store, encoder, content, chosen.queries)


def measure_dense_search(folder: Path, count: int, queries: int) -> None:
    """Recall against exact search, and the time a search takes, over clustered vectors."""
    made = clustered_vectors(count + queries)
    vectors, asked = made[:count], made[count:]
    place = folder / "vectors"
    place.mkdir()
    _, seconds = _timed(lambda: write_vectors(place, vectors))
    print(f"writing the vector index: {seconds:.2f} s ({count} clustered vectors)")
    exact = _exact(vectors, asked)
    dense, seconds = _timed(lambda: DenseSearch(place))
    print(f"loading it: {seconds * 1000:.1f} ms")
    dense.search(asked[0], TOP)
    timed = [_timed(partial(dense.search, query, TOP)) for query in asked]
    found = [{row for row, _ in hits} for hits, _ in timed]
    recall = np.mean([len(a & b) / TOP for a, b in zip(found, exact, strict=True)])
    print(f"dense search: median {median(s for _, s in timed) * 1000:.2f} ms")
    print(f"recall@{TOP} against exact search: {recall:.4f}")
    shutil.rmtree(place)


def _measure_whole_search(
    store: SnapshotStore, encoder: Encoder, content: Content, queries: int
) -> None:
    snapshot = store.open_current()
    gates: Sequence[Gate] = load_gates()
    questions = [gates[number % len(gates)].question for number in range(queries)]
    vectors = encoder.embed(questions)
    search(snapshot, vectors[0], questions[0], TOP, {"kind": "passage"})
    times = [
        _timed(partial(search, snapshot, vector, text, TOP, {"kind": "passage"}))[1]
        for vector, text in zip(vectors, questions, strict=True)
    ]
    print(f"whole search, dense and words, filtered: median {median(times) * 1000:.2f} ms")
    snapshot.close()


def _pace(encoder: OnnxEncoder, content: Content, sample: int) -> float:
    """Seconds the real encoder takes for one passage, over a sample of made-up ones."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_documents(Path(folder), sample, content)
        texts = [
            f"{block[0]}\n{text}"
            for file in files
            for block in [file.read_text("utf-8").split("\n\n")]
            for text in block[1:]
        ]
    encoder.embed(texts[:8])
    _, seconds = _timed(lambda: encoder.embed(texts))
    return seconds / len(texts)


def _exact(vectors: np.ndarray, asked: np.ndarray) -> list[set[int]]:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _, rows = index.search(asked, TOP)
    return [set(map(int, found)) for found in rows]


def _timed(call: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    result = call()
    return result, time.perf_counter() - started


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--build-up-to", type=int, default=20_000, help="passages built for real")
    parser.add_argument("--real", action="store_true", help="embed everything with the real model")
    parser.add_argument("--sample", type=int, default=300, help="passages for the model's pace")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--rebuilds", type=int, default=3, help="documents changed one by one")
    parser.add_argument("--folder", type=Path, default=None, help="where to write scratch files")
    return parser.parse_args()


if __name__ == "__main__":
    main()
