"""The tables of a snapshot's SQLite file, and a passage as a row of them and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.model import Standing
from knowledge.passages import Passage, Quote

PASSAGES_FILE = "passages.sqlite"

TABLES = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, path TEXT NOT NULL, format TEXT NOT NULL,
    sha256 TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (root, path));
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents, kind TEXT NOT NULL,
    source_id TEXT NOT NULL, title TEXT NOT NULL, heading TEXT NOT NULL, section TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, context TEXT NOT NULL,
    quotes TEXT NOT NULL, facets TEXT NOT NULL, key TEXT NOT NULL);
CREATE TABLE facets (name TEXT NOT NULL, value TEXT NOT NULL, row INTEGER NOT NULL);
CREATE TABLE cases (id TEXT PRIMARY KEY, document INTEGER NOT NULL, record TEXT NOT NULL);
"""
INDEXES = """
CREATE INDEX passages_by_source ON passages (source_id, section);
CREATE INDEX passages_by_document ON passages (document);
CREATE INDEX facets_by_value ON facets (name, value);
"""

STORED = """
SELECT p.row, d.id, d.root, d.path, d.format, p.kind, p.source_id, p.title, p.heading, p.section,
    p.start, p."end", p.text, p.context, p.quotes, p.facets
FROM passages p JOIN documents d ON d.id = p.document
"""
"""What `stored` turns into a passage."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage with its row and the document that it stands in."""

    row: int
    document: int
    root: str
    path: str
    format: str
    passage: Passage


def passages_uri(folder: Path) -> str:
    """How SQLite opens a snapshot's passages: read only, and without looking for a journal."""
    return f"{(folder / PASSAGES_FILE).absolute().as_uri()}?mode=ro&immutable=1"


def stored(record: Sequence[Any]) -> Stored:
    """A row of the query `STORED` as the passage that it holds."""
    row, document, root, path, format, kind, source, title, *rest = record
    heading, section, start, end, text, context, quotes, facets = rest
    passage = Passage(
        kind,
        source,
        title,
        tuple(json.loads(heading)),
        section,
        start,
        end,
        text,
        context,
        tuple(_quote(raw) for raw in json.loads(quotes)),
        {name: tuple(values) for name, values in json.loads(facets).items()},
    )
    return Stored(row, document, root, path, format, passage)


def quote_record(quote: Quote) -> list[Any]:
    """A quote as it is stored."""
    return [quote.start, quote.end, quote.text, quote.standing, quote.url, quote.references]


def _quote(raw: list[Any]) -> Quote:
    start, end, text, standing, url, references = raw
    return Quote(start, end, text, Standing(standing), url, tuple(references))
