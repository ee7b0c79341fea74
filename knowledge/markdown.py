"""Markdown into passages: one for each paragraph, list item and table row, under its headings."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.fitting import Fits, groups_that_fit, windows_that_fit
from knowledge.front_matter import split_front_matter
from knowledge.passages import Document, Passage, Quote
from knowledge.references import MARKER, References, best_url, joint_standing
from knowledge.sentences import sentence_spans
from knowledge.slug import slug

# Finds the blocks only: what stands inside them is read from the raw text, whose offsets are kept.
_PARSER = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").disable("inline")
# Every repetition has a bound, so that a hostile text costs no more than its length.
_LINK = re.compile(
    r"!?\[(?P<link>(?:[^\]\[]|\[[^\]\[]{0,200}\]){0,500}+)\]"
    r"\((?:[^()\s]|\([^()\s]{0,200}\)){0,2000}+"
    r"(?:\s+\"[^\"]{0,300}\")?\)"
)
_STRETCH = r"(?>`[^`]{1,200}`|\\.|[^\\]){1,400}?"
_INLINE = re.compile(
    "|".join(
        [
            r"(?P<ticks>(?<!`)`+(?!`))(?P<code>.{1,400}?)(?<!`)(?P=ticks)(?!`)",
            r"\\(?P<escaped>[!-/:-@\[-`{-~])",
            r"(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)",
            _LINK.pattern,
            rf"(?<!\*)(?P<star>\*{{1,3}})(?![*\s])(?P<starred>{_STRETCH})(?<![*\s])(?P=star)(?!\*)",
            rf"(?<!\w)(?P<bar>_{{1,3}})(?![_\s])(?P<barred>{_STRETCH})(?<![_\s])(?P=bar)(?!\w)",
            rf"~~(?!\s)(?P<struck>{_STRETCH})(?<!\s)~~",
        ]
    ),
    re.DOTALL,
)
_QUOTE_MARKS = re.compile(r"(?:>[ \t]*)+")
_QUOTED_LINE = re.compile(rf"(?<=[\r\n])[ \t]*{_QUOTE_MARKS.pattern}")
_FENCED = re.compile(r"(`{3,}|~{3,})[^`\r\n]*(?:\r\n?|\n|\Z)")
_FENCE_END = re.compile(r"(?:\A|[\r\n])[ \t>]*(?:`{3,}|~{3,})[ \t]*\Z")
_HEADING = re.compile(r"\ufeff?#{1,6}[ \t]+(.*)")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_SPACE = re.compile(r"\s+")
_LINK_WORDS = 4
_LONGEST_SENTENCE = 4000
"""Beyond this many raw characters a sentence is cut up without asking whether it fits."""
_NEWLINE = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text in a document: offsets, and what it stands under."""

    start: int
    end: int
    heading: tuple[str, ...]
    lead: str = ""
    kind: Literal["prose", "row", "code"] = "prose"


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


def collapsed(raw: str) -> str:
    """Text with each run of white space as one blank."""
    return _SPACE.sub(" ", raw).strip()


def readable(raw: str) -> str:
    """A stretch of Markdown as plain text: markers, links, emphasis and line breaks taken off."""
    return collapsed(_INLINE.sub(_without_markup, _QUOTED_LINE.sub("", MARKER.sub("", raw))))


def _without_markup(match: re.Match[str]) -> str:
    kind = str(match.lastgroup)
    text = match[kind]
    if kind in ("code", "escaped"):
        return text
    return html.unescape(text) if kind == "entity" else _INLINE.sub(_without_markup, text)


def row_text(raw: str, cell_text: Callable[[str], str] = readable) -> str:
    """A raw table row as plain text, its cells set apart by dots."""
    cells = (cell_text(cell.replace("\\|", "|")) for cell in _CELL_EDGE.split(raw))
    return " · ".join(cell for cell in cells if cell)


def markdown_text(raw: str) -> str:
    """A raw stretch of Markdown as it is quoted: a row by its cells, fenced code as it is."""
    if raw.startswith("|"):
        return row_text(raw)
    fence = _FENCED.match(raw)
    if fence:
        return collapsed(_FENCE_END.sub("", raw[fence.end() :].rstrip()))
    return readable(raw)


def docx_text(raw: str) -> str:
    """A raw stretch of text drawn from a Word file as it is quoted: only its rows have markup."""
    return row_text(raw, collapsed) if raw.startswith("|") else collapsed(raw)


def markdown_passages(document: Document, references: References, fits: Fits) -> Iterator[Passage]:
    """Passages of a Markdown document, in order.

    `fits` tells whether a text fits the model's window; a block that does not is cut between
    sentences.
    """
    show = docx_text if document.format == "docx" else markdown_text
    matter, body_start = split_front_matter(document.text)
    source_id = str(matter.get("id") or document.path)
    title = str(matter.get("title") or _first_heading(document.text, body_start) or document.path)
    for found in blocks(document.text, body_start):
        escaped = document.format == "docx" and document.text.startswith("\\", found.start)
        block = replace(found, start=found.start + 1) if escaped else found
        if _only_links(document.text[block.start : block.end]):
            continue
        heading = tuple(part for part in block.heading if part != title)
        for part in groups_that_fit(_quotes(document.text, block, references, show, fits), fits):
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
            block = _lines_block(token.map, tokens[index + 1].content, place, text, lines)
            if block is None:
                return
            if place.list_depth == 0:
                leads = text[block.end - 1] == ":" and block.end - block.start < _LONGEST_SENTENCE
                place.lead = readable(text[block.start : block.end]) if leads else ""
            yield block
        case "fence" | "code_block" if token.map and token.content.strip():
            content = token.markup + token.info if token.markup else token.content
            block = _lines_block(token.map, content, place, text, lines)
            if block is not None:
                yield replace(block, kind="code")


def _lines_block(
    span: list[int], content: str, place: _Place, text: str, lines: list[int]
) -> Block | None:
    """The lines of a block, from where its own first line starts after bullets and quote marks."""
    start, end = lines[span[0]], lines[span[1]]
    line = _NEWLINE.split(text[start:end], maxsplit=1)[0].rstrip()
    first = content.strip().split("\n", 1)[0].rstrip()
    if line.replace("\0", "\ufffd").endswith(first):
        start += len(line) - len(first)
    while start < end and (text[start].isspace() or text[start] == "\ufeff"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end <= start:
        return None
    lead = place.lead if place.list_depth else ""
    return Block(start, end, place.path, lead)


def _trimmed(span: list[int], place: _Place, text: str, lines: list[int]) -> Block:
    start, end = lines[span[0]], lines[span[1]]
    raw = text[start:end].rstrip()
    start, end = start + len(raw) - len(raw.lstrip(" \t>")), start + len(raw)
    return Block(start, end, place.path, lead=place.columns, kind="row")


def _only_links(raw: str) -> bool:
    """A block that only leads elsewhere ("See also ..."): nothing in it can be quoted."""
    if not _LINK.search(raw):
        return False
    rest = MARKER.sub("", _LINK.sub("", raw))
    return len(re.findall(r"\w+", rest)) <= _LINK_WORDS


def _quotes(
    text: str, block: Block, references: References, show: Callable[[str], str], fits: Fits
) -> Iterator[Quote]:
    """The block's sentences, giant ones in pieces, with the sources that their markers name."""
    raw = text[block.start : block.end]
    markers = list(MARKER.finditer(raw))
    match block.kind:
        case "row":
            spans = [(0, _before_markers(raw, markers))]
        case "code":
            spans = [(0, len(raw))]
        case _:
            spans = _sentences_between(raw, markers)
    runs = _marker_runs(raw, markers)
    for start, end in spans:
        ids = _cited_after(runs, end)
        cited = [references[name] for name in ids if name in references]
        standing, url = joint_standing(cited), best_url(cited)
        for left, right in _pieces(raw, start, end, show, fits):
            shown = show(raw[left:right])
            if shown:
                yield Quote(block.start + left, block.start + right, shown, standing, url, ids)


def _pieces(
    raw: str, start: int, end: int, show: Callable[[str], str], fits: Fits
) -> Iterator[tuple[int, int]]:
    """A sentence as it is where it fits the window as it is shown, else windows of it."""
    if end - start <= _LONGEST_SENTENCE and fits(show(raw[start:end])):
        yield start, end
    else:
        yield from windows_that_fit(raw, start, end, fits)


def _before_markers(raw: str, markers: list[re.Match[str]]) -> int:
    end = len(raw)
    while end and (raw[end - 1].isspace() or raw[end - 1] == "|") and raw[end - 2 : end] != "\\|":
        end -= 1
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
    return [(_after_quote_marks(raw, start, end), end) for start, end in spans]


def _after_quote_marks(raw: str, start: int, end: int) -> int:
    """Where a sentence begins that starts on a new line of a block quote."""
    opens_line = raw[:start][-20:].rstrip(" \t").endswith(("\n", "\r"))
    marks = _QUOTE_MARKS.match(raw, start, end) if opens_line else None
    return marks.end() if marks else start


def _marker_runs(raw: str, markers: list[re.Match[str]]) -> list[list[re.Match[str]]]:
    """Markers that follow each other with nothing but white space between."""
    runs: list[list[re.Match[str]]] = []
    for marker in markers:
        if runs and not raw[runs[-1][-1].end() : marker.start()].strip():
            runs[-1].append(marker)
        else:
            runs.append([marker])
    return runs


def _cited_after(runs: list[list[re.Match[str]]], end: int) -> tuple[str, ...]:
    """Ids of the first run of markers after `end`; the last run where none follows."""
    if not runs:
        return ()
    following = bisect_left(runs, end, key=lambda run: run[0].start())
    return tuple(marker.group(1) for marker in runs[min(following, len(runs) - 1)])


def _line_starts(text: str, start: int) -> list[int]:
    """Offsets of the lines as the parser counts them, plus the end of the text twice."""
    starts = [start, *(match.end() for match in _NEWLINE.finditer(text, start))]
    return [*starts, len(text), len(text)]


def _first_heading(text: str, start: int) -> str | None:
    for line in text[start : start + 10_000].splitlines()[:50]:
        heading = _HEADING.match(line)
        if heading:
            return readable(heading[1].rstrip(" \t#")) or None
    return None
