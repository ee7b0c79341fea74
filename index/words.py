"""Lexical search: BM25 over stemmed words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

WORDS_FOLDER = "words"

_WORD = re.compile(r"[a-z0-9]+(?:[.+#'’-][a-z0-9]+)*(?:\+\+|#)?")
_STOP = frozenset(
    """
    a an and are as at be been but by can could did do does for from had has have how i if in into
    is it its me my no nor not of on or our should so that the their them then there these they
    this those to us was we were what when where which who why will with would you your
    """.split()  # noqa: SIM905 - a word list reads better as words
)


class Tokens:
    """Words of a text as they are counted: lower case, stemmed, without stop words.

    `c++`, `c#`, `p99` and `10x` stay whole; a hyphenated word counts whole and in its parts.
    """

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, text: str) -> list[str]:
        found: list[str] = []
        for word in _WORD.findall(text.lower()):
            stems = self._known.get(word)
            if stems is None:
                stems = self._known[word] = self._stems(word)
            found.extend(stems)
        return found

    def _stems(self, word: str) -> tuple[str, ...]:
        if word in _STOP:
            return ()
        parts = [part for part in re.split(r"[.'’-]", word) if part and part not in _STOP]
        whole = [word] if len(parts) > 1 else []
        return tuple(self._stemmer.stemWords([*whole, *parts]))


def write_words(folder: Path, tokens: Sequence[Sequence[str]]) -> None:
    """Index the tokens of every passage, in row order."""
    retriever = bm25s.BM25(method="lucene")
    retriever.index([list(row) for row in tokens], show_progress=False)
    retriever.save(str(folder / WORDS_FOLDER))


class LexicalSearch:
    """Passages that share words with a question."""

    def __init__(self, folder: Path) -> None:
        self._retriever = bm25s.BM25.load(str(folder / WORDS_FOLDER), mmap=True)
        self.tokens = Tokens()

    def search(
        self, query: str, count: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """`(row, BM25 score)` of the best rows that share a word with the query, best first."""
        words = self._known(self.tokens(query))
        if not words:
            return []
        scores = self._retriever.get_scores(words)
        if allowed is not None:
            scores = np.where(allowed, scores, 0.0)
        count = min(count, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        best = best[np.lexsort((best, -scores[best]))]
        return [(int(row), float(scores[row])) for row in best if scores[row] > 0]

    def _known(self, words: Iterable[str]) -> list[str]:
        vocabulary = self._retriever.vocab_dict
        return sorted({word for word in words if word in vocabulary})
