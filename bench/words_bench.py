"""Lexical search side by side with bm25s: index, one changed document, and search.

    python -m bench.words_bench --passages 10000

Both are given the same tokens, so that only what each does with them is measured.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import bm25s
import numpy as np

from bench.synthetic import PASSAGES_PER_DOCUMENT
from index.tokens import Tokens
from index.words import LexicalSearch, WordCounts, write_words
from knowledge.content import load_content

Result = TypeVar("Result")

FOUND = 60
"""Rows asked for, as by `index.search`."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=200)
    chosen = parser.parse_args()
    texts = _texts(chosen.passages)
    tokens = Tokens()
    rows = [tokens(text) for text in texts]
    asked = [texts[at][:120] for at in np.linspace(0, len(texts) - 1, chosen.queries, dtype=int)]
    with tempfile.TemporaryDirectory() as folder:
        _measure_ours(Path(folder), texts, asked)
    _measure_theirs(rows, [tokens(text) for text in asked])


def _measure_ours(folder: Path, texts: list[str], asked: list[str]) -> None:
    tokens, size = Tokens(), len(texts)
    none = WordCounts.of({}, size)

    def whole() -> WordCounts:
        return WordCounts.of({at: tokens(text) for at, text in enumerate(texts)}, size).joined(none)

    counts, seconds = _timed(whole)
    _, writing = _timed(lambda: write_words(folder, counts))
    print(f"here   index           {1000 * (seconds + writing):9.1f} ms, tokens included")
    search = LexicalSearch(folder)
    places = np.arange(size, dtype=np.int32)
    places[:PASSAGES_PER_DOCUMENT] = -1

    def changed() -> None:
        fresh = {at: tokens(texts[at]) for at in range(PASSAGES_PER_DOCUMENT)}
        joined = WordCounts.of(fresh, size).joined(search.counts().moved(places, size))
        (folder / "again").mkdir()
        write_words(folder / "again", joined)

    print(f"here   one changed     {1000 * _timed(changed)[1]:9.1f} ms, tokens included")
    each = [_timed(lambda q=question: search.search(q, FOUND))[1] for question in asked]
    print(f"here   search, median  {1000 * statistics.median(each):9.3f} ms, tokens included")


def _measure_theirs(rows: list[list[str]], asked: list[list[str]]) -> None:
    reference = bm25s.BM25(method="lucene")
    _, seconds = _timed(lambda: reference.index(rows, show_progress=False))
    print(f"bm25s  index           {1000 * seconds:9.1f} ms, without tokens")
    print("bm25s  one changed     the same again: an index of it cannot be changed")
    each = [
        _timed(lambda q=words: reference.retrieve([q], k=FOUND, show_progress=False))[1]
        for words in asked
    ]
    print(f"bm25s  search, median  {1000 * statistics.median(each):9.3f} ms, without tokens")


def _texts(count: int) -> list[str]:
    """Texts of the packaged articles, their words drawn anew so that none is another's double."""
    random = np.random.default_rng(0)
    content = load_content()
    words = " ".join(article.text for article in content.articles).split()
    lengths = random.integers(12, 60, size=count)
    return [" ".join(random.choice(words, size=length)) for length in lengths]


def _timed(call: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    result = call()
    return result, time.perf_counter() - began


if __name__ == "__main__":
    main()
