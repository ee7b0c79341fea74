"""Writing a snapshot's files into a folder."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from index.encoder import Encoder, Vectors
from index.gather import Entry
from index.snapshot import (
    FORMAT,
    MANIFEST_FILE,
    PASSAGES_FILE,
    SCHEMA,
    Counts,
    FileRecord,
    Manifest,
    quote_record,
)
from index.vectors import write_vectors
from index.words import Tokens, write_words
from knowledge.passages import Passage
from knowledge.split import SPLITTER_VERSION


def write_snapshot(
    folder: Path,
    entries: Sequence[Entry],
    vectors: Vectors,
    encoder: Encoder,
    *,
    roots: Mapping[str, str],
    references: str,
) -> Manifest:
    """Write everything that serving needs, durably; the manifest comes last.

    `vectors` has one row for each passage of the entries, in their order.
    """
    _write_passages(folder / PASSAGES_FILE, entries)
    write_vectors(folder, vectors)
    tokens = Tokens()
    write_words(folder, [tokens(p.words) for entry in entries for p in entry.passages])
    files = {
        file.relative_to(folder).as_posix(): FileRecord.of(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    built = datetime.now(UTC).replace(microsecond=0)
    listed = "\n".join(f"{entry.name} {entry.document.sha256}" for entry in entries)
    contents = hashlib.sha256(listed.encode()).hexdigest()
    manifest = Manifest(
        format=FORMAT,
        id=f"{built:%Y%m%d-%H%M%S}-{contents[:8]}-{os.urandom(2).hex()}",
        built=built,
        model=encoder.name,
        model_fingerprint=encoder.fingerprint,
        splitter=SPLITTER_VERSION,
        references=references,
        content=contents,
        roots=dict(roots),
        counts=Counts(
            documents=len(entries),
            passages=len(vectors),
            cases=sum(entry.case is not None for entry in entries),
        ),
        files=files,
    )
    (folder / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    for file in (*files, MANIFEST_FILE):
        with (folder / file).open("rb") as opened:
            os.fsync(opened.fileno())
    return manifest


def passage_key(passage: Passage) -> str:
    """Names what is embedded: equal keys have equal vectors under the same model."""
    searched = passage.searchable.encode("utf-8", "surrogatepass")
    return hashlib.sha256(searched).hexdigest()[:32]


def _write_passages(file: Path, entries: Sequence[Entry]) -> None:
    connection = sqlite3.connect(file)
    try:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA)
        row = 0
        for number, entry in enumerate(entries):
            _write_entry(connection, number, row, entry)
            row += len(entry.passages)
        connection.commit()
    finally:
        connection.close()


def _write_entry(connection: sqlite3.Connection, number: int, row: int, entry: Entry) -> None:
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
