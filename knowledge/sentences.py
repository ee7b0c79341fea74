"""Sentences of a text, with character offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(
    r"""(?<![.!?…])[.!?…]++["'”’»)\]]*(?=\s|$)|\n\s*\n|[。！？]++[」』”’）】]*""", re.VERBOSE
)
_CLOSERS = "\"'”’»)]"
_ABBREVIATIONS = frozenset(
    """
    e.g. i.e. etc. vs. cf. al. approx. dr. mr. mrs. ms. fig. st. inc. ltd. jr. sr. resp.
    ca. incl. max. min. ver. vol. p. pp. ed. dept. est.
    """.split()  # noqa: SIM905 - a word list reads better as words
)
_BEFORE_A_NUMBER = frozenset(["no.", "nos."])
_LONGEST_WORD = 40


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Offsets `[start, end)` of each sentence in `text[start:end]`, without outer whitespace.

    A full stop ends a sentence unless it closes a known abbreviation or an initial, or the text
    goes on in lower case; "no." is one before a number only. Works on any text; a text without a
    full stop is one sentence.
    """
    stop = len(text) if end is None else end
    begin = start
    for match in _END.finditer(text, start, stop):
        if _inside_sentence(text, begin, match.end(), stop):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, stop)


def _inside_sentence(text: str, begin: int, at: int, stop: int) -> bool:
    first = at
    while first > max(begin, at - _LONGEST_WORD) and not text[first - 1].isspace():
        first -= 1
    token = text[first:at].lower().lstrip("([\"'“‘«")
    if token in _ABBREVIATIONS or re.fullmatch(r"[a-z]\.", token):
        return True
    following = text[at : min(at + 2, stop)].lstrip()[:1]
    if token in _BEFORE_A_NUMBER:
        return following.isdigit()
    goes_on = token.endswith((".", "…", *_CLOSERS))
    return goes_on and following.islower()


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
