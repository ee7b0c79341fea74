"""Grouping and cutting text so that each piece fits the model's window."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from knowledge.passages import Quote

Fits = Callable[[str], bool]
"""Tells whether a text fits the model's window."""

_FIRST_GUESS = 800
_JOINER = "\u200d"
_JOINS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff\ufe00-\ufe0f\u200d\U0001f3fb-\U0001f3ff]"
)
"""Marks that belong to the character before them."""


def groups_that_fit(quotes: Iterable[Quote], fits: Fits) -> Iterator[tuple[Quote, ...]]:
    """Consecutive quotes joined while together they fit."""
    group: list[Quote] = []
    for quote in quotes:
        if group and not fits(" ".join(held.text for held in (*group, quote))):
            yield tuple(group)
            group = []
        group.append(quote)
    if group:
        yield tuple(group)


def windows_that_fit(text: str, start: int, end: int, fits: Fits) -> Iterator[tuple[int, int]]:
    """`[start, end)` itself where it fits, else windows of it, cut between words where it has any.

    The first guess is 800 characters, halved until it fits.
    """
    if end - start <= _FIRST_GUESS and fits(text[start:end]):
        yield start, end
        return
    at = start
    while at < end:
        size = min(_FIRST_GUESS, end - at)
        while size > 40 and not fits(text[at : at + size]):
            size //= 2
        stop = at + size
        if stop < end:
            stop = _between_words(text, at + size // 2, stop)
        piece = text[at:stop]
        if piece.strip():
            yield at + len(piece) - len(piece.lstrip()), at + len(piece.rstrip())
        at = stop


def _between_words(text: str, first: int, stop: int) -> int:
    """The last white space in `[first, stop)`; where there is none, `stop` or just before it.

    Just before where a letter would lose its accent or an emoji its second half.
    """
    for at in range(stop - 1, first - 1, -1):
        if text[at].isspace():
            return at
    at = stop
    while at > first and (_JOINS.match(text, at) or text[at - 1] == _JOINER):
        at -= 1
    return at if at > first else stop
