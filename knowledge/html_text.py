"""HTML into passages whose offsets lie in the file as stored.

The scanner is this module's own: it tells where each piece of text stands, takes time in proportion
to the text whatever stands in it, and no page makes it fail. The standard library's parser gives up
on some declarations, and takes hours over a few megabytes of tags that never end.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

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
_NEVER_CLOSED = frozenset(["br", "hr"])
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_MARKUP = re.compile(
    r"""<!--.*?(?:-->|\Z)
    |<(?P<close>/?)(?P<tag>[a-zA-Z][^\s/>]*)(?:[^>=]++|=\s*(?:"[^"]*"|'[^']*')|=)*+(?P<end>>|\Z)
    |<[!?/][^>]*(?:>|\Z)
    |&\#?[a-zA-Z0-9]+;?
    """,
    re.VERBOSE | re.DOTALL,
)
_REFERENCE = re.compile(r"&#?[a-zA-Z0-9]+;?")
_RAW_TEXT_ENDS = {
    tag: re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE) for tag in ("script", "style")
}
_SPACE = re.compile(r"\s+")


@dataclass
class _Run:
    """Text of one block: pieces with the raw offsets they stand at."""

    tag: str
    pieces: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(piece for _, _, piece in self.pieces)


class _Page:
    """The text of a page in runs, one for each block, and its title."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.title = _Run("title")
        self.runs: list[_Run] = [_Run("body")]
        self._in_title = False
        self._silent: tuple[str, int] | None = None
        self._opened_in_silence: Counter[str] = Counter()
        self._scan()

    def _scan(self) -> None:
        """Walk through text, references and tags. After the last `>` a `<` is only a character."""
        text = self.text
        last_tag_end = text.rfind(">") + 1
        at = search_from = 0
        while found := (_MARKUP if search_from < last_tag_end else _REFERENCE).search(
            text, search_from
        ):
            start, end = found.span()
            tag = None if text[start] == "&" else found["tag"]
            if text[start] == "<" and (start >= last_tag_end or (tag and not found["end"])):
                last_tag_end = min(start, last_tag_end)
                search_from = start + 1
                continue
            self._piece(at, start, text[at:start])
            at = search_from = end
            if text[start] == "&":
                self._piece(start, end, html.unescape(found.group()))
            elif tag and found["close"]:
                self._close(tag.lower())
            elif tag:
                self._open(tag.lower())
                if tag.lower() in _RAW_TEXT_ENDS:
                    closing = _RAW_TEXT_ENDS[tag.lower()].search(text, end)
                    at = search_from = closing.start() if closing else len(text)
                elif found.group().endswith("/>"):
                    self._close(tag.lower())
        self._piece(at, len(text), text[at:])

    def _piece(self, start: int, end: int, shown: str) -> None:
        if shown and self._silent is None:
            run = self.title if self._in_title else self.runs[-1]
            run.pieces.append((start, end, shown))

    def _open(self, tag: str) -> None:
        if self._silent:
            name, depth = self._silent
            if tag == name:
                self._silent = (name, depth + 1)
            elif tag in _BLOCKS and tag not in _NEVER_CLOSED:
                self._opened_in_silence[tag] += 1
        elif tag in _SILENT:
            self._silent = (tag, 1)
        elif tag == "title":
            self._in_title = not self.title.pieces
        elif tag == "br" and self.runs[-1].tag in _HEADINGS:
            self.runs[-1].pieces.append((0, 0, " "))
        elif tag in _BLOCKS:
            self._in_title = False
            self.runs.append(_Run(tag))

    def _close(self, tag: str) -> None:
        if self._silent:
            name, depth = self._silent
            if tag == name and depth > 1:
                self._silent = (name, depth - 1)
            elif tag == name:
                self._speak(name == "nav")
            elif self._opened_in_silence[tag]:
                self._opened_in_silence[tag] -= 1
            elif tag in _BLOCKS and tag not in _NEVER_CLOSED:
                self._speak(True)
        elif tag == "title":
            self._in_title = False
        elif tag in _BLOCKS:
            self.runs.append(_Run("div"))

    def _speak(self, in_a_new_block: bool) -> None:
        """End a silent element: by its own end tag, or by that of an element around it."""
        self._silent = None
        self._opened_in_silence.clear()
        if in_a_new_block:
            self.runs.append(_Run("div"))


def html_passages(document: Document, fits: Fits) -> Iterator[Passage]:
    """Passages of a web page, in order: one for each block that holds text."""
    page = _Page(document.text)
    title = _SPACE.sub(" ", page.title.text).strip() or document.path
    headings: list[tuple[int, str]] = []
    for run in page.runs:
        shown = run.text
        if not shown.strip():
            continue
        if run.tag in _HEADINGS:
            level = _HEADINGS[run.tag]
            headings = [(at, name) for at, name in headings if at < level]
            headings.append((level, _SPACE.sub(" ", shown).strip()))
            continue
        heading = tuple(name for _, name in headings if name != title)
        for part in groups_that_fit(_quotes(document.text, run, fits), fits):
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
    if "<" in raw or "&" in raw:
        raw = "".join(run.text for run in _Page(raw).runs)
    return _SPACE.sub(" ", raw).strip()


def _quotes(text: str, run: _Run, fits: Fits) -> Iterator[Quote]:
    shown = run.text
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
            start, end = raw(from_, False), raw(to, True)
            if quoted := plain(text[start:end]):
                yield Quote(start, end, quoted)
