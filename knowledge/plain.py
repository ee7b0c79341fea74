"""Plain text into passages: paragraphs, items and rows, under lines that look like titles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from knowledge.fitting import Fits, groups_that_fit, windows_that_fit
from knowledge.markdown import collapsed, row_text
from knowledge.passages import Document, Passage, Quote
from knowledge.sentences import sentence_spans
from knowledge.slug import slug

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")
_BREAK = re.compile(r"[\r\n]")
_ITEM = re.compile(r"[ \t]*(?:[-*•–]|\d{1,3}[.)])[ \t]+")
_LONG_LINE = 120
_TITLE_LENGTH = 90


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    indented: bool

    @property
    def blank(self) -> bool:
        return not self.text

    @property
    def item(self) -> bool:
        return _ITEM.match(self.text) is not None

    @property
    def row(self) -> bool:
        return self.text.count("|") >= 2

    @property
    def rule(self) -> bool:
        return not any(character.isalnum() for character in self.text)


def plain_passages(document: Document, fits: Fits) -> Iterator[Passage]:
    """Passages of a text file, in order. A file without structure still yields its sentences."""
    title = document.path
    heading: tuple[str, ...] = ()
    columns = ""
    lead = ""
    text_end = len(document.text.rstrip())
    groups = list(_groups(_lines(document.text)))
    for group, following in zip_longest(groups, groups[1:]):
        first = group[0]
        if _is_title(group, text_end):
            if title == document.path and not heading:
                title = first.text
            heading = () if first.text == title else (first.text,)
            columns, lead = "", ""
            continue
        if first.row:
            if not columns and following and following[0].row:
                columns = plain_text(first.text)
                continue
            spans: Iterable[tuple[int, int]] = [(first.start, first.end)]
        else:
            columns = ""
            start, end = first.start, group[-1].end
            marker = _ITEM.match(document.text, start, end)
            start = marker.end() if marker else start
            spans = sentence_spans(document.text, start, end)
            if not marker:
                text = document.text[start:end]
                lead = collapsed(text) if text.rstrip().endswith(":") else ""
        quotes = _quotes(document.text, spans, fits)
        above = columns if first.row else lead if first.item else ""
        context = (heading[-1] if heading else title) + (f"\n{above}" if above else "")
        yield from _passages(document, title, heading, context, quotes, fits)


def _passages(
    document: Document,
    title: str,
    heading: tuple[str, ...],
    context: str,
    quotes: Iterable[Quote],
    fits: Fits,
) -> Iterator[Passage]:
    section = slug(heading[-1] if heading else title)
    for part in groups_that_fit(quotes, fits):
        yield Passage(
            "passage",
            document.path,
            title,
            heading,
            section,
            part[0].start,
            part[-1].end,
            " ".join(quote.text for quote in part),
            context,
            part,
        )


def plain_text(raw: str) -> str:
    """A raw stretch of plain text as it is quoted: a row by its cells."""
    one_row = raw.count("|") >= 2 and not _BREAK.search(raw)
    return row_text(raw, collapsed) if one_row else collapsed(raw)


def _quotes(text: str, spans: Iterable[tuple[int, int]], fits: Fits) -> Iterator[Quote]:
    for left, right in spans:
        for from_, to in windows_that_fit(text, left, right, fits):
            shown = plain_text(text[from_:to])
            if shown:
                yield Quote(from_, to, shown)


def _lines(text: str) -> Iterator[_Line]:
    for match in _LINE.finditer(text, 1 if text.startswith("\ufeff") else 0):
        raw = match.group()
        left = match.start() + len(raw) - len(raw.lstrip())
        yield _Line(left, match.start() + len(raw.rstrip()), raw.strip(), raw[:1].isspace())


def _groups(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    """Lines that belong together: a wrapped paragraph, one item, one row, one long line."""
    group: list[_Line] = []
    for line in lines:
        alone = line.row or len(line.text) > _LONG_LINE
        item_ends = bool(group) and group[0].item and not line.indented
        if group and (line.blank or line.item or alone or item_ends or _closed(group[-1])):
            yield group
            group = []
        if line.blank or line.rule:
            if group:
                yield group
            group = []
            continue
        group.append(line)
    if group:
        yield group


def _closed(line: _Line) -> bool:
    """A line after which a new block starts even without a blank line."""
    return line.row or len(line.text) > _LONG_LINE or line.text.endswith(":") or _titled(line.text)


def _titled(text: str) -> bool:
    """Most Words of a Short Line Start With a Capital, and it does not end a sentence."""
    words = text.split()
    capitals = sum(word[0].isupper() for word in words)
    return len(text) <= _TITLE_LENGTH and text[-1].isalnum() and capitals * 2 > len(words)


def _is_title(group: list[_Line], text_end: int) -> bool:
    """A single short line without a full stop, with something below it."""
    line = group[0]
    if len(group) > 1 or line.item or line.row or len(line.text) > _TITLE_LENGTH:
        return False
    return line.text[-1] not in ".!?:;,…" and line.end < text_end
