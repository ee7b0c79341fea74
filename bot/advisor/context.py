"""Each citation of an answer in its context, from the documents as they are kept now."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum

from bot.advisor.answer import Answer, Citation
from bot.advisor.text import as_said, sources
from index.documents import Documents, KeptDocument
from index.snapshot import SnapshotError
from index.store import SnapshotStore


class Found(StrEnum):
    """What has become of a quote since it was made."""

    STANDS = "stands"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InContext:
    """A citation with the sentences around it. `shown`: the reply itself shows it."""

    citation: Citation
    quote: str
    before: str
    after: str
    found: Found
    shown: bool


def in_context(answer: Answer, stores: Sequence[SnapshotStore]) -> list[InContext]:
    """Every citation of an answer, those that it shows first, each source's together.

    `stores` are those that whoever asks may be shown. A document is read from the snapshot that is
    current in the first; where the quote does not stand there any more, from the answer's own one,
    if it is still kept in any of them; else the quote is all that there is. No model is needed.
    """
    with ExitStack() as stack:
        now = _open(stack, stores[0], stores[0].current_id())
        kept = (_open(stack, store, answer.snapshot) for store in stores)
        then = next((shelf for shelf in kept if shelf is not None), None)
        return [_looked_up(citation, answer, shown, now, then) for citation, shown in _all(answer)]


def _all(answer: Answer) -> Iterator[tuple[Citation, bool]]:
    used = [citation for source in sources(answer) for citation in source.citations]
    numbers = {citation.n for citation in used}
    rest = [citation for citation in answer.citations if citation.n not in numbers]
    places = list(dict.fromkeys((citation.url, citation.path) for citation in rest))
    yield from ((citation, True) for citation in used)
    for citation in sorted(rest, key=lambda one: places.index((one.url, one.path))):
        yield citation, False


class _Shelf:
    """The documents of one snapshot; each is read once."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._read: dict[str, list[KeptDocument]] = {}

    def at(self, path: str) -> list[KeptDocument]:
        if path not in self._read:
            self._read[path] = list(self._documents.at(path))
        return self._read[path]


def _open(stack: ExitStack, store: SnapshotStore, name: str | None) -> _Shelf | None:
    try:
        return _Shelf(stack.enter_context(Documents(store.path(name)))) if name else None
    except (SnapshotError, sqlite3.Error, OSError, ValueError):
        return None


def _looked_up(
    citation: Citation, answer: Answer, shown: bool, now: _Shelf | None, then: _Shelf | None
) -> InContext:
    current, there = _standing(citation, now)
    if current is not None:
        return _within(citation, current, Found.STANDS, shown)
    past, _ = _standing(citation, then)
    found = Found.UNKNOWN if now is None else Found.CHANGED if there else Found.GONE
    if past is not None:
        return _within(citation, past, Found.STANDS if now is None else found, shown)
    return InContext(citation, as_said(citation, answer), "", "", found, shown)


def _standing(citation: Citation, shelf: _Shelf | None) -> tuple[KeptDocument | None, bool]:
    """The document that holds a quote at its offsets, and whether there is one of its path."""
    if shelf is None:
        return None, False
    try:
        documents = shelf.at(citation.path)
    except sqlite3.Error:
        return None, False
    at = (citation.start, citation.end, citation.quote)
    return next((one for one in documents if one.says(*at)), None), bool(documents)


def _within(citation: Citation, document: KeptDocument, found: Found, shown: bool) -> InContext:
    span = (citation.start, citation.end)
    before, after = document.around(*span)
    return InContext(citation, document.readable(*span), before, after, found, shown)
