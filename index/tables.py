"""The SQLite file of a snapshot: documents, passages, facets and case studies."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.gather import Carried, Entry, Fresh
from index.rows import INDEXES, PASSAGES_FILE, TABLES, passages_uri, quote_record
from index.snapshot import Snapshot
from knowledge.passages import Passage

_CARRY = """
INSERT INTO documents
    SELECT c.new, d.root, d.path, d.format, d.sha256, d.text
    FROM carried c JOIN before.documents d ON d.id = c.old ORDER BY c.new;
INSERT INTO passages
    SELECT p.row + c.shift, c.new, p.kind, p.source_id, p.title, p.heading, p.section, p.start,
        p."end", p.text, p.context, p.quotes, p.facets, p.key
    FROM carried c JOIN before.passages p ON p.document = c.old ORDER BY c.new, p.row;
INSERT INTO facets
    SELECT f.name, f.value, f.row + c.shift
    FROM before.facets f JOIN before.passages p ON p.row = f.row
    JOIN carried c ON c.old = p.document ORDER BY f.name, f.value, f.row;
INSERT INTO cases
    SELECT k.id, c.new, k.record FROM before.cases k JOIN carried c ON c.old = k.document;
"""


def write_tables(folder: Path, entries: Sequence[Entry], before: Snapshot | None) -> None:
    """Write documents and passages; those carried over are copied from the snapshot before.

    Rows count on from entry to entry, documents by their place in `entries`.
    """
    target = f"{(folder / PASSAGES_FILE).absolute().as_uri()}?mode=rwc"
    connection = sqlite3.connect(target, uri=True)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + TABLES)
        if before is not None:
            _carry(connection, entries, before)
        row = 0
        for number, entry in enumerate(entries):
            if isinstance(entry, Fresh):
                _write_entry(connection, number, row, entry)
            row += entry.count
        connection.executescript(INDEXES)
        connection.commit()
    finally:
        connection.close()


def passage_key(passage: Passage) -> str:
    """Names what is embedded: equal keys have equal vectors under the same model."""
    searched = passage.searchable.encode("utf-8", "surrogatepass")
    return hashlib.sha256(searched).hexdigest()[:32]


def _carry(connection: sqlite3.Connection, entries: Sequence[Entry], before: Snapshot) -> None:
    connection.execute("ATTACH ? AS before", [passages_uri(before.folder)])
    connection.execute(
        "CREATE TEMP TABLE carried (old INTEGER PRIMARY KEY, new INTEGER, shift INTEGER)"
    )
    row = 0
    for number, entry in enumerate(entries):
        if isinstance(entry, Carried):
            moved = (entry.record.number, number, row - entry.record.first)
            connection.execute("INSERT INTO carried VALUES (?,?,?)", moved)
        row += entry.count
    connection.executescript(_CARRY)


def _write_entry(connection: sqlite3.Connection, number: int, row: int, entry: Fresh) -> None:
    root, path = entry.place
    document = entry.document
    connection.execute(
        "INSERT INTO documents VALUES (?,?,?,?,?,?)",
        (number, root, path, document.format, document.sha256, document.text),
    )
    if entry.case is not None:
        record = entry.case.model_dump_json()
        connection.execute("INSERT INTO cases VALUES (?,?,?)", (entry.case.id, number, record))
    connection.executemany(
        "INSERT INTO passages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        _records(row, number, entry.passages),
    )
    connection.executemany("INSERT INTO facets VALUES (?,?,?)", _facets(row, root, entry.passages))


def _records(
    row: int, document: int, found: Sequence[Passage]
) -> Iterator[tuple[int | str | None, ...]]:
    for offset, passage in enumerate(found):
        yield (
            row + offset,
            document,
            passage.kind,
            passage.source_id,
            passage.title,
            json.dumps(passage.heading),
            passage.section,
            passage.start,
            passage.end,
            passage.text,
            passage.context,
            json.dumps([quote_record(quote) for quote in passage.quotes]),
            json.dumps(passage.facets),
            passage_key(passage),
        )


def _facets(row: int, root: str, found: Sequence[Passage]) -> Iterator[tuple[str, str, int]]:
    for offset, passage in enumerate(found):
        yield "kind", passage.kind, row + offset
        yield "root", root, row + offset
        for facet, values in passage.facets.items():
            for value in values:
                yield facet, value, row + offset
