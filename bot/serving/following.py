"""A process's copy of the snapshots, kept like the store that all processes share."""

from __future__ import annotations

import threading

from bot.logs import get_logger
from index.snapshot import SnapshotError
from index.store import SnapshotStore

log = get_logger(__name__)

SECONDS = 5.0


class Following:
    """A thread that looks every few seconds what is chosen there; answers never wait for it."""

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store
        self._stopped = threading.Event()
        self._said = ""
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)

    def start(self) -> None:
        """Be up to date once, as far as that can be, and stay so."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """A copy that is being fetched is left unfinished, and nothing uses it."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(SECONDS):
            self._look()

    def _look(self) -> None:
        """What goes wrong is said once, not every few seconds."""
        try:
            if self._store.follow():
                log.info("the snapshot is another one now", snapshot=self._store.current_id())
            trouble = ""
        except (SnapshotError, OSError) as error:
            trouble = str(error)
        if trouble and trouble != self._said:
            log.warning("the snapshot store cannot be followed", reason=trouble)
        self._said = trouble
