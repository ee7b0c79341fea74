"""Building a snapshot: read, split, embed only what is new, write beside, check, switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.encoder import Encoder, Vectors
from index.gate import Gate, failed_gates
from index.gather import (
    Carried,
    Entry,
    Fresh,
    Gathering,
    Previous,
    Progress,
    name,
    references_hash,
    silent,
)
from index.snapshot import Snapshot
from index.store import SnapshotStore
from index.tables import passage_key
from index.write import write_snapshot
from knowledge.content import Content
from knowledge.folders import Skipped
from knowledge.split import shown

EMBED_CHUNK = 2048
"""Passages handed to the encoder at a time, so that progress moves and memory stays bounded."""


class BuildRefused(Exception):
    """A finished build that failed its own checks: the snapshot before it goes on serving."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did.

    Documents are called by path, a team's own with their folder's name. `skipped` was left out;
    what is `kept` cannot be read now and goes on being served as it was. `switched` is false
    where nothing had changed and `snapshot` is still the one before.
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


def build(
    store: SnapshotStore,
    content: Content,
    folders: Sequence[Path],
    encoder: Encoder,
    gates: Sequence[Gate] = (),
    progress: Progress = silent,
    lender: SnapshotStore | None = None,
) -> Report:
    """Build and switch to a new snapshot of the packaged content and a team's own folders.

    Unchanged passages keep their vectors. Where nothing changed at all, nothing is written. A
    document that was served before and cannot be read now keeps its last readable version.

    A `lender` is another store whose vectors are used too, and whose snapshot is the one before
    where the store has none of its own yet; the first is then always written.

    Raises `BuildRefused` where the new snapshot fails its checks, `BuildInProgress` where another
    build runs, `NotADirectoryError` for a folder that is none, `OSError` where the disk fails:
    each time the snapshot before goes on serving.
    """
    with store.building() as scratch:
        previous = Previous.of(store, encoder, content, lender)
        try:
            gathering = Gathering(content, encoder, previous, progress)
            gathering.gather(folders)
            report = _compare(gathering)
            if previous.own and previous.same_splits and not report.switched:
                return report
            vectors, embedded = _vectors(gathering)
            progress("writing", 0, 1)
            manifest = write_snapshot(
                scratch,
                gathering.entries,
                vectors,
                encoder,
                number=store.next_number(),
                roots=gathering.roots,
                references=references_hash(content.references),
                before=previous.snapshot,
            )
            progress("checking", 0, 1)
            _check(scratch, gathering.entries, encoder, gates)
            store.take_in(scratch, manifest.id)
        finally:
            previous.close()
        progress("done", 1, 1)
        return replace(report, snapshot=manifest.id, switched=True, embedded=embedded)


def _compare(gathering: Gathering) -> Report:
    """What is new, changed and gone; `switched` here says whether there is anything to build."""
    previous = gathering.previous
    now = {entry.place: entry.sha256 for entry in gathering.entries}
    before = {place: record.sha256 for place, record in previous.documents.items()}
    added = tuple(name(place) for place in now if place not in before)
    changed = tuple(name(p) for p, sha in now.items() if p in before and before[p] != sha)
    removed = tuple(name(place) for place in before if place not in now)
    return Report(
        snapshot=previous.snapshot.id if previous.snapshot else "",
        switched=bool(added or changed or removed),
        added=added,
        changed=changed,
        removed=removed,
        unchanged=len(now) - len(added) - len(changed),
        skipped=tuple(sorted(gathering.skipped)),
        kept=tuple(sorted(gathering.kept)),
        passages=sum(entry.count for entry in gathering.entries),
        embedded=0,
    )


def _vectors(gathering: Gathering) -> tuple[Vectors, int]:
    """Vectors of shape `(passages, dimension)` in row order, and how many were newly embedded."""
    encoder, before = gathering.encoder, gathering.previous.snapshot
    size = sum(entry.count for entry in gathering.entries)
    result = np.zeros((size, encoder.dimension), dtype=np.float32)
    rows: dict[str, list[int]] = {}
    texts: dict[str, str] = {}
    at = 0
    for entry in gathering.entries:
        if isinstance(entry, Carried):
            assert before is not None
            first = entry.record.first
            result[at : at + entry.count] = before.dense.vectors[first : first + entry.count]
        else:
            for row, passage in enumerate(entry.passages, start=at):
                key = passage_key(passage)
                rows.setdefault(key, []).append(row)
                texts[key] = passage.searchable
        at += entry.count
    for snapshot in (before, gathering.previous.lent):
        if snapshot is None or snapshot.manifest.model_fingerprint != encoder.fingerprint:
            continue
        known = snapshot.keys() if rows else {}
        for key in rows.keys() & known.keys():
            result[rows.pop(key)] = snapshot.dense.vectors[known[key]]
    fresh = list(rows)
    finished = 0

    def advance(count: int) -> None:
        nonlocal finished
        finished += count
        gathering.progress("embedding", finished, len(fresh))

    for begin in range(0, len(fresh), EMBED_CHUNK):
        chunk = fresh[begin : begin + EMBED_CHUNK]
        vectors = encoder.embed([texts[key] for key in chunk], advance)
        for key, vector in zip(chunk, vectors, strict=True):
            result[rows[key]] = vector
    return result, len(fresh)


def _check(folder: Path, entries: Sequence[Entry], encoder: Encoder, gates: Sequence[Gate]) -> None:
    """Load the snapshot as a server would, and refuse it where it does not hold what it should.

    What was carried over passed this check before, and its files were compared with their manifest.
    """
    snapshot = Snapshot(folder, hashed_up_to=0)
    try:
        for entry in entries:
            if isinstance(entry, Fresh):
                _check_quotes(entry)
        failed = failed_gates(snapshot, encoder, gates)
    finally:
        snapshot.close()
    if failed:
        listed = "; ".join(f"{gate.question!r} should find {gate.source}" for gate in failed[:5])
        raise BuildRefused(f"{len(failed)} of {len(gates)} gate questions failed: {listed}")


def _check_quotes(entry: Fresh) -> None:
    text, format = entry.document.text, entry.document.format
    for passage in entry.passages:
        for quote in passage.quotes:
            if shown(format, text[quote.start : quote.end]) != quote.text:
                place = name(entry.place)
                raise BuildRefused(f"{place}: a quote is not verbatim: {quote.text!r}")
