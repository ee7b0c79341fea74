"""Writing a snapshot's files into a folder."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.encoder import Encoder, Vectors
from index.gather import Carried, Entry, name
from index.snapshot import FORMAT, MANIFEST_FILE, Counts, FileRecord, Manifest, Snapshot
from index.store import sync_folder
from index.tables import write_tables
from index.tokens import TOKENS_VERSION, Tokens
from index.vectors import write_vectors
from index.words import WordCounts, write_words
from knowledge.split import SPLITTER_VERSION

_FULL = 1024**2
"""A disk with less than these bytes left counts as full."""


def write_snapshot(
    folder: Path,
    entries: Sequence[Entry],
    vectors: Vectors,
    encoder: Encoder,
    *,
    number: int,
    roots: Mapping[str, str],
    references: str,
    before: Snapshot | None,
) -> Manifest:
    """Write everything that serving needs, durably; the manifest comes last.

    `vectors` has one row for each passage of the entries, in their order. `before` holds the
    entries that are carried over. Raises `OSError` where the disk is full or fails.
    """
    with _disk_faults(folder):
        write_tables(folder, entries, before)
        write_vectors(folder, vectors)
        write_words(folder, _counted(entries, before))
    files = {
        file.relative_to(folder).as_posix(): FileRecord.of(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    built = datetime.now(UTC).replace(microsecond=0)
    listed = "\n".join(f"{name(entry.place)} {entry.sha256}" for entry in entries)
    contents = hashlib.sha256(listed.encode()).hexdigest()
    manifest = Manifest(
        format=FORMAT,
        id=f"{built:%Y%m%d-%H%M%S}-{contents[:8]}-{os.urandom(2).hex()}",
        number=number,
        built=built,
        model=encoder.name,
        model_fingerprint=encoder.fingerprint,
        splitter=SPLITTER_VERSION,
        tokens=TOKENS_VERSION,
        references=references,
        content=contents,
        roots=dict(roots),
        counts=Counts(
            documents=len(entries),
            passages=len(vectors),
            cases=sum(entry.case_id is not None for entry in entries),
        ),
        files=files,
    )
    (folder / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    for file in (*files, MANIFEST_FILE):
        with (folder / file).open("rb") as opened:
            os.fsync(opened.fileno())
    for place in {(folder / file).parent for file in files}:
        sync_folder(place)
    return manifest


def _counted(entries: Sequence[Entry], before: Snapshot | None) -> WordCounts:
    """The words of every passage; what is carried over is not read again."""
    tokens = Tokens()
    size = sum(entry.count for entry in entries)
    places = np.full(len(before) if before else 0, -1, dtype=np.int32)
    fresh: dict[int, list[str]] = {}
    row = 0
    for entry in entries:
        if isinstance(entry, Carried):
            first = entry.record.first
            places[first : first + entry.count] = np.arange(row, row + entry.count)
        else:
            fresh |= {row + at: tokens(p.words) for at, p in enumerate(entry.passages)}
        row += entry.count
    counts = WordCounts.of(fresh, size)
    carried = before.words.counts().moved(places, size) if before else WordCounts.of({}, size)
    return counts.joined(carried)


@contextmanager
def _disk_faults(folder: Path) -> Iterator[None]:
    """SQLite, numpy and faiss each report a full disk in their own way: all become `OSError`."""
    try:
        yield
    except (sqlite3.OperationalError, RuntimeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        full = shutil.disk_usage(folder).free < _FULL
        code = errno.ENOSPC if full else errno.EIO
        raise OSError(code, f"{os.strerror(code)} ({error})", str(folder)) from error
