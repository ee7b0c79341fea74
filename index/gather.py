"""Documents on their way into the index: read, split, and compared with the snapshot before."""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from index.encoder import Encoder
from index.snapshot import BUILT_IN, DocumentRecord, Snapshot, SnapshotError
from index.store import SnapshotStore
from knowledge.cases import load_case, looks_like_a_case
from knowledge.content import Content
from knowledge.faults import ContentError
from knowledge.folders import Skipped, find_documents, read_document
from knowledge.model import CaseStudy
from knowledge.passages import Document, Passage
from knowledge.references import References
from knowledge.split import passages

Place = tuple[str, str]
"""A document's root and path."""

Progress = Callable[[str, int, int], None]
"""Told a stage's name, how much of it is done, and how much there is."""


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A document read and split for this build, and its record where it is a case study."""

    place: Place
    document: Document
    passages: tuple[Passage, ...]
    case: CaseStudy | None

    @property
    def sha256(self) -> str:
        return self.document.sha256

    @property
    def count(self) -> int:
        return len(self.passages)

    @property
    def case_id(self) -> str | None:
        return self.case.id if self.case else None


@dataclass(frozen=True, slots=True)
class Carried:
    """A document whose rows are those of the snapshot before."""

    record: DocumentRecord

    @property
    def place(self) -> Place:
        return self.record.root, self.record.path

    @property
    def sha256(self) -> str:
        return self.record.sha256

    @property
    def count(self) -> int:
        return self.record.count

    @property
    def case_id(self) -> str | None:
        return self.record.case_id


Entry = Fresh | Carried


@dataclass
class Previous:
    """The snapshot before. Its rows are carried over where they would come out the same.

    Where a store has none yet, it is the one that was `lent`; `own` is false then. Beside one of
    its own, what was lent gives vectors and extracted texts only.
    """

    snapshot: Snapshot | None
    same_splits: bool = False
    documents: dict[Place, DocumentRecord] = field(default_factory=dict)
    own: bool = True
    lent: Snapshot | None = None

    @classmethod
    def of(
        cls,
        store: SnapshotStore,
        encoder: Encoder,
        content: Content,
        lender: SnapshotStore | None = None,
    ) -> Previous:
        """What the current snapshot offers to a build; nothing where there is none to trust."""
        found, lent = _trusted(store), _trusted(lender) if lender else None
        snapshot = found or lent
        if snapshot is None:
            return cls(None)
        manifest = snapshot.manifest
        same_model = manifest.model_fingerprint == encoder.fingerprint
        same_splits = manifest.cut_by_this_version and manifest.references == references_hash(
            content.references
        )
        documents = {(record.root, record.path): record for record in snapshot.documents()}
        return cls(
            snapshot,
            same_model and same_splits,
            documents,
            own=found is not None,
            lent=lent if found else None,
        )

    def under(self, place: Place) -> list[DocumentRecord]:
        """The document at a place, or those in the folder at that place."""
        if place in self.documents:
            return [self.documents[place]]
        root, path = place
        first = bisect_left(self._places, (root, f"{path}/"))
        within = itertools.takewhile(
            lambda held: held[0] == root and held[1].startswith(f"{path}/"),
            itertools.islice(self._places, first, None),
        )
        return [self.documents[held] for held in within]

    def extracted(self, sha256: str) -> str | None:
        """The text drawn from a PDF or DOCX file with these bytes."""
        held = self._extracted.get(sha256)
        return held and held[0].text(held[1])

    def close(self) -> None:
        for snapshot in (self.snapshot, self.lent):
            if snapshot is not None:
                snapshot.close()

    @cached_property
    def _places(self) -> list[Place]:
        return sorted(self.documents)

    @cached_property
    def _extracted(self) -> dict[str, tuple[Snapshot, int]]:
        """Snapshot and document by the bytes of the file."""
        return {
            record.sha256: (snapshot, record.number)
            for snapshot in (self.lent, self.snapshot)
            if snapshot is not None
            for record in snapshot.documents()
            if record.format in ("pdf", "docx")
        }


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
    _places: set[Place] = field(default_factory=set)
    _case_owners: dict[str, Place] = field(default_factory=dict)

    def gather(self, folders: Sequence[Path]) -> None:
        """Read and split the packaged content and a team's own folders.

        A folder named twice counts once; a file that cannot be used is noted. Raises
        `NotADirectoryError` for a folder that is none.
        """
        self.roots[BUILT_IN] = str(self.content.root)
        own = (*self.content.articles, *(loaded.document for loaded in self.content.cases))
        for document in own:
            self._add((BUILT_IN, document.path), document)
        for folder in {folder.resolve(): folder for folder in folders}.values():
            self._folder(folder)

    def _folder(self, folder: Path) -> None:
        root = _root_name(folder, self.roots)
        found, skipped = find_documents(folder)
        self.roots[root] = str(folder.resolve())
        for skip in skipped:
            self._refuse((root, skip.path), skip.reason)
        for count, item in enumerate(found, start=1):
            read = read_document(item, self.previous.extracted)
            if isinstance(read, Skipped):
                self._refuse((root, item.path), read.reason)
            else:
                self._add((root, item.path), read)
            self.progress("reading", count, len(found))

    def _add(self, place: Place, document: Document) -> None:
        if document.format == "case" and not looks_like_a_case(document):
            self._refuse(place, "is YAML, but no case study (no `organisation` and `direction`)")
            return
        record = self.previous.documents.get(place)
        try:
            if self.previous.same_splits and record and record.sha256 == document.sha256:
                entry: Entry = Carried(record)
            else:
                entry = self._split(place, document)
        except ContentError as error:
            self._refuse(place, _reason(error))
            return
        if entry.count == 0:
            self._refuse(place, "holds nothing to quote: only headings, links or markup")
            return
        self._take(entry)

    def _refuse(self, place: Place, reason: str) -> None:
        """Note what cannot be used, and fall back to the last readable version of it."""
        held = self.previous.under(place)
        if not held:
            self.skipped.append(Skipped(name(place), reason))
        for record in held:
            self._keep(record, reason)

    def _keep(self, record: DocumentRecord, reason: str) -> None:
        entry: Entry = Carried(record)
        if not self.previous.same_splits:
            assert self.previous.snapshot is not None
            text = self.previous.snapshot.text(record.number)
            document = Document(record.path, record.format, text, record.sha256)
            try:
                entry = self._split(entry.place, document)
            except ContentError as error:
                reason = f"{reason}; nor can its last version be used: {_reason(error)}"
                self.skipped.append(Skipped(name(entry.place), reason))
                return
        if self._take(entry):
            self.kept.append(Skipped(name(entry.place), reason))

    def _take(self, entry: Entry) -> bool:
        """Make an entry part of the index, unless one like it is."""
        fault = None
        if entry.place in self._places:
            fault = "another file has the same name, as far as it can be printed"
        elif entry.case_id is not None:
            first = self._case_owners.setdefault(entry.case_id, entry.place)
            if first != entry.place:
                fault = f"the case id {entry.case_id!r} is already used by {name(first)}"
        if fault:
            self.skipped.append(Skipped(name(entry.place), fault))
            return False
        self._places.add(entry.place)
        self.entries.append(entry)
        return True

    def _split(self, place: Place, document: Document) -> Fresh:
        case = load_case(document).case if document.format == "case" else None
        split = passages(document, self.content.references, self.encoder.fits)
        return Fresh(place, document, tuple(split), case)


def _trusted(store: SnapshotStore) -> Snapshot | None:
    """The current snapshot, compared whole with its manifest; None where there is none such."""
    try:
        return store.open_current(hashed_up_to=sys.maxsize)
    except SnapshotError:
        return None


def references_hash(references: References) -> str:
    """sha256 of what the markers resolve to: it decides the standing that passages carry."""
    listed = sorted((r.id, r.url or "", r.standing) for r in references.values())
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def name(place: Place) -> str:
    """How a document is called in reports: by path, a team's own with its folder's name."""
    root, path = place
    return path if root == BUILT_IN else f"{root}/{path}"


def _reason(error: ContentError) -> str:
    return "; ".join(map(str, error.faults[:3]))


def _root_name(folder: Path, taken: Mapping[str, str]) -> str:
    """The folder's own name, with a number where two folders share it."""
    own = folder.resolve().name or "root"
    candidate, number = own, 2
    while candidate in taken:
        candidate, number = f"{own}-{number}", number + 1
    return candidate
