"""A process's copy of the snapshots, kept like the store that all processes share."""

from __future__ import annotations

import threading

from bot.logs import get_logger
from index.snapshot import SnapshotError
from index.store import SnapshotStore

log = get_logger(__name__)

SECONDS = 5.0
_FIRST_SECONDS = 20.0
"""How long a start waits for a store that is slow or away, before it goes on with what is here."""


class Following:
    """A thread that looks every few seconds what is chosen there; answers never wait for it."""

    def __init__(self, store: SnapshotStore) -> None:
        self._store = store
        self._looked, self._stopped = threading.Event(), threading.Event()
        self._said = ""
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)

    def start(self) -> None:
        """Be up to date, as far as that can be in a moment, and stay so."""
        self._thread.start()
        self._looked.wait(_FIRST_SECONDS)

    def stop(self) -> None:
        """A copy that is being fetched is left unfinished, and nothing uses it."""
        self._stopped.set()

    def _run(self) -> None:
        while True:
            self._look()
            self._looked.set()
            if self._stopped.wait(SECONDS):
                return

    def _look(self) -> None:
        """What goes wrong is said once, not every few seconds."""
        trouble = ""
        try:
            if self._store.follow():
                log.info("the snapshot is another one now", snapshot=self._store.current_id())
        except (SnapshotError, OSError) as error:
            trouble = str(error)
        if trouble and trouble != self._said:
            log.warning("the snapshot store cannot be followed", reason=trouble)
        self._said = trouble
