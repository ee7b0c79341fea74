"""Building a snapshot: read, split, embed only what is new, write beside, check, switch."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.encoder import Encoder, Vectors
from index.gate import Gate, failed_gates
from index.snapshot import (
    FORMAT,
    MANIFEST_FILE,
    PASSAGES_FILE,
    SCHEMA,
    Counts,
    FileRecord,
    Manifest,
    Snapshot,
    SnapshotError,
    quote_record,
)
from index.store import SnapshotStore, sync_folder
from index.vectors import write_vectors
from index.words import Tokens, write_words
from knowledge.cases import load_case
from knowledge.content import Content
from knowledge.faults import ContentError
from knowledge.folders import Skipped, find_documents, read_document
from knowledge.model import CaseStudy
from knowledge.passages import Document, Passage
from knowledge.references import References
from knowledge.split import SPLITTER_VERSION, passages, shown

BUILT_IN = "knowledge"
"""Name of the root that holds the packaged content."""

EMBED_CHUNK = 2048
"""Passages handed to the encoder at a time, so that progress moves and memory stays bounded."""

Place = tuple[str, str]
"""A document's root and path."""

Progress = Callable[[str, int, int], None]
"""Told a stage's name, how much of it is done, and how much there is."""


class BuildRefused(Exception):
    """A finished build that failed its own checks: the snapshot before it goes on serving."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did.

    Places read `path`, or `root/path` for a team's own folders. `skipped` was left out; `kept` is
    unreadable now and goes on being served as it was.
    """

    snapshot: str
    switched: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    skipped: tuple[Skipped, ...]
    kept: tuple[Skipped, ...]
    passages: int
    embedded: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """A document on its way into the index."""

    place: Place
    document: Document
    passages: tuple[Passage, ...]
    case: CaseStudy | None


@dataclass
class _Previous:
    """The snapshot before. Its splits are re-used where they would come out the same."""

    snapshot: Snapshot | None
    same_model: bool = False
    same_splits: bool = False
    documents: dict[Place, Document] = field(default_factory=dict)
    passages: dict[Place, list[Passage]] = field(default_factory=dict)


@dataclass
class _Gathered:
    """What was read, and what could not be."""

    documents: list[tuple[Place, Document]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    kept: list[Skipped] = field(default_factory=list)
    roots: dict[str, str] = field(default_factory=dict)

    def refuse(self, place: Place, reason: str, previous: _Previous) -> Document | None:
        """Note a document that cannot be used; returns its last readable version, if any."""
        before = previous.documents.get(place)
        (self.kept if before else self.skipped).append(Skipped(_name(place), reason))
        return before


def build(
    store: SnapshotStore,
    content: Content,
    folders: Sequence[Path],
    encoder: Encoder,
    gates: Sequence[Gate] = (),
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Build and switch to a new snapshot of the packaged content and a team's own folders.

    Unchanged passages keep their vectors. Where nothing changed at all, nothing is written. A
    document that was served before and cannot be read now keeps its last readable version.

    Raises `BuildRefused` where the new snapshot fails its checks, `BuildInProgress` where another
    build runs, `NotADirectoryError` for a folder that is none, `OSError` where the disk fails:
    each time the snapshot before goes on serving.
    """
    with store.building() as scratch:
        previous = _previous(store, encoder, content)
        try:
            gathered = _gather(content, folders, previous, progress)
            entries = _split(gathered, content.references, encoder, previous, progress)
            report = _compare(entries, gathered, previous)
            if previous.snapshot and previous.same_splits and not report.switched:
                return report
            return _finish(store, scratch, entries, report, previous, encoder, content, gathered,
                           gates, progress)
        finally:
            if previous.snapshot is not None:
                previous.snapshot.close()


def _finish(
    store: SnapshotStore,
    scratch: Path,
    entries: list[_Entry],
    report: Report,
    previous: _Previous,
    encoder: Encoder,
    content: Content,
    gathered: _Gathered,
    gates: Sequence[Gate],
    progress: Progress,
) -> Report:
    vectors, embedded = _vectors(entries, encoder, previous, progress)
    progress("writing", 0, 1)
    manifest = _write(scratch, entries, vectors, encoder, content, gathered)
    progress("checking", 0, 1)
    _check(scratch, entries, encoder, gates)
    os.replace(scratch, store.path(manifest.id))
    sync_folder(store.folder)
    store.switch(manifest.id)
    store.prune()
    progress("done", 1, 1)
    return Report(
        manifest.id,
        True,
        report.added,
        report.changed,
        report.removed,
        report.unchanged,
        report.skipped,
        report.kept,
        manifest.counts.passages,
        embedded,
    )


def _previous(store: SnapshotStore, encoder: Encoder, content: Content) -> _Previous:
    try:
        snapshot = store.open_current()
    except SnapshotError:
        return _Previous(None)
    manifest = snapshot.manifest
    same_model = manifest.model_fingerprint == encoder.fingerprint
    previous = _Previous(
        snapshot,
        same_model,
        same_model
        and manifest.splitter == SPLITTER_VERSION
        and manifest.references == _references_hash(content.references),
        {(root, document.path): document for root, document in snapshot.documents()},
    )
    if previous.same_splits:
        for place, passage in snapshot.all_passages():
            previous.passages.setdefault(place, []).append(passage)
    return previous


def _gather(
    content: Content, folders: Sequence[Path], previous: _Previous, progress: Progress
) -> _Gathered:
    gathered = _Gathered(roots={BUILT_IN: str(content.root)})
    own = (*content.articles, *(loaded.document for loaded in content.cases))
    gathered.documents += [((BUILT_IN, document.path), document) for document in own]
    texts = {document.sha256: document.text for document in previous.documents.values()}
    for folder in folders:
        root = _root_name(folder, gathered.roots)
        gathered.roots[root] = str(folder.resolve())
        found, skipped = find_documents(folder)
        for skip in skipped:
            before = gathered.refuse((root, skip.path), skip.reason, previous)
            if before:
                gathered.documents.append(((root, skip.path), before))
        for count, item in enumerate(found):
            progress("reading", count, len(found))
            place = (root, item.path)
            read = read_document(item, texts.get)
            document: Document | None
            if isinstance(read, Skipped):
                document = gathered.refuse(place, read.reason, previous)
            else:
                document = read
            if document:
                gathered.documents.append((place, document))
    return gathered


def _split(
    gathered: _Gathered,
    references: References,
    encoder: Encoder,
    previous: _Previous,
    progress: Progress,
) -> list[_Entry]:
    entries: list[_Entry] = []
    case_ids: dict[str, Place] = {}
    for count, (place, document) in enumerate(gathered.documents):
        progress("splitting", count, len(gathered.documents))
        try:
            entry = _entry(place, document, references, encoder, previous)
        except ContentError as error:
            before = gathered.refuse(place, "; ".join(map(str, error.faults[:3])), previous)
            if before is None:
                continue
            entry = _entry(place, before, references, encoder, previous)
        if entry.case is not None:
            first = case_ids.setdefault(entry.case.id, place)
            if first != place:
                reason = f"the case id {entry.case.id!r} is already used by {_name(first)}"
                gathered.skipped.append(Skipped(_name(place), reason))
                continue
        entries.append(entry)
    return entries


def _entry(
    place: Place,
    document: Document,
    references: References,
    encoder: Encoder,
    previous: _Previous,
) -> _Entry:
    case = load_case(document).case if document.format == "case" else None
    before = previous.documents.get(place)
    if previous.same_splits and before and before.sha256 == document.sha256:
        return _Entry(place, document, tuple(previous.passages.get(place, ())), case)
    return _Entry(place, document, tuple(passages(document, references, encoder.fits)), case)


def _compare(entries: list[_Entry], gathered: _Gathered, previous: _Previous) -> Report:
    """What is new, changed and gone; `switched` here says whether there is anything to build."""
    now = {entry.place: entry.document.sha256 for entry in entries}
    before = {place: document.sha256 for place, document in previous.documents.items()}
    added = tuple(_name(place) for place in now if place not in before)
    changed = tuple(_name(p) for p, sha in now.items() if p in before and before[p] != sha)
    removed = tuple(_name(place) for place in before if place not in now)
    return Report(
        previous.snapshot.id if previous.snapshot else "",
        bool(added or changed or removed),
        added,
        changed,
        removed,
        len(now) - len(added) - len(changed),
        tuple(sorted(gathered.skipped)),
        tuple(sorted(gathered.kept)),
        sum(len(entry.passages) for entry in entries),
        0,
    )


def _vectors(
    entries: list[_Entry], encoder: Encoder, previous: _Previous, progress: Progress
) -> tuple[Vectors, int]:
    """Vectors of shape `(passages, dimension)` in row order, and how many were newly embedded."""
    texts = [passage.searchable for entry in entries for passage in entry.passages]
    keys = [_key(text) for text in texts]
    old = previous.snapshot if previous.same_model else None
    known = old.keys() if old else {}
    result = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    if old:
        reused = [(row, known[key]) for row, key in enumerate(keys) if key in known]
        if reused:
            rows, sources = map(list, zip(*reused, strict=True))
            result[rows] = old.dense.vectors[sources]
    fresh: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        if key not in known:
            fresh.setdefault(key, []).append(row)
    first_rows = [rows[0] for rows in fresh.values()]
    finished = 0

    def advance(count: int) -> None:
        nonlocal finished
        finished += count
        progress("embedding", finished, len(first_rows))

    for at in range(0, len(first_rows), EMBED_CHUNK):
        chunk = first_rows[at : at + EMBED_CHUNK]
        vectors = encoder.embed([texts[row] for row in chunk], advance)
        for row, vector in zip(chunk, vectors, strict=True):
            result[fresh[keys[row]]] = vector
    return result, len(first_rows)


def _write(
    folder: Path,
    entries: list[_Entry],
    vectors: Vectors,
    encoder: Encoder,
    content: Content,
    gathered: _Gathered,
) -> Manifest:
    _write_passages(folder, entries)
    write_vectors(folder, vectors)
    tokens = Tokens()
    write_words(folder, [tokens(p.searchable) for entry in entries for p in entry.passages])
    files = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        files[file.relative_to(folder).as_posix()] = FileRecord.of(file)
    built = datetime.now(UTC).replace(microsecond=0)
    contents = hashlib.sha256(
        "\n".join(f"{_name(e.place)} {e.document.sha256}" for e in entries).encode()
    ).hexdigest()
    manifest = Manifest(
        format=FORMAT,
        id=f"{built:%Y%m%d-%H%M%S}-{contents[:8]}-{os.urandom(2).hex()}",
        built=built,
        model=encoder.name,
        model_fingerprint=encoder.fingerprint,
        splitter=SPLITTER_VERSION,
        references=_references_hash(content.references),
        content=contents,
        roots=gathered.roots,
        counts=Counts(
            documents=len(entries),
            passages=len(vectors),
            cases=sum(entry.case is not None for entry in entries),
        ),
        files=files,
    )
    (folder / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    for name in (*files, MANIFEST_FILE):
        with (folder / name).open("rb") as file:
            os.fsync(file.fileno())
    return manifest


def _write_passages(folder: Path, entries: list[_Entry]) -> None:
    connection = sqlite3.connect(folder / PASSAGES_FILE)
    with connection:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA)
        row = 0
        for number, entry in enumerate(entries):
            root, path = entry.place
            document = entry.document
            connection.execute(
                "INSERT INTO documents VALUES (?,?,?,?,?,?)",
                (number, root, path, document.format, document.sha256, document.text),
            )
            if entry.case is not None:
                record = entry.case.model_dump_json()
                connection.execute(
                    "INSERT INTO cases VALUES (?,?,?)", (entry.case.id, number, record)
                )
            records = list(_records(row, number, entry.passages))
            marks = ",".join("?" * 14)
            connection.executemany(f"INSERT INTO passages VALUES ({marks})", records)
            connection.executemany(
                "INSERT INTO facets VALUES (?,?,?)", _facet_records(row, entry.passages)
            )
            row += len(entry.passages)
    connection.close()


def _records(
    row: int, document: int, found: Sequence[Passage]
) -> Iterator[tuple[object, ...]]:
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
            _key(passage.searchable),
        )


def _facet_records(row: int, found: Sequence[Passage]) -> Iterator[tuple[str, str, int]]:
    for offset, passage in enumerate(found):
        yield "kind", passage.kind, row + offset
        for name, values in passage.facets.items():
            for value in values:
                yield name, value, row + offset


def _check(
    folder: Path, entries: list[_Entry], encoder: Encoder, gates: Sequence[Gate]
) -> None:
    """Load the snapshot as a server would, and refuse it where it does not hold what it should."""
    snapshot = Snapshot(folder)
    try:
        rows = len(snapshot.dense.vectors)
        if rows != snapshot.manifest.counts.passages:
            raise BuildRefused(f"{rows} vectors for {snapshot.manifest.counts.passages} passages")
        for entry in entries:
            _check_quotes(entry)
        failed = failed_gates(snapshot, encoder, gates)
    finally:
        snapshot.close()
    if failed:
        listed = "; ".join(f"{gate.question!r} should find {gate.source}" for gate in failed[:5])
        raise BuildRefused(f"{len(failed)} of {len(gates)} gate questions failed: {listed}")


def _check_quotes(entry: _Entry) -> None:
    text, format = entry.document.text, entry.document.format
    for passage in entry.passages:
        for quote in passage.quotes:
            if shown(format, text[quote.start : quote.end]) != quote.text:
                raise BuildRefused(f"{_name(entry.place)}: a quote is not verbatim: {quote.text!r}")


def _references_hash(references: References) -> str:
    listed = sorted((r.id, r.url or "", r.standing) for r in references.values())
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def _key(searchable: str) -> str:
    return hashlib.sha256(searchable.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _root_name(folder: Path, taken: Mapping[str, str]) -> str:
    """The folder's own name, with a number where two folders share it."""
    name = folder.resolve().name or "root"
    number = 2
    candidate = name
    while candidate in taken and taken[candidate] != str(folder.resolve()):
        candidate = f"{name}-{number}"
        number += 1
    return candidate


def _name(place: Place) -> str:
    root, path = place
    return path if root == BUILT_IN else f"{root}/{path}"
