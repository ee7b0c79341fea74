"""Text into the words that lexical search counts."""

from __future__ import annotations

import re
import unicodedata

import Stemmer

TOKENS_VERSION = 1
"""Part of a snapshot's manifest: raise it when the same text would give different words."""

_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*(?:\+\+|(?<=\b[cf])#)?")
_JOINTS = re.compile(r"[.'’-]")
_CONTRACTION = re.compile(r"(?:n['’]t|['’](?:s|d|m|re|ll|ve))$")
_STOP = frozenset(
    """
    a an and are as at be been but by can could did do does for from had has have how i if in into
    is it its me my no nor not of on or our should so that the their them then there these they
    this those to us was we were what when where which who why will with would you your
    """.split()  # noqa: SIM905 - a word list reads better as words
)
_REMEMBERED, _LONGEST = 100_000, 64
"""Words whose stems are kept, and their most characters, so that hostile questions cannot fill the
memory of a server."""


class Tokens:
    """Words of a text as they are counted: lower case, stemmed, without stop words.

    `c++`, `c#`, `p99` and `10x` stay whole; a hyphenated word counts whole and in its parts.
    """

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        self._known: dict[str, tuple[str, ...]] = {}

    def __call__(self, text: str) -> list[str]:
        found: list[str] = []
        for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower()):
            stems = self._known.get(word)
            found.extend(self._stems_kept(word) if stems is None else stems)
        return found

    def _stems_kept(self, word: str) -> tuple[str, ...]:
        stems = self._stems(word)
        if len(word) <= _LONGEST:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[word] = stems
        return stems

    def _stems(self, word: str) -> tuple[str, ...]:
        word = _CONTRACTION.sub("", word)
        if word in _STOP:
            return ()
        parts = [part for part in _JOINTS.split(word) if part and part not in _STOP]
        whole = [word] if len(parts) > 1 else []
        return tuple(self._stemmer.stemWords([*whole, *parts]))
