"""The documents of a kept snapshot, without its vectors: opened in milliseconds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.rows import passages_uri
from index.snapshot import read_manifest
from knowledge.split import shown


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch that may be quoted: offsets into the document, and as a reader sees it."""

    start: int
    end: int
    text: str
    section: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document as a snapshot holds it, with its sentences in order."""

    format: str
    text: str
    sentences: tuple[Sentence, ...]

    def says(self, start: int, end: int, quote: str) -> bool:
        """Whether a quote stands verbatim at its offsets."""
        return 0 <= start < end and self.text[start:end] == quote

    def readable(self, start: int, end: int) -> str:
        """A stretch as a reader should see it."""
        return shown(self.format, self.text[start:end])

    def around(self, start: int, end: int) -> tuple[str, str]:
        """The sentences before and after a stretch, of the same section; empty at its ends."""
        own = next((s for s in self.sentences if s.start <= start and end <= s.end), None)
        if own is None:
            return "", ""
        near = [s for s in self.sentences if s.section == own.section]
        before = [s.text for s in near if s.end <= start]
        after = [s.text for s in near if s.start >= end]
        return before[-1] if before else "", after[0] if after else ""


class Documents:
    """What a snapshot's folder holds, by path. A context manager; for one thread."""

    def __init__(self, folder: Path) -> None:
        """Raises `SnapshotError` where the folder holds no snapshot of this format."""
        self._roots = tuple(read_manifest(folder).roots)
        self._folder = folder

    def __enter__(self) -> Documents:
        self._connection = sqlite3.connect(passages_uri(self._folder), uri=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def at(self, path: str) -> Iterator[KeptDocument]:
        """The documents with a path: one in each folder that has such a file.

        Raises `sqlite3.Error` where the folder was removed meanwhile.
        """
        marks = ",".join("?" * len(self._roots))
        query = f"SELECT id, format, text FROM documents WHERE root IN ({marks}) AND path = ?"
        for number, format, text in self._connection.execute(query, [*self._roots, path]):
            yield KeptDocument(format, text, tuple(self._sentences(number)))

    def _sentences(self, document: int) -> Iterator[Sentence]:
        query = "SELECT heading, section, quotes FROM passages WHERE document = ? ORDER BY row"
        found = {}
        for heading, section, quotes in self._connection.execute(query, [document]):
            path = (*json.loads(heading), section)
            for start, end, text, *_ in json.loads(quotes):
                found[start, end] = Sentence(start, end, text, path)
        yield from (found[at] for at in sorted(found))
