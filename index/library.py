"""The snapshot in use, followed as it changes: a running process needs no restart."""

from __future__ import annotations

import threading

from index.snapshot import Snapshot, SnapshotError
from index.store import SnapshotStore


class Library:
    """Hands out the current snapshot, loading a new one when the store has switched.

    A snapshot still in use by another thread stays open until that thread lets go of it.
    """

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    def current(self) -> Snapshot:
        """The snapshot to answer from.

        One that cannot be loaded does not replace one that serves. Raises `SnapshotError` where
        there is none at all.
        """
        with self._lock:
            held = self._snapshot
            try:
                if held is None or held.id != self._store.current_id():
                    self._snapshot = self._store.open_current()
            except (SnapshotError, OSError):
                if held is None:
                    raise
            assert self._snapshot is not None
            return self._snapshot
