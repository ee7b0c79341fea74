"""The folder of snapshots: which one is current, switching, going back, and clearing up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.snapshot import MANIFEST_FILE, Manifest, Snapshot, SnapshotError, read_manifest

CURRENT_FILE = "CURRENT"
LOCK_FILE = "build.lock"
BUILDING_PREFIX = ".building-"
KEEP = 5
"""Snapshots kept, the current one included."""


class BuildInProgress(Exception):
    """Another process is building into the same folder."""


class SnapshotStore:
    """Snapshots under one folder. `CURRENT` names the one in use and is replaced atomically."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current_id(self) -> str | None:
        """The id of the snapshot in use; None before the first build."""
        try:
            return (self.folder / CURRENT_FILE).read_text("utf-8").strip() or None
        except FileNotFoundError:
            return None

    def path(self, snapshot_id: str) -> Path:
        return self.folder / snapshot_id

    def open_current(self) -> Snapshot:
        """Load the snapshot in use. Raises `SnapshotError` where there is none."""
        current = self.current_id()
        if current is None:
            raise SnapshotError("there is no index yet; run `rust-or-not index build`")
        return Snapshot(self.path(current))

    def manifests(self) -> list[Manifest]:
        """All usable snapshots, newest first."""
        found = []
        for folder in self.folder.glob(f"[!.]*/{MANIFEST_FILE}"):
            try:
                found.append(read_manifest(folder.parent))
            except SnapshotError:
                continue
        return sorted(found, key=lambda manifest: (manifest.built, manifest.id), reverse=True)

    def switch(self, snapshot_id: str) -> None:
        """Make a snapshot the current one: all at once, and durably."""
        read_manifest(self.path(snapshot_id))
        scratch = self.folder / f".{CURRENT_FILE}-{os.getpid()}"
        with scratch.open("w", encoding="utf-8") as file:
            file.write(snapshot_id + "\n")
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(self.folder / CURRENT_FILE)
        sync_folder(self.folder)

    def take_in(self, scratch: Path, snapshot_id: str) -> None:
        """Give a finished build its place, switch to it, and clear up the oldest."""
        scratch.replace(self.path(snapshot_id))
        sync_folder(self.folder)
        self.switch(snapshot_id)
        self.prune()

    def rollback(self) -> Manifest:
        """Switch to the snapshot built before the current one.

        Raises `SnapshotError` where there is none.
        """
        current = self.current_id()
        ordered = self.manifests()
        ids = [manifest.id for manifest in ordered]
        after = ids.index(current) + 1 if current in ids else 0
        if after >= len(ordered):
            raise SnapshotError("there is no older snapshot to go back to")
        self.switch(ordered[after].id)
        return ordered[after]

    def prune(self) -> list[str]:
        """Remove all but the newest few and the current one; returns the ids removed."""
        current = self.current_id()
        gone = []
        for manifest in self.manifests()[KEEP:]:
            if manifest.id != current:
                shutil.rmtree(self.path(manifest.id), ignore_errors=True)
                gone.append(manifest.id)
        return gone

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A scratch folder for one build at a time; it is gone afterwards unless renamed.

        What a killed build left behind is removed first. Raises `BuildInProgress`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / LOCK_FILE, timeout=0):
                for leftover in self.folder.glob(f"{BUILDING_PREFIX}*"):
                    shutil.rmtree(leftover, ignore_errors=True)
                scratch = self.folder / f"{BUILDING_PREFIX}{os.getpid()}"
                scratch.mkdir()
                try:
                    yield scratch
                finally:
                    shutil.rmtree(scratch, ignore_errors=True)
        except Timeout as error:
            raise BuildInProgress(
                f"another build is running in {self.folder}; wait for it to end"
            ) from error


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
