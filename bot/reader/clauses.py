"""The clauses of a message that can be read by themselves."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from knowledge.sentences import sentence_spans

MOST: Final = 40
"""Clauses of a message that are read one by one; what comes after is read with the whole only."""

# No run of blanks is tried from each of its blanks: a hostile text costs no more than its length.
_FURTHER = re.compile(r"\n+|;\s+|(?<!\s),?\s++(?:but|aber)\s+", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def clause_spans(text: str) -> list[tuple[int, int]]:
    """Where each clause of two words and more stands, `[start, end)` in characters, at most `MOST`.

    A sentence, a line, what follows a semicolon or a "but".
    """
    found: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        cuts = [at for cut in _FURTHER.finditer(text, start, end) for at in cut.span()]
        for first, last in list(pairwise([start, *cuts, end]))[::2]:
            if len(_WORD.findall(text, first, last)) > 1:
                found.append((first, last))
            if len(found) == MOST:
                return found
    return found
