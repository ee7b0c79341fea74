"""Documents on their way into the index: read, split, and compared with the snapshot before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.encoder import Encoder
from index.snapshot import BUILT_IN, Snapshot, SnapshotError
from index.store import SnapshotStore
from knowledge.cases import load_case
from knowledge.content import Content
from knowledge.faults import ContentError
from knowledge.folders import Skipped, find_documents, read_document
from knowledge.model import CaseStudy
from knowledge.passages import Document, Passage
from knowledge.references import References
from knowledge.split import SPLITTER_VERSION, passages

Place = tuple[str, str]
"""A document's root and path."""

Progress = Callable[[str, int, int], None]
"""Told a stage's name, how much of it is done, and how much there is."""


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with its passages, and its record where it is a case study."""

    place: Place
    document: Document
    passages: tuple[Passage, ...]
    case: CaseStudy | None

    @property
    def name(self) -> str:
        return name(self.place)


@dataclass
class Previous:
    """The snapshot before. Its splits are re-used where they would come out the same."""

    snapshot: Snapshot | None
    same_model: bool = False
    same_splits: bool = False
    documents: dict[Place, Document] = field(default_factory=dict)
    passages: dict[Place, list[Passage]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: SnapshotStore, encoder: Encoder, content: Content) -> Previous:
        """What the current snapshot offers to a build; nothing where there is none to use."""
        try:
            snapshot = store.open_current()
        except SnapshotError:
            return cls(None)
        manifest = snapshot.manifest
        same_model = manifest.model_fingerprint == encoder.fingerprint
        same_references = manifest.references == references_hash(content.references)
        previous = cls(
            snapshot,
            same_model,
            same_model and same_references and manifest.splitter == SPLITTER_VERSION,
            {(root, document.path): document for root, document in snapshot.documents()},
        )
        if previous.same_splits:
            for place, passage in snapshot.all_passages():
                previous.passages.setdefault(place, []).append(passage)
        return previous

    def close(self) -> None:
        if self.snapshot is not None:
            self.snapshot.close()


@dataclass
class Gathering:
    """Everything read for one build, and what could not be.

    `skipped` is left out of the index; of what is `kept`, the last readable version stays in it.
    """

    content: Content
    encoder: Encoder
    previous: Previous
    progress: Progress
    roots: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    kept: list[Skipped] = field(default_factory=list)
    _case_owners: dict[str, Place] = field(default_factory=dict)

    def gather(self, folders: Sequence[Path]) -> None:
        """Read and split the packaged content and a team's own folders.

        Raises `NotADirectoryError` for a folder that is none; a file that cannot be used is noted.
        """
        self.roots[BUILT_IN] = str(self.content.root)
        own = (*self.content.articles, *(loaded.document for loaded in self.content.cases))
        for document in own:
            self._add((BUILT_IN, document.path), document)
        for folder in folders:
            self._folder(folder)

    def _folder(self, folder: Path) -> None:
        root = _root_name(folder, self.roots)
        found, skipped = find_documents(folder)
        self.roots[root] = str(folder.resolve())
        texts = {document.sha256: document.text for document in self.previous.documents.values()}
        for skip in skipped:
            self._refuse((root, skip.path), skip.reason)
        for count, item in enumerate(found, start=1):
            read = read_document(item, texts.get)
            if isinstance(read, Skipped):
                self._refuse((root, item.path), read.reason)
            else:
                self._add((root, item.path), read)
            self.progress("reading", count, len(found))

    def _add(self, place: Place, document: Document) -> None:
        try:
            entry = self._entry(place, document)
        except ContentError as error:
            self._refuse(place, "; ".join(map(str, error.faults[:3])))
            return
        if entry.case is not None:
            first = self._case_owners.setdefault(entry.case.id, place)
            if first != place:
                reason = f"the case id {entry.case.id!r} is already used by {name(first)}"
                self.skipped.append(Skipped(name(place), reason))
                return
        self.entries.append(entry)

    def _refuse(self, place: Place, reason: str) -> None:
        """Note a document that cannot be used, and fall back to its last readable version."""
        before = self.previous.documents.get(place)
        (self.kept if before else self.skipped).append(Skipped(name(place), reason))
        if before:
            self.entries.append(self._entry(place, before))

    def _entry(self, place: Place, document: Document) -> Entry:
        case = load_case(document).case if document.format == "case" else None
        before = self.previous.documents.get(place)
        if self.previous.same_splits and before and before.sha256 == document.sha256:
            return Entry(place, document, tuple(self.previous.passages.get(place, ())), case)
        split = passages(document, self.content.references, self.encoder.fits)
        return Entry(place, document, tuple(split), case)


def references_hash(references: References) -> str:
    """sha256 of what the markers resolve to: it decides the standing that passages carry."""
    listed = sorted((r.id, r.url or "", r.standing) for r in references.values())
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def name(place: Place) -> str:
    """How a document is called in reports: by path, a team's own with its folder's name."""
    root, path = place
    return path if root == BUILT_IN else f"{root}/{path}"


def _root_name(folder: Path, taken: Mapping[str, str]) -> str:
    """The folder's own name, with a number where two folders share it."""
    own = folder.resolve().name or "root"
    candidate, number = own, 2
    while candidate in taken:
        candidate, number = f"{own}-{number}", number + 1
    return candidate
