"""Numbers the sources of one answer, and lets through only what stands verbatim in them."""

from __future__ import annotations

from bot.advisor.answer import Citation, Statement
from bot.advisor.find import Pair
from index.rows import Stored
from index.snapshot import Snapshot
from knowledge.passages import Quote
from knowledge.split import shown


class NotVerbatim(Exception):
    """A quote that its document does not hold: a defect of the index, never posted."""


class Citations:
    """Collects the citations of one answer; the same quote keeps the same number."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._numbers: dict[tuple[int, int, int], int] = {}
        self._cited: list[Citation] = []
        self._texts: dict[int, str] = {}
        self._told: list[Pair] = []

    @property
    def told(self) -> tuple[Pair, ...]:
        """What was stated so far, in order."""
        return tuple(self._told)

    @property
    def all(self) -> tuple[Citation, ...]:
        return tuple(self._cited)

    def state(self, stored: Stored, quote: Quote) -> Statement:
        """A quote as a statement with its citation. Raises `NotVerbatim`."""
        number = self.number(stored, quote)
        self._told.append((stored, quote))
        return Statement(text=quote.text, citations=(number,))

    def number(self, stored: Stored, quote: Quote) -> int:
        """The citation number of a quote, checked against the document. Raises `NotVerbatim`."""
        key = (stored.document, quote.start, quote.end)
        if key in self._numbers:
            return self._numbers[key]
        text = self._texts.setdefault(stored.document, self._snapshot.text(stored.document))
        raw = text[quote.start : quote.end]
        if shown(stored.format, raw) != quote.text:
            raise NotVerbatim(f"{stored.path} [{quote.start}:{quote.end}] is not {quote.text!r}")
        passage = stored.passage
        citation = Citation(
            n=len(self._cited) + 1,
            kind=passage.kind,
            source_id=passage.source_id,
            title=" › ".join((passage.title, *passage.heading))
            if passage.kind == "passage"
            else passage.title,
            url=quote.url,
            standing=quote.standing,
            path=stored.path,
            start=quote.start,
            end=quote.end,
            quote=raw,
        )
        self._cited.append(citation)
        self._numbers[key] = citation.n
        return citation.n
