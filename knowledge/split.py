"""Documents into passages, whatever their format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from knowledge.cases import case_passages, load_case
from knowledge.fitting import Fits
from knowledge.html_text import html_passages, plain
from knowledge.markdown import collapsed, docx_text, markdown_passages, markdown_text
from knowledge.passages import Document, Passage
from knowledge.plain import plain_passages, plain_text
from knowledge.references import References

SPLITTER_VERSION = 5
"""Part of a snapshot's manifest: raise it when the same file would split differently."""


def passages(document: Document, references: References, fits: Fits) -> Iterator[Passage]:
    """The document's passages in order.

    Raises `ContentError` for a case study that is not valid; any other text can be split.
    """
    match document.format:
        case "markdown" | "docx":
            yield from markdown_passages(document, references, fits)
        case "text" | "pdf":
            yield from plain_passages(document, fits)
        case "html":
            yield from html_passages(document, fits)
        case "case":
            yield from case_passages(load_case(document))


_SHOWN: Mapping[str, Callable[[str], str]] = {
    "markdown": markdown_text,
    "docx": docx_text,
    "text": plain_text,
    "pdf": plain_text,
    "html": plain,
    "case": collapsed,
}


def shown(document_format: str, raw: str) -> str:
    """A raw stretch of a document as a reader should see it."""
    return _SHOWN[document_format](raw)
