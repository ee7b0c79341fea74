"""Lexical search: BM25 over counted words.

Counts are kept beside the scores, so that the rows of an unchanged document are carried over into
the next snapshot without reading their text again (docs/snapshots.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.tokens import Tokens

WORDS_FOLDER = "words"
VOCABULARY_FILE = "vocabulary.json"

K1, B = 1.5, 0.75
"""Saturation and length constants of BM25 (Robertson and Zaragoza 2009, section 3.3)."""

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class WordCounts:
    """How often each word stands in each row.

    `terms` (numbers of words in `vocabulary`), `rows` and `counts` have the shape `(postings,)`;
    `lengths` has the shape `(rows,)`.
    """

    vocabulary: Sequence[str]
    terms: Numbers
    rows: Numbers
    counts: Numbers
    lengths: Numbers

    @classmethod
    def of(cls, tokens: Mapping[int, Sequence[str]], size: int) -> WordCounts:
        """Count the tokens of some rows out of `size`."""
        vocabulary: dict[str, int] = {}
        flat = [vocabulary.setdefault(t, len(vocabulary)) for row in tokens.values() for t in row]
        lengths = np.zeros(size, dtype=np.int32)
        numbers = np.fromiter(tokens, np.int64, len(tokens))
        lengths[numbers] = [len(row) for row in tokens.values()]
        rows = np.repeat(numbers, lengths[numbers])
        pairs = np.array(flat, dtype=np.int64) * size + rows
        found, counts = np.unique(pairs, return_counts=True)
        terms, rows = np.divmod(found, max(size, 1))
        return cls(tuple(vocabulary), _small(terms), _small(rows), _small(counts), lengths)

    def moved(self, places: Numbers, size: int) -> WordCounts:
        """The same counts for rows at new places, out of `size`; a place of -1 drops the row."""
        rows = places[self.rows]
        kept = rows >= 0
        lengths = np.zeros(size, dtype=np.int32)
        lengths[places[places >= 0]] = self.lengths[places >= 0]
        return WordCounts(
            self.vocabulary, self.terms[kept], _small(rows[kept]), self.counts[kept], lengths
        )

    def joined(self, other: WordCounts) -> WordCounts:
        """Both together, ordered by word and row. No row may have words in both."""
        names = sorted({*self._used(), *other._used()})
        number = {name: at for at, name in enumerate(names)}
        terms = np.concatenate([self._renumbered(number), other._renumbered(number)])
        rows = np.concatenate([self.rows, other.rows])
        order = np.lexsort((rows, terms))
        counts = np.concatenate([self.counts, other.counts])
        lengths = self.lengths + other.lengths
        return WordCounts(names, terms[order], rows[order], counts[order], lengths)

    def scores(self) -> NDArray[np.float32]:
        """BM25 of each posting, in the form that Lucene uses, shape `(postings,)`."""
        if not len(self.terms):
            return np.zeros(0, dtype=np.float32)
        size = len(self.lengths)
        spread = np.bincount(self.terms, minlength=len(self.vocabulary))
        rarity = _rarity(spread, size)
        norms = K1 * (1 - B + B * self.lengths / self.lengths.mean())
        scores = rarity[self.terms] * self.counts / (self.counts + norms[self.rows])
        return np.asarray(scores, dtype=np.float32)

    def _used(self) -> list[str]:
        return [self.vocabulary[term] for term in np.unique(self.terms).tolist()]

    def _renumbered(self, number: Mapping[str, int]) -> Numbers:
        table = np.array([number.get(name, -1) for name in self.vocabulary], dtype=np.int32)
        return table[self.terms] if len(table) else self.terms


def write_words(folder: Path, counts: WordCounts) -> None:
    """Store counts with their scores; they are `joined`: ordered by word and row."""
    place = folder / WORDS_FOLDER
    place.mkdir()
    spread = np.bincount(counts.terms, minlength=len(counts.vocabulary))
    starts = np.concatenate([[0], np.cumsum(spread)]).astype(np.int64)
    arrays: dict[str, NDArray[Any]] = {
        "starts": starts,
        "rows": counts.rows,
        "counts": counts.counts,
        "scores": counts.scores(),
        "lengths": counts.lengths,
    }
    for name, array in arrays.items():
        np.save(place / f"{name}.npy", array)
    (place / VOCABULARY_FILE).write_text(json.dumps(list(counts.vocabulary)), "utf-8")


class LexicalSearch:
    """Passages that share words with a question."""

    def __init__(self, folder: Path) -> None:
        place = folder / WORDS_FOLDER
        names: list[str] = json.loads((place / VOCABULARY_FILE).read_bytes())
        self._terms = {name: at for at, name in enumerate(names)}
        self._starts, self._rows, self._counts, self._scores, self._lengths = (
            np.asarray(np.load(place / f"{name}.npy", mmap_mode="r"))
            for name in ("starts", "rows", "counts", "scores", "lengths")
        )
        self.tokens = Tokens()

    def __len__(self) -> int:
        return len(self._lengths)

    def search(
        self, query: str, count: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """`(row, BM25 score)` of the best rows that share a word with the query, best first."""
        scores = self._sums(self.tokens(query))
        rows = np.flatnonzero(scores if allowed is None else (scores > 0) & allowed)
        found = scores[rows]
        if len(rows) > count:
            least = np.partition(found, len(found) - count)[len(found) - count] if count else np.inf
            rows, found = rows[found >= least], found[found >= least]
        best = np.lexsort((rows, -found))[:count]
        return [(int(rows[at]), float(found[at])) for at in best]

    def weight(self, words: Iterable[str]) -> float:
        """How much some words tell together: the sum of their rarity, 0 for words in no row."""
        terms = sorted(self._terms[word] for word in set(words) if word in self._terms)
        if not terms:
            return 0.0
        at = np.array(terms)
        return float(_rarity(self._starts[at + 1] - self._starts[at], len(self)).sum())

    def counts(self) -> WordCounts:
        """What was counted, for re-use in the next snapshot."""
        terms = np.repeat(np.arange(len(self._terms), dtype=np.int32), np.diff(self._starts))
        return WordCounts(tuple(self._terms), terms, self._rows, self._counts, self._lengths)

    def _sums(self, words: Iterable[str]) -> NDArray[np.float32]:
        """Summed scores of each row, shape `(rows,)`, each word counted once."""
        sums = np.zeros(len(self._lengths), dtype=np.float32)
        for word in sorted(set(words)):
            term = self._terms.get(word)
            if term is not None:
                span = slice(self._starts[term], self._starts[term + 1])
                sums[self._rows[span]] += self._scores[span]
        return sums


def _rarity(spread: NDArray[Any], size: int) -> NDArray[np.float64]:
    """What a word that stands in `spread` of `size` rows tells (the same paper, section 3.2)."""
    return np.asarray(np.log(1 + (size - spread + 0.5) / (spread + 0.5)), dtype=np.float64)


def _small(numbers: NDArray[np.signedinteger[Any]]) -> Numbers:
    return numbers.astype(np.int32)
