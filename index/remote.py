"""Snapshots in an object store, or any other place that fsspec reaches by address."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from index.snapshot import (
    MANIFEST_FILE,
    Manifest,
    SnapshotError,
    damaged_files,
    parse_manifest,
)
from index.store import CURRENT_FILE, ID


class OutOfReach(OSError):
    """The store cannot be read or written now; what there is here goes on serving."""


class Remote:
    """`ADDRESS/ID/FILES` for each snapshot, and `ADDRESS/CURRENT`, which names the one in use.

    A snapshot counts as soon as its manifest is there, which is written last and removed first.
    Everything here raises `OutOfReach`.
    """

    def __init__(self, address: str) -> None:
        """Raises `SnapshotError` for an address that nothing installed here understands."""
        from fsspec.core import url_to_fs

        try:
            self._files, self._root = url_to_fs(address, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            scheme = address.partition("://")[0]
            raise SnapshotError(
                f"RUST_OR_NOT_SNAPSHOTS, an address that begins with {scheme}://, cannot be used "
                f"here: {error}"
            ) from None

    def current(self) -> str | None:
        """The id of the snapshot in use; None before the first one. Raises `SnapshotError` where
        something else stands there, as in the moment when a plain folder's file is rewritten."""
        with self._reached():
            try:
                found = (
                    self._files.cat_file(self._at(CURRENT_FILE)).decode("utf-8", "replace").strip()
                )
            except FileNotFoundError:
                return None
        if not ID.fullmatch(found):
            raise SnapshotError(f"{CURRENT_FILE} of the snapshot store names no snapshot")
        return str(found)

    def point(self, snapshot_id: str) -> None:
        """Make a snapshot that is whole there the one in use."""
        self.manifest(snapshot_id)
        with self._reached():
            self._files.pipe_file(self._at(CURRENT_FILE), f"{snapshot_id}\n".encode())

    def ids(self) -> list[str]:
        """Whatever lies there under an id, whole or not, oldest first."""
        return [name for name in self.names() if ID.fullmatch(name)]

    def names(self) -> list[str]:
        """Whatever lies there, by name."""
        with self._reached():
            self._files.invalidate_cache()
            try:
                found = self._files.ls(self._root, detail=False)
            except FileNotFoundError:
                return []
        return sorted(posixpath.basename(str(place).rstrip("/")) for place in found)

    def manifest(self, snapshot_id: str) -> Manifest:
        """Raises `SnapshotError` where there is none that this version can use."""
        with self._reached():
            try:
                raw = self._files.cat_file(self._at(snapshot_id, MANIFEST_FILE))
            except FileNotFoundError:
                raise SnapshotError(
                    f"snapshot {snapshot_id} is not, or not wholly, in the store"
                ) from None
        found = parse_manifest(raw, snapshot_id)
        if found.id != snapshot_id or not all(map(_inside, found.files)):
            raise SnapshotError(f"snapshot {snapshot_id} of the store has another one's manifest")
        return found

    def fetch(self, snapshot_id: str, folder: Path) -> None:
        """Copy a snapshot into an empty folder. Raises `SnapshotError` where it is not whole."""
        manifest = self.manifest(snapshot_id)
        for name in [*manifest.files, MANIFEST_FILE]:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._reached():
                try:
                    self._files.get_file(self._at(snapshot_id, name), str(target))
                except FileNotFoundError:
                    raise SnapshotError(
                        f"snapshot {snapshot_id} of the store lacks {name}"
                    ) from None
        damaged = damaged_files(folder)
        if damaged:
            names = ", ".join(damaged)
            raise SnapshotError(f"snapshot {snapshot_id} of the store is damaged ({names})")

    def publish(self, folder: Path, manifest: Manifest) -> None:
        """Copy a snapshot there, unless it is there already."""
        try:
            if self.manifest(manifest.id) == manifest:
                return
        except SnapshotError:
            pass  # not there, or only a part of it
        for name, record in manifest.files.items():
            self._put(folder / name, self._at(manifest.id, name), record.size)
        size = (folder / MANIFEST_FILE).stat().st_size
        self._put(folder / MANIFEST_FILE, self._at(manifest.id, MANIFEST_FILE), size)

    def remove(self, snapshot_id: str) -> None:
        with self._reached():
            for place in (self._at(snapshot_id, MANIFEST_FILE), self._at(snapshot_id)):
                if self._files.exists(place):
                    self._files.rm(place, recursive=True)

    def clear(self) -> None:
        """Remove everything; that nothing is in use there comes first."""
        with self._reached():
            for place in (self._at(CURRENT_FILE), self._root):
                if self._files.exists(place):
                    self._files.rm(place, recursive=True)

    def _put(self, source: Path, target: str, size: int) -> None:
        with self._reached():
            self._files.makedirs(posixpath.dirname(target), exist_ok=True)
            self._files.put_file(str(source), target)
            self._files.invalidate_cache()
            kept = self._files.info(target)["size"]
        if kept != size:
            raise OutOfReach(f"the store kept {kept} of {size} bytes of {source.name}")

    def _at(self, *parts: str) -> str:
        return "/".join([self._root.rstrip("/"), *parts])

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Each kind of store raises errors of its own; the words may hold an address with a key."""
        try:
            yield
        except (SnapshotError, FileNotFoundError, OutOfReach):
            raise
        except Exception as error:
            raise OutOfReach(
                f"the snapshot store cannot be reached ({type(error).__name__}); check "
                "RUST_OR_NOT_SNAPSHOTS, the way to it and the rights there"
            ) from error


def _inside(name: str) -> bool:
    """Whether a file's name stays in its snapshot."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name
