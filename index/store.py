"""The folder of snapshots: which one is current, switching, going back, and clearing up."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.snapshot import (
    HASHED_AT_LOAD,
    MANIFEST_FILE,
    NEXT_STEP,
    Manifest,
    Snapshot,
    SnapshotError,
    damaged_files,
    read_manifest,
)

CURRENT_FILE = "CURRENT"
LOCK_FILE = "build.lock"
BUILDING_PREFIX = ".building-"
SWITCHING_PREFIX = ".switching-"
KEEP = 5
"""Snapshots kept, the current one included."""
REMOVAL_SECONDS = 60.0
"""How long a removal waits for a build that runs."""
ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}-[0-9a-f]{4}")


class BuildInProgress(Exception):
    """Another process is building into the same folder."""


class SnapshotStore:
    """Snapshots under one folder. `CURRENT` names the one in use and is replaced atomically."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current_id(self) -> str | None:
        """The id of the snapshot in use, as it stands in `CURRENT`; None before the first build."""
        try:
            return (self.folder / CURRENT_FILE).read_text("utf-8", "replace").strip() or None
        except FileNotFoundError:
            return None

    def chosen_id(self) -> str | None:
        """The id of the snapshot that is meant to be in use, also where it cannot be."""
        return self.current_id()

    def follow(self) -> bool:
        """Bring the choice up to date; whether it changed. `CURRENT` itself is read each time."""
        return False

    def path(self, snapshot_id: str) -> Path:
        """Raises `SnapshotError` for a name that would lead out of the folder."""
        if snapshot_id in ("", ".", "..") or Path(snapshot_id).name != snapshot_id:
            raise SnapshotError(f"{snapshot_id!r} names no snapshot; {NEXT_STEP}")
        return self.folder / snapshot_id

    def open_current(self, hashed_up_to: int = HASHED_AT_LOAD) -> Snapshot:
        """Load the snapshot in use. Raises `SnapshotError` where there is none that is usable."""
        current = self.current_id()
        if current is None:
            raise SnapshotError("there is no index yet; run `rust-or-not index build`")
        try:
            snapshot = Snapshot(self.path(current), hashed_up_to)
        except SnapshotError:
            if self.current_id() in (current, None):
                raise
            return self.open_current(hashed_up_to)  # switched, and cleared up, in the meantime
        if snapshot.id != current:
            raise SnapshotError(f"{current!r} holds the snapshot {snapshot.id}; {NEXT_STEP}")
        return snapshot

    def manifests(self) -> list[Manifest]:
        """All usable snapshots, newest first."""
        found = []
        for file in self.folder.glob(f"[!.]*/{MANIFEST_FILE}"):
            try:
                manifest = read_manifest(file.parent)
            except SnapshotError:
                continue
            if manifest.id == file.parent.name:
                found.append(manifest)
        return sorted(found, key=lambda manifest: (manifest.number, manifest.id), reverse=True)

    def next_number(self) -> int:
        """The number for a new snapshot: one more than that of any here."""
        return max((manifest.number for manifest in self.manifests()), default=0) + 1

    def switch(self, snapshot_id: str) -> None:
        """Make a snapshot the current one: all at once, and durably."""
        read_manifest(self.path(snapshot_id))
        scratch = self.folder / f"{SWITCHING_PREFIX}{os.getpid()}"
        try:
            with scratch.open("w", encoding="utf-8") as file:
                file.write(snapshot_id + "\n")
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(self.folder / CURRENT_FILE)
        finally:
            scratch.unlink(missing_ok=True)
        sync_folder(self.folder)

    def take_in(self, scratch: Path, snapshot_id: str) -> None:
        """Give a finished build its place, switch to it, and clear up the oldest."""
        place = self.path(snapshot_id)
        scratch.replace(place)
        try:
            sync_folder(self.folder)
            self.switch(snapshot_id)
        except OSError:
            if self.current_id() != snapshot_id:
                shutil.rmtree(place, ignore_errors=True)
            raise
        self.prune()

    def rollback(self) -> Manifest:
        """Switch to the last whole snapshot before the current one that this version can serve.

        Raises `SnapshotError` where there is none.
        """
        current = self.chosen_id()
        ordered = self.manifests()
        ids = [manifest.id for manifest in ordered]
        for manifest in ordered[ids.index(current) + 1 if current in ids else 0 :]:
            if manifest.cut_by_this_version and not self.damage(manifest.id):
                self.switch(manifest.id)
                return manifest
        raise SnapshotError(
            "there is no older snapshot to go back to; run `rust-or-not index build`"
        )

    def damage(self, snapshot_id: str) -> list[str]:
        """What is wrong with a snapshot: names of files, or a sentence; nothing if it is whole."""
        try:
            return damaged_files(self.path(snapshot_id))
        except SnapshotError as error:
            return [str(error)]

    def prune(self) -> list[str]:
        """Remove all but the newest few and the current one; returns the ids removed.

        Snapshots that this version cannot read, damaged or of another format, go first.
        """
        current = self.current_id()
        kept = {current, *(manifest.id for manifest in self.manifests()[:KEEP])}
        places = (place.name for place in self.folder.iterdir() if ID.fullmatch(place.name))
        gone = sorted(place for place in places if place not in kept)
        for snapshot_id in gone:
            shutil.rmtree(self.path(snapshot_id), ignore_errors=True)
        return gone

    def remove(self) -> None:
        """Remove every snapshot and the folder itself, when a build that runs is done.

        Raises `BuildInProgress` where that takes too long, `OSError`.
        """
        if not self.folder.is_dir():
            return
        try:
            with FileLock(self.folder / LOCK_FILE, timeout=REMOVAL_SECONDS):
                (self.folder / CURRENT_FILE).unlink(missing_ok=True)
                shutil.rmtree(self.folder)
        except Timeout as error:
            raise _busy(self.folder) from error

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A scratch folder for one build at a time; it is gone afterwards unless renamed.

        What a killed build left behind is removed first. Raises `BuildInProgress`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / LOCK_FILE, timeout=0):
                self._clear_up()
                scratch = self.folder / f"{BUILDING_PREFIX}{os.getpid()}"
                scratch.mkdir()
                try:
                    yield scratch
                finally:
                    shutil.rmtree(scratch, ignore_errors=True)
        except Timeout as error:
            raise _busy(self.folder) from error

    def _clear_up(self) -> None:
        for leftover in self.folder.glob(f"{BUILDING_PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for leftover in self.folder.glob(f"{SWITCHING_PREFIX}*"):
            leftover.unlink(missing_ok=True)


def _busy(folder: Path) -> BuildInProgress:
    return BuildInProgress(f"another build is running in {folder}; wait for it to end")


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
