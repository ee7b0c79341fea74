"""A process's copies of the snapshots, kept like the store that all processes share."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bot.logs import get_logger
from bot.service import Service
from index.snapshot import SnapshotError

log = get_logger(__name__)

SECONDS = 5.0
_FIRST_SECONDS = 20.0
"""How long a start waits for a store that is slow or away, before it goes on with what is here."""


class Following:
    """A thread that looks every few seconds what is chosen there; answers never wait for it."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._looked, self._stopped = threading.Event(), threading.Event()
        self._said: dict[str, str] = {}
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
            self._look("shared", self._shared)
            self._look("workspaces", self._service.teams.follow)
            self._looked.set()
            if self._stopped.wait(SECONDS):
                return

    def _shared(self) -> None:
        store = self._service.store
        if store.follow():
            log.info("the snapshot is another one now", snapshot=store.current_id())

    def _look(self, what: str, follow: Callable[[], object]) -> None:
        """What goes wrong is said once, not every few seconds."""
        trouble = ""
        try:
            follow()
        except (SnapshotError, OSError) as error:
            trouble = str(error)
        if trouble and trouble != self._said.get(what):
            log.warning("the snapshot store cannot be followed", what=what, reason=trouble)
        self._said[what] = trouble
