"""Markdown into passages: one for each paragraph, list item and table row, under its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.fitting import Fits, groups_that_fit, windows_that_fit
from knowledge.front_matter import split_front_matter
from knowledge.passages import Document, Passage, Quote
from knowledge.references import MARKER, References, best_url, joint_standing
from knowledge.sentences import sentence_spans
from knowledge.slug import slug

_PARSER = MarkdownIt("commonmark").enable("table")
_BULLET = re.compile(r"(?:[ \t>]*)(?:[-*+]|\d{1,9}[.)])[ \t]+|[ \t>]+")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`|~~)(?=\S)(.+?)(?<=\S)\1")
_QUOTE_MARK = re.compile(r"(?m)^[ \t]*>[ \t]?")
_SPACE = re.compile(r"\s+")
_LINK_WORDS = 4
_NEWLINE = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text in a document: offsets, and what it stands under."""

    start: int
    end: int
    heading: tuple[str, ...]
    lead: str = ""
    is_row: bool = False


@dataclass
class _Place:
    """Where the walk through the tokens is."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    columns: str = ""
    in_header: bool = False
    list_depth: int = 0
    lead: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings)


def row_text(raw: str) -> str:
    """A raw table row as plain text, its cells set apart by dots."""
    cells = (readable(cell) for cell in raw.split("|"))
    return " · ".join(cell for cell in cells if cell)


def readable(raw: str) -> str:
    """A stretch of Markdown as plain text: markers, links, emphasis and line breaks taken off."""
    text = _QUOTE_MARK.sub("", MARKER.sub("", raw))
    text = _LINK.sub(r"\1", text)
    for _ in range(2):
        text = _EMPHASIS.sub(r"\2", text)
    return _SPACE.sub(" ", text).strip()


def markdown_passages(document: Document, references: References, fits: Fits) -> Iterator[Passage]:
    """Passages of a Markdown document, in order.

    `fits` tells whether a text fits the model's window; a block that does not is cut between
    sentences.
    """
    matter, body_start = split_front_matter(document.text)
    source_id = str(matter.get("id") or document.path)
    title = str(matter.get("title") or _first_heading(document.text, body_start) or document.path)
    for block in blocks(document.text, body_start):
        if _only_links(document.text[block.start : block.end]):
            continue
        heading = tuple(part for part in block.heading if part != title)
        quotes = _quotes(document.text, block, references)
        for part in groups_that_fit(_small_quotes(quotes, document.text, fits), fits):
            start, end = part[0].start, part[-1].end
            text = " ".join(quote.text for quote in part)
            context = heading[-1] if heading else title
            if block.lead:
                context = f"{context}\n{block.lead}"
            section = slug(heading[-1] if heading else title)
            yield Passage(
                "passage", source_id, title, heading, section, start, end, text, context, part
            )


def blocks(text: str, start: int = 0) -> Iterator[Block]:
    """The paragraphs, list items, table rows and code blocks of `text[start:]`."""
    lines = _line_starts(text, start)
    place = _Place()
    tokens = _PARSER.parse(text[start:])
    for index, token in enumerate(tokens):
        yield from _step(token, tokens, index, place, text, lines)


def _step(
    token: Token, tokens: list[Token], index: int, place: _Place, text: str, lines: list[int]
) -> Iterator[Block]:
    match token.type:
        case "heading_open":
            level = int(token.tag[1])
            title = readable(tokens[index + 1].content)
            place.headings = [(at, name) for at, name in place.headings if at < level]
            place.headings.append((level, title))
            place.lead = ""
        case "bullet_list_open" | "ordered_list_open":
            place.list_depth += 1
        case "bullet_list_close" | "ordered_list_close":
            place.list_depth -= 1
        case "thead_open":
            place.in_header = True
        case "thead_close":
            place.in_header = False
        case "tr_open" if token.map:
            row = _trimmed(token.map, place, text, lines)
            if place.in_header:
                place.columns = row_text(text[row.start : row.end])
            else:
                yield row
        case "paragraph_open" if token.map:
            block = _lines_block(token.map, place, text, lines)
            if block is None:
                return
            if place.list_depth == 0:
                place.lead = readable(text[block.start : block.end])
                if not place.lead.endswith(":"):
                    place.lead = ""
            yield block
        case "fence" | "code_block" if token.map and token.content.strip():
            block = _lines_block(token.map, place, text, lines)
            if block is not None:
                yield block


def _lines_block(span: list[int], place: _Place, text: str, lines: list[int]) -> Block | None:
    start, end = lines[span[0]], lines[span[1]]
    bullet = _BULLET.match(text, start, end)
    if bullet:
        start = bullet.end()
    while end > start and text[end - 1].isspace():
        end -= 1
    if end <= start:
        return None
    lead = place.lead if place.list_depth else ""
    return Block(start, end, place.path, lead)


def _trimmed(span: list[int], place: _Place, text: str, lines: list[int]) -> Block:
    start, end = lines[span[0]], lines[span[1]]
    raw = text[start:end]
    start, end = start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip())
    return Block(start, end, place.path, lead=place.columns, is_row=True)


def _only_links(raw: str) -> bool:
    """A block that only leads elsewhere ("See also ..."): nothing in it can be quoted."""
    if not _LINK.search(raw):
        return False
    rest = MARKER.sub("", _LINK.sub("", raw))
    return len(re.findall(r"\w+", rest)) <= _LINK_WORDS


def _quotes(text: str, block: Block, references: References) -> tuple[Quote, ...]:
    """The block's sentences with the sources that their markers name."""
    raw = text[block.start : block.end]
    markers = list(MARKER.finditer(raw))
    if block.is_row:
        spans = [(0, _before_markers(raw, markers))]
    else:
        spans = _sentences_between(raw, markers)
    quotes = []
    for start, end in spans:
        shown = row_text(raw[start:end]) if block.is_row else readable(raw[start:end])
        ids = _cited_after(raw, markers, end)
        cited = [references[name] for name in ids if name in references]
        quotes.append(
            Quote(
                block.start + start,
                block.start + end,
                shown,
                joint_standing(cited),
                best_url(cited),
                ids,
            )
        )
    return tuple(quote for quote in quotes if quote.text)


def _before_markers(raw: str, markers: list[re.Match[str]]) -> int:
    end = len(raw.rstrip().rstrip("|").rstrip())
    for marker in reversed(markers):
        if not raw[marker.end() : end].strip():
            end = len(raw[: marker.start()].rstrip())
    return end


def _sentences_between(raw: str, markers: list[re.Match[str]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = 0
    for marker in markers:
        spans += sentence_spans(raw, begin, marker.start())
        begin = marker.end()
    spans += sentence_spans(raw, begin, len(raw))
    return spans


def _cited_after(raw: str, markers: list[re.Match[str]], end: int) -> tuple[str, ...]:
    """Ids of the first run of markers after `end`; the last run where none follows."""
    runs: list[list[re.Match[str]]] = []
    for marker in markers:
        if runs and not raw[runs[-1][-1].end() : marker.start()].strip():
            runs[-1].append(marker)
        else:
            runs.append([marker])
    following = [run for run in runs if run[0].start() >= end]
    chosen = following[0] if following else (runs[-1] if runs else [])
    return tuple(marker.group(1) for marker in chosen)


def _small_quotes(quotes: tuple[Quote, ...], text: str, fits: Fits) -> Iterator[Quote]:
    """Each quote as it is where it fits the window, a giant one in pieces."""
    for quote in quotes:
        if fits(quote.text):
            yield quote
            continue
        for start, end in windows_that_fit(text, quote.start, quote.end, fits):
            yield replace(quote, start=start, end=end, text=readable(text[start:end]))


def _line_starts(text: str, start: int) -> list[int]:
    """Offsets of the lines as the parser counts them, plus the end of the text twice."""
    starts = [start, *(match.end() for match in _NEWLINE.finditer(text, start))]
    return [*starts, len(text), len(text)]


def _first_heading(text: str, start: int) -> str | None:
    for line in text[start:].splitlines()[:50]:
        if line.startswith("#"):
            return readable(line.lstrip("#").strip()) or None
    return None
