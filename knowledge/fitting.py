"""Grouping and cutting text so that each piece fits the model's window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from knowledge.passages import Quote

Fits = Callable[[str], bool]
"""Tells whether a text fits the model's window."""

_FIRST_GUESS = 800


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
            space = text.rfind(" ", at + size // 2, stop)
            stop = space if space > at else stop
        piece = text[at:stop]
        if piece.strip():
            yield at + len(piece) - len(piece.lstrip()), at + len(piece.rstrip())
        at = stop
