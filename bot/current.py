"""The advisor over whatever snapshot is current in one store of snapshots."""

from __future__ import annotations

from typing import Protocol

from bot.advisor.advisor import Advisor
from bot.advisor.desk import Desk, unbacked
from bot.logs import get_logger
from bot.reader.reading import TrainedReader
from index.encoder import OnnxEncoder
from index.library import Library
from index.snapshot import Manifest, SnapshotError
from index.store import SnapshotStore
from knowledge.checklist import Checklist
from knowledge.content import load_phrases
from knowledge.vocabulary import load_vocabulary

log = get_logger(__name__)


class Models(Protocol):
    """What a process loads once, whatever it answers from."""

    @property
    def encoder(self) -> OnnxEncoder: ...
    @property
    def reader(self) -> TrainedReader: ...
    @property
    def checklist(self) -> Checklist: ...


class Current:
    """Follows one store. Safe to share between threads; nothing is loaded before it is needed."""

    def __init__(self, store: SnapshotStore, models: Models) -> None:
        self._library, self._models = Library(store), models
        self._advisor: Advisor | None = None

    @property
    def advisor(self) -> Advisor:
        """The advisor over the snapshot that is current now.

        A snapshot of another model or version than this process has loaded does not replace one
        that serves. One that lacks a sentence on which a verdict rests does serve, and the log
        says so: a verdict without that sentence is better than none. Raises `SnapshotError` where
        there is none that can serve, `ModelUnavailable`.
        """
        snapshot, held = self._library.current(), self._advisor
        if held is not None and held.desk.snapshot is snapshot:
            return held
        unfit = self._unfit(snapshot.manifest)
        if unfit and held is not None:
            return held
        if unfit:
            raise SnapshotError(f"the index was built {unfit}; run `rust-or-not index build`")
        models = self._models
        if lacking := unbacked(snapshot, models.checklist):
            log.warning(
                "the index lacks sentences that verdicts rest on; run `rust-or-not index build`",
                snapshot=snapshot.id,
                criteria=", ".join(lacking),
            )
        desk = Desk(snapshot, models.checklist, load_phrases(), load_vocabulary())
        self._advisor = Advisor(desk, models.reader, models.encoder)
        return self._advisor

    @property
    def serving(self) -> Manifest | None:
        """Of the snapshot that was answered from last; None before the first answer."""
        return None if self._advisor is None else self._advisor.desk.snapshot.manifest

    def _unfit(self, manifest: Manifest) -> str | None:
        """How a snapshot was built, where this process cannot answer from it."""
        encoder = self._models.encoder
        if not manifest.cut_by_this_version:
            return "by another version of this program"
        if manifest.model_fingerprint != encoder.fingerprint:
            return f"with another model ({manifest.model}) than is exported ({encoder.name})"
        return None
