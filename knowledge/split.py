"""Documents into passages, whatever their format."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.cases import case_passages, load_case
from knowledge.fitting import Fits
from knowledge.html_text import html_passages, plain
from knowledge.markdown import markdown_passages, readable, row_text
from knowledge.passages import Document, Passage
from knowledge.plain import plain_passages
from knowledge.references import References

SPLITTER_VERSION = 3
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


def shown(document_format: str, raw: str) -> str:
    """A raw stretch of a document as a reader should see it."""
    if document_format in ("markdown", "docx", "text") and raw.count("|") >= 2:
        return row_text(raw)
    if document_format in ("markdown", "docx"):
        return readable(raw)
    if document_format == "html":
        return plain(raw)
    return " ".join(raw.split())
