"""Snapshots that several machines share: an object store, and a folder here that is its copy."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.remote import Remote
from index.snapshot import HASHED_AT_LOAD, Manifest, Snapshot, SnapshotError, read_manifest
from index.store import KEEP, SnapshotStore, sync_folder

FETCHING_PREFIX = ".fetching-"
_LONGEST = timedelta(days=1)


class SharedStore(SnapshotStore):
    """Answers come from the folder, so a store that is out of reach stops none of them.

    `follow` brings the folder up to date; a build and a rollback do so first, publish, and make
    their choice there before here. `alone` is held during a build: a lock that all builders share,
    which raises `BuildInProgress`. With `beside`, another index of the same store, it is a mirror:
    it drops its copy where nothing is left there, unless that one is gone too, as where a store is
    not mounted. Without it, a store that is empty is filled from here.
    """

    def __init__(
        self,
        remote: Remote,
        folder: Path,
        alone: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        beside: Remote | None = None,
    ) -> None:
        super().__init__(folder)
        self.remote, self._alone, self._beside = remote, alone, beside
        self._following = threading.Lock()

    def follow(self) -> bool:
        """Fetch the snapshot that is in use there and switch to it; False where it is already here.

        Raises `SnapshotError` where that one is damaged or of another version, `OutOfReach`,
        `OSError`: the one here goes on serving then.
        """
        with self._following:
            wanted, here = self.remote.current(), self.current_id()
            if wanted is None and here is not None and self._beside and self._beside.current():
                super().remove()
                return True
            if wanted is None or wanted == here:
                return False
            self._fetch(wanted)
            super().switch(wanted)
            super().prune()
            return True

    def chosen_id(self) -> str | None:
        """As it stands there; None also where nothing sensible does. Raises `OutOfReach`."""
        try:
            return self.remote.current()
        except SnapshotError:
            return None

    def open_current(self, hashed_up_to: int = HASHED_AT_LOAD) -> Snapshot:
        if self.current_id() is None:
            self.follow()
        return super().open_current(hashed_up_to)

    def manifests(self) -> list[Manifest]:
        """All usable snapshots there, newest first; they need not be here. Raises `OutOfReach`."""
        found = []
        for snapshot_id in self.remote.ids():
            try:
                found.append(self.remote.manifest(snapshot_id))
            except SnapshotError:
                continue
        return sorted(found, key=lambda manifest: (manifest.number, manifest.id), reverse=True)

    def switch(self, snapshot_id: str) -> None:
        """Publish a snapshot and make it the current one, there and then here."""
        self.remote.publish(self.path(snapshot_id), read_manifest(self.path(snapshot_id)))
        self.remote.point(snapshot_id)
        super().switch(snapshot_id)

    def damage(self, snapshot_id: str) -> list[str]:
        """As in a folder; what is not here is fetched. Raises `OutOfReach`."""
        try:
            self._fetch(snapshot_id)
        except SnapshotError as error:
            return [str(error)]
        return []

    def prune(self) -> list[str]:
        """As in a folder, there and here. What has no manifest is being uploaded, or was."""
        manifests = self.manifests()
        kept = {self.remote.current(), *(manifest.id for manifest in manifests[:KEEP])}
        known = {manifest.id for manifest in manifests}
        gone = [one for one in self.remote.ids() if one not in kept and (one in known or _old(one))]
        for snapshot_id in gone:
            self.remote.remove(snapshot_id)
        super().prune()
        return gone

    def remove(self) -> None:
        """There first, then here. Other machines drop their copies when they next follow."""
        with self._alone():
            self.remote.clear()
            super().remove()

    @contextmanager
    def building(self) -> Iterator[Path]:
        with self._alone():
            self._agree()
            with super().building() as scratch:
                yield scratch

    def _agree(self) -> None:
        """Start from what is chosen there; where that is nothing yet, from what is here."""
        here = self.current_id()
        fills = here and self._beside is None and self.chosen_id() is None
        if here and fills and not super().damage(here):
            self.switch(here)
        with suppress(SnapshotError):  # a new build mends what is damaged there
            self.follow()

    def _fetch(self, snapshot_id: str) -> None:
        """Have a snapshot here, whole: all at once."""
        place = self.path(snapshot_id)
        if not super().damage(snapshot_id):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        scratch = self.folder / f"{FETCHING_PREFIX}{os.getpid()}-{threading.get_ident()}"
        try:
            scratch.mkdir()
            self.remote.fetch(snapshot_id, scratch)
            shutil.rmtree(place, ignore_errors=True)
            scratch.replace(place)
            sync_folder(self.folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what killed processes had half fetched."""
        for leftover in self.folder.glob(f"{FETCHING_PREFIX}*"):
            if time.time() - leftover.stat().st_mtime > _LONGEST.total_seconds():
                shutil.rmtree(leftover, ignore_errors=True)


def _old(snapshot_id: str) -> bool:
    """Whether a snapshot was begun so long ago that it is not being uploaded any more."""
    begun = datetime.strptime(snapshot_id[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    return datetime.now(UTC) - begun > _LONGEST
