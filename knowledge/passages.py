"""What is indexed and quoted: documents, passages and quotes, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from knowledge.model import Standing

Format = Literal["markdown", "text", "html", "pdf", "docx", "case"]
Kind = Literal["passage", "case"]


@dataclass(frozen=True, slots=True)
class Document:
    """One file's decoded text.

    `path` is relative to the folder it was loaded from, with forward slashes. `text` is what
    offsets refer to: the file as stored, or for PDF and DOCX the text drawn out of it. `sha256`
    is of the file's bytes.
    """

    path: str
    format: Format
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a document that may be quoted, usually a sentence.

    `start` and `end` are character offsets into the document's text. `text` is the same stretch
    made readable: white space collapsed, inline markup taken off.
    """

    start: int
    end: int
    text: str
    standing: Standing = Standing.CLAIMED
    url: str | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document with its place in it: the unit of search.

    `context` is what the words need to be understood: the nearest heading and the line that leads a
    list in, or the record's name and direction. It is embedded with the text, but never quoted.
    """

    kind: Kind
    source_id: str
    title: str
    heading: tuple[str, ...]
    section: str
    start: int
    end: int
    text: str
    context: str
    quotes: tuple[Quote, ...]
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def searchable(self) -> str:
        """What is embedded."""
        return f"{self.context}\n{self.text}" if self.context else self.text

    @property
    def words(self) -> str:
        """What is tokenised: all headings and the title too.

        In the embedding they would drown a short text: with the whole path in front, every item of
        a list comes out alike.
        """
        return "\n".join((self.title, *self.heading, self.searchable))
