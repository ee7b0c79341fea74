"""HTML into passages whose offsets lie in the file as stored.

The standard library's parser is used because it alone tells where each piece of text stands.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from knowledge.fitting import Fits, groups_that_fit, windows_that_fit
from knowledge.passages import Document, Passage, Quote
from knowledge.sentences import sentence_spans
from knowledge.slug import slug

_SILENT = frozenset(
    "script style template noscript nav svg iframe object select".split()  # noqa: SIM905
)
_BLOCKS = frozenset(
    """
    p li td th tr h1 h2 h3 h4 h5 h6 div section article main blockquote pre dd dt ul ol table
    figcaption header footer aside form br hr body html
    """.split()  # noqa: SIM905
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


@dataclass
class _Run:
    """Text of one block: pieces with the raw offsets they stand at."""

    tag: str
    pieces: list[tuple[int, int, str]] = field(default_factory=list)


class _Blocks(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.text = text
        self.lines = [0, *(m.end() for m in re.finditer("\n", text))]
        self.title = ""
        self.runs: list[_Run] = [_Run("body")]
        self.silent: list[str] = []
        self.in_title = False

    def raw_offset(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self.in_title = True
        elif tag in _SILENT:
            self.silent.append(tag)
        elif tag in _BLOCKS:
            self.runs.append(_Run(tag))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self.in_title = False
        elif tag in self.silent:
            while self.silent and self.silent.pop() != tag:
                pass
        elif tag in _BLOCKS:
            self.runs.append(_Run("div"))

    def handle_data(self, data: str) -> None:
        self._text(data, len(data))

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def _reference(self, raw: str) -> None:
        at = self.raw_offset()
        closed = self.text[at + len(raw) : at + len(raw) + 1] == ";"
        self._text(html.unescape(raw + ";"), len(raw) + closed)

    def _text(self, shown: str, raw_length: int) -> None:
        if self.in_title:
            self.title += shown
        elif not self.silent:
            start = self.raw_offset()
            self.runs[-1].pieces.append((start, start + raw_length, shown))


def html_passages(document: Document, fits: Fits) -> Iterator[Passage]:
    """Passages of a web page, in order: one for each block that holds text."""
    parser = _Blocks(document.text)
    parser.feed(document.text)
    parser.close()
    title = _SPACE.sub(" ", parser.title).strip() or document.path
    headings: list[tuple[int, str]] = []
    for run in parser.runs:
        shown = "".join(piece for _, _, piece in run.pieces)
        if not shown.strip():
            continue
        if run.tag in _HEADINGS:
            level = _HEADINGS[run.tag]
            headings = [(at, name) for at, name in headings if at < level]
            headings.append((level, _SPACE.sub(" ", shown).strip()))
            continue
        heading = tuple(name for _, name in headings if name != title)
        for part in groups_that_fit(_quotes(run, shown, fits), fits):
            yield Passage(
                "passage",
                document.path,
                title,
                heading,
                slug(heading[-1] if heading else title),
                part[0].start,
                part[-1].end,
                " ".join(quote.text for quote in part),
                heading[-1] if heading else title,
                part,
            )


def plain(raw: str) -> str:
    """A stretch of HTML as a reader sees it."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub("", raw))).strip()


def _quotes(run: _Run, shown: str, fits: Fits) -> Iterator[Quote]:
    starts = []
    at = 0
    for _, _, piece in run.pieces:
        starts.append(at)
        at += len(piece)

    def raw(position: int, closing: bool) -> int:
        index = max(0, bisect_right(starts, position - closing) - 1)
        start, end, piece = run.pieces[index]
        inside = position - starts[index]
        if end - start == len(piece):
            return start + inside
        return start if inside == 0 else end

    for left, right in sentence_spans(shown):
        for from_, to in windows_that_fit(shown, left, right, fits):
            text = _SPACE.sub(" ", shown[from_:to]).strip()
            yield Quote(raw(from_, False), raw(to, True), text)
