"""Plain text into passages: paragraphs, items and rows, under lines that look like titles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.fitting import Fits, groups_that_fit, windows_that_fit
from knowledge.markdown import row_text
from knowledge.passages import Document, Passage, Quote
from knowledge.sentences import sentence_spans
from knowledge.slug import slug

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|$)")
_ITEM = re.compile(r"[ \t]*(?:[-*•–]|\d{1,3}[.)])[ \t]+")
_SPACE = re.compile(r"\s+")
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
    for group in _groups(_lines(document.text)):
        first = group[0]
        if _is_title(group, document.text):
            if title == document.path and not heading:
                title = first.text
            heading = () if first.text == title else (first.text,)
            columns, lead = "", ""
            continue
        if first.row:
            if not columns:
                columns = row_text(first.text)
                continue
            quotes: tuple[Quote, ...] = (Quote(first.start, first.end, row_text(first.text)),)
        else:
            columns = ""
            start, end = first.start, group[-1].end
            marker = _ITEM.match(document.text, start, end)
            start = marker.end() if marker else start
            quotes = tuple(_quotes(document.text, start, end, fits))
            if not marker:
                text = document.text[start:end]
                lead = _SPACE.sub(" ", text).strip() if text.rstrip().endswith(":") else ""
        above = columns if first.row else lead if first.item else ""
        context = (heading[-1] if heading else title) + (f"\n{above}" if above else "")
        yield from _passages(document, title, heading, context, quotes, fits)


def _passages(
    document: Document,
    title: str,
    heading: tuple[str, ...],
    context: str,
    quotes: tuple[Quote, ...],
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


def _quotes(text: str, start: int, end: int, fits: Fits) -> Iterator[Quote]:
    for left, right in sentence_spans(text, start, end):
        for from_, to in windows_that_fit(text, left, right, fits):
            yield Quote(from_, to, _SPACE.sub(" ", text[from_:to]))


def _lines(text: str) -> Iterator[_Line]:
    for match in _LINE.finditer(text):
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


def _is_title(group: list[_Line], text: str) -> bool:
    """A single short line without a full stop, with something below it."""
    line = group[0]
    if len(group) > 1 or line.item or line.row or len(line.text) > _TITLE_LENGTH:
        return False
    return line.text[-1] not in ".!?:;,…" and bool(text[line.end :].strip())
