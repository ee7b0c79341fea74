"""One immutable built version of the index, as a folder."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from index.rows import STORED, Stored, passages_uri, stored
from index.tokens import TOKENS_VERSION
from index.vectors import DenseSearch
from index.words import LexicalSearch
from knowledge.model import CaseStudy
from knowledge.passages import Format
from knowledge.split import SPLITTER_VERSION

BUILT_IN = "knowledge"
"""Name of the root that holds the packaged content."""

MANIFEST_FILE = "manifest.json"
FORMAT = 3
"""Raise it when the folder's layout changes: an older snapshot is then rebuilt, not misread."""
HASHED_AT_LOAD = 64 * 1024**2
"""Snapshots up to this many bytes are read and compared whole each time they are loaded (0.1 s);
of larger ones only the sizes of the files. Builds, rollbacks and `doctor` always compare all."""
NEXT_STEP = "run `rust-or-not index rollback`, or `rust-or-not index build`"

_FLAGS_KEPT = 32


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
    """What a snapshot is made of, down to its files.

    `number` counts the builds: unlike the clock it never goes back.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    id: str
    number: int
    built: datetime
    model: str
    model_fingerprint: str
    splitter: int
    tokens: int
    references: str
    content: str
    roots: dict[str, str]
    counts: Counts
    files: dict[str, FileRecord]

    @property
    def cut_by_this_version(self) -> bool:
        """True where this version would split and tokenise the same text the same way."""
        return (self.splitter, self.tokens) == (SPLITTER_VERSION, TOKENS_VERSION)


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as a snapshot holds it; its passages are the rows `first` to `first + count`."""

    number: int
    root: str
    path: str
    format: Format
    sha256: str
    first: int
    count: int
    case_id: str | None


class Snapshot:
    """A loaded snapshot. Safe to share between threads; nothing in it changes."""

    def __init__(self, folder: Path, hashed_up_to: int = HASHED_AT_LOAD) -> None:
        """Raises `SnapshotError` where the folder is damaged or holds no snapshot of this format.

        A snapshot of up to `hashed_up_to` bytes is compared whole with its manifest.
        """
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.id = self.manifest.id
        _check_files(folder, self.manifest, hashed_up_to)
        self._flags: dict[tuple[str, tuple[str, ...]], NDArray[np.bool_]] = {}
        try:
            self._connection = sqlite3.connect(
                passages_uri(folder), uri=True, check_same_thread=False
            )
            weakref.finalize(self, self._connection.close)
            self.dense = DenseSearch(folder)
            self.words = LexicalSearch(folder)
            rows = "SELECT coalesce(max(row) + 1, 0) FROM passages"
            (size,) = self._connection.execute(rows).fetchone()
        except (OSError, ValueError, RuntimeError, sqlite3.Error) as error:
            raise SnapshotError(f"snapshot {self.id} is damaged ({error}); {NEXT_STEP}") from error
        if {size, len(self.dense.vectors), len(self.words)} != {len(self)}:
            raise SnapshotError(f"snapshot {self.id} is incomplete; {NEXT_STEP}")

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
        found = {one.row: one for one in self._stored(f"p.row IN ({marks})", rows)}
        return [found[row] for row in rows if row in found]

    def of_article(self, article: str) -> list[Stored]:
        """All passages of an article of the packaged content, in order.

        A team's own document may have the same id: it is not meant.
        """
        where = "p.source_id = ? AND p.kind = 'passage' AND d.root = ?"
        return list(self._stored(where, [article, BUILT_IN]))

    def of_case(self, case: str) -> list[Stored]:
        """All passages of a case study, in order; their ids are unique across all folders."""
        return list(self._stored("p.source_id = ? AND p.kind = 'case'", [case]))

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

    def documents(self) -> Iterator[DocumentRecord]:
        """Every document, in row order."""
        query = (
            "SELECT d.id, d.root, d.path, d.format, d.sha256, coalesce(min(p.row), 0),"
            " count(p.row), c.id FROM documents d LEFT JOIN passages p ON p.document = d.id"
            " LEFT JOIN cases c ON c.document = d.id GROUP BY d.id ORDER BY d.id"
        )
        return (DocumentRecord(*record) for record in self._connection.execute(query))

    def rows_with(self, **facets: str | Sequence[str]) -> NDArray[np.bool_]:
        """One flag per row: which passages carry one of the given values of every named facet."""
        allowed = np.ones(len(self), dtype=np.bool_)
        for name, wanted in facets.items():
            values = (wanted,) if isinstance(wanted, str) else tuple(wanted)
            allowed &= self._rows_with_one(name, values)
        return allowed

    def _rows_with_one(self, name: str, values: tuple[str, ...]) -> NDArray[np.bool_]:
        flags = self._flags.get((name, values))
        if flags is None:
            marks = ",".join("?" * len(values))
            query = f"SELECT row FROM facets WHERE name = ? AND value IN ({marks})"
            rows = [row for (row,) in self._connection.execute(query, [name, *values])]
            flags = np.zeros(len(self), dtype=np.bool_)
            flags[rows] = True
            if len(self._flags) >= _FLAGS_KEPT:
                self._flags.clear()
            self._flags[name, values] = flags
        return flags

    def keys(self) -> dict[str, int]:
        """Row by the key of what was embedded, for re-use in the next build."""
        rows = self._connection.execute("SELECT key, row FROM passages")
        return dict(rows.fetchall())

    def _stored(self, where: str, values: Sequence[Any]) -> Iterator[Stored]:
        query = f"{STORED} WHERE {where} ORDER BY p.row"
        return (stored(record) for record in self._connection.execute(query, list(values)))


def read_manifest(folder: Path) -> Manifest:
    """Raises `SnapshotError` where the folder holds no snapshot of this format."""
    try:
        raw = (folder / MANIFEST_FILE).read_bytes()
    except (OSError, ValueError) as error:  # a name that no file can have, too
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SnapshotError(
            f"{folder.name} is not a usable snapshot: its manifest cannot be read "
            f"({reason}); {NEXT_STEP}"
        ) from error
    return parse_manifest(raw, folder.name)


def parse_manifest(raw: bytes, name: str) -> Manifest:
    """The manifest of the snapshot that is called so. Raises as `read_manifest`."""
    try:
        data = json.loads(raw)
        found = data["format"]
        if found == FORMAT:
            return Manifest.model_validate(data)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise SnapshotError(
            f"{name} is not a usable snapshot: its manifest is damaged; {NEXT_STEP}"
        ) from error
    raise SnapshotError(
        f"{name} has format {found}, this version reads {FORMAT}; run `rust-or-not index build`"
    )


def damaged_files(folder: Path) -> list[str]:
    """Files whose bytes are not those that were written."""
    manifest = read_manifest(folder)
    return [
        name
        for name, record in manifest.files.items()
        if not (folder / name).is_file() or FileRecord.of(folder / name) != record
    ]


def _check_files(folder: Path, manifest: Manifest, hashed_up_to: int) -> None:
    """Refuse a missing or cut file before it is mapped, and a changed one where that is cheap."""
    damaged = [
        name
        for name, record in manifest.files.items()
        if not (folder / name).is_file() or (folder / name).stat().st_size != record.size
    ]
    if not damaged and sum(record.size for record in manifest.files.values()) <= hashed_up_to:
        damaged = damaged_files(folder)
    if damaged:
        raise SnapshotError(
            f"snapshot {manifest.id} is damaged ({', '.join(damaged)}); {NEXT_STEP}"
        )
