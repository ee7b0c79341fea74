"""One immutable built version of the index, as a folder."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from index.vectors import DenseSearch
from index.words import LexicalSearch
from knowledge.model import CaseStudy, Standing
from knowledge.passages import Document, Passage, Quote

BUILT_IN = "knowledge"
"""Name of the root that holds the packaged content."""

MANIFEST_FILE = "manifest.json"
PASSAGES_FILE = "passages.sqlite"
FORMAT = 2
"""Raise it when the folder's layout changes: an older snapshot is then rebuilt, not misread."""

SCHEMA = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, path TEXT NOT NULL, format TEXT NOT NULL,
    sha256 TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (root, path));
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents, kind TEXT NOT NULL,
    source_id TEXT NOT NULL, title TEXT NOT NULL, heading TEXT NOT NULL, section TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, context TEXT NOT NULL,
    quotes TEXT NOT NULL, facets TEXT NOT NULL, key TEXT NOT NULL);
CREATE INDEX passages_by_source ON passages (source_id, section);
CREATE INDEX passages_by_document ON passages (document);
CREATE TABLE facets (name TEXT NOT NULL, value TEXT NOT NULL, row INTEGER NOT NULL);
CREATE INDEX facets_by_value ON facets (name, value);
CREATE TABLE cases (id TEXT PRIMARY KEY, document INTEGER NOT NULL, record TEXT NOT NULL);
"""


class SnapshotError(Exception):
    """A snapshot that cannot be used; the message says which and what to do."""


class Counts(BaseModel):
    """How much a snapshot holds."""

    model_config = ConfigDict(frozen=True)

    documents: int
    passages: int
    cases: int


class FileRecord(BaseModel):
    """Size in bytes and sha256 of one file of a snapshot."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str

    @classmethod
    def of(cls, file: Path) -> FileRecord:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256")
        return cls(size=file.stat().st_size, sha256=digest.hexdigest())


class Manifest(BaseModel):
    """What a snapshot is made of, down to its files."""

    model_config = ConfigDict(frozen=True)

    format: int
    id: str
    built: datetime
    model: str
    model_fingerprint: str
    splitter: int
    references: str
    content: str
    roots: dict[str, str]
    counts: Counts
    files: dict[str, FileRecord]


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage with its row and the document that it stands in."""

    row: int
    document: int
    root: str
    path: str
    format: str
    passage: Passage


class Snapshot:
    """A loaded snapshot. Safe to share between threads; nothing in it changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.id = self.manifest.id
        _check_sizes(folder, self.manifest)
        self._connection = sqlite3.connect(
            f"file:{folder / PASSAGES_FILE}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.dense = DenseSearch(folder)
        self.words = LexicalSearch(folder)

    @property
    def own_roots(self) -> tuple[str, ...]:
        """Names of the folders that a team added to the packaged content."""
        return tuple(name for name in self.manifest.roots if name != BUILT_IN)

    def __len__(self) -> int:
        return self.manifest.counts.passages

    def close(self) -> None:
        self._connection.close()

    def passages(self, rows: Sequence[int]) -> list[Stored]:
        """Passages by row, in the order asked for."""
        marks = ",".join("?" * len(rows))
        found = {stored.row: stored for stored in self._stored(f"p.row IN ({marks})", rows)}
        return [found[row] for row in rows if row in found]

    def of_source(self, source_id: str, section: str | None = None) -> list[Stored]:
        """All passages of an article or a case study, or of one section of it, in order."""
        if section is None:
            return list(self._stored("p.source_id = ?", [source_id]))
        return list(self._stored("p.source_id = ? AND p.section = ?", [source_id, section]))

    @cached_property
    def cases(self) -> dict[str, CaseStudy]:
        """Every case study by id."""
        rows = self._connection.execute("SELECT id, record FROM cases ORDER BY id")
        return {name: CaseStudy.model_validate_json(record) for name, record in rows}

    def text(self, document: int) -> str:
        """The text that a document's offsets refer to. Raises `KeyError` for an unknown number."""
        row = self._connection.execute(
            "SELECT text FROM documents WHERE id = ?", [document]
        ).fetchone()
        if row is None:
            raise KeyError(f"no document {document} in snapshot {self.id}")
        return str(row[0])

    def documents(self) -> Iterator[tuple[str, Document]]:
        """Every document with the name of the root that it came from."""
        query = "SELECT root, path, format, text, sha256 FROM documents ORDER BY id"
        for root, path, format, text, sha256 in self._connection.execute(query):
            yield root, Document(path, format, text, sha256)

    def rows_with(self, **facets: str | Sequence[str]) -> NDArray[np.bool_]:
        """One flag per row: which passages carry one of the given values of every named facet."""
        allowed = np.ones(len(self), dtype=np.bool_)
        for name, wanted in facets.items():
            values = [wanted] if isinstance(wanted, str) else list(wanted)
            marks = ",".join("?" * len(values))
            query = f"SELECT row FROM facets WHERE name = ? AND value IN ({marks})"
            rows = [row for (row,) in self._connection.execute(query, [name, *values])]
            flags = np.zeros(len(self), dtype=np.bool_)
            flags[rows] = True
            allowed &= flags
        return allowed

    def all_passages(self) -> Iterator[tuple[tuple[str, str], Passage]]:
        """Every passage in row order, with the root and path of its document."""
        roots = {
            number: (root, path)
            for number, root, path in self._connection.execute(
                "SELECT id, root, path FROM documents"
            )
        }
        for stored in self._stored("1", []):
            yield roots[stored.document], stored.passage

    def keys(self) -> dict[str, int]:
        """Row by the key of what was embedded, for re-use in the next build."""
        rows = self._connection.execute("SELECT key, row FROM passages")
        return dict(rows.fetchall())

    def _stored(self, where: str, values: Sequence[Any]) -> Iterator[Stored]:
        query = (
            "SELECT p.row, d.id, d.root, d.path, d.format, p.kind, p.source_id, p.title, p.heading,"
            ' p.section, p.start, p."end", p.text, p.context, p.quotes, p.facets'
            f" FROM passages p JOIN documents d ON d.id = p.document WHERE {where} ORDER BY p.row"
        )
        for record in self._connection.execute(query, list(values)):
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
            yield Stored(row, document, root, path, format, passage)


def read_manifest(folder: Path) -> Manifest:
    """Raises `SnapshotError` where the folder holds no snapshot of this format."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise SnapshotError(f"{folder.name} is not a usable snapshot: {error}") from error
    if manifest.format != FORMAT:
        raise SnapshotError(
            f"{folder.name} has format {manifest.format}, this version reads {FORMAT}; "
            "run `rust-or-not index build`"
        )
    return manifest


def _check_sizes(folder: Path, manifest: Manifest) -> None:
    """Refuse a snapshot with a missing or cut file before anything maps it into memory."""
    for name, record in manifest.files.items():
        file = folder / name
        if not file.is_file() or file.stat().st_size != record.size:
            raise SnapshotError(
                f"snapshot {manifest.id} is damaged ({name}); run `rust-or-not index rollback`, "
                "or `rust-or-not index build`"
            )


def damaged_files(folder: Path) -> list[str]:
    """Files whose bytes are not those that were written."""
    manifest = read_manifest(folder)
    return [
        name
        for name, record in manifest.files.items()
        if not (folder / name).is_file() or FileRecord.of(folder / name) != record
    ]


def quote_record(quote: Quote) -> list[Any]:
    """A quote as it is stored."""
    return [quote.start, quote.end, quote.text, quote.standing, quote.url, quote.references]


def _quote(raw: list[Any]) -> Quote:
    start, end, text, standing, url, references = raw
    return Quote(start, end, text, Standing(standing), url, tuple(references))
