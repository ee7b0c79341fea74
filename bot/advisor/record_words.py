"""The words of each record, and what a text shares with them."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from index.snapshot import Snapshot


class RecordWords:
    """Counts words in common. What no other record says tells most, and counts twice."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def shared(self, text: str, case: str) -> int:
        """The most that a text has in common with one passage of a record."""
        words = set(self._snapshot.words.tokens(text))
        common = (words & passage for passage in self._by_case[case])
        return max((len(found) + len(found & self._telling) for found in common), default=0)

    def share(self, text: str, case: str) -> float:
        """The part of a text's words, weighed by rarity, that one passage has: 0 to 1."""
        tokens, weight = self._snapshot.words.tokens, self._snapshot.words.weight
        words = frozenset(tokens(text))
        most = max((weight(words & passage) for passage in self._by_case[case]), default=0.0)
        return most / (weight(words) or 1.0)

    @cached_property
    def _by_case(self) -> dict[str, list[set[str]]]:
        """The parts of a field do not count: "a Java dev" is no `dev-tool`."""
        tokens, snapshot = self._snapshot.words.tokens, self._snapshot
        return {
            name: [
                set(tokens(one.passage.searchable))
                - (set(tokens(case.domain)[1:]) - set(tokens(one.passage.text)))
                for one in snapshot.of_case(name)
            ]
            for name, case in snapshot.cases.items()
        }

    @cached_property
    def _telling(self) -> frozenset[str]:
        """Words that one record has and no other."""
        records = Counter(
            word for passages in self._by_case.values() for word in set().union(*passages)
        )
        return frozenset(word for word, count in records.items() if count == 1)
