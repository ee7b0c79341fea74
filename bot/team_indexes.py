"""The indexes of workspaces that have documents of their own: opened when asked, a few at a time.

A workspace has the index that lies under its own id, or the shared one: there is no way from here
to anybody else's.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.advisor.advisor import Advisor
from bot.current import Current, Models
from bot.logs import get_logger
from bot.settings import Settings
from bot.snapshots import open_store, teams_here, teams_stored
from bot.team_docs import TeamDocs, is_team
from index.snapshot import SnapshotError
from index.store import SnapshotStore

log = get_logger(__name__)

AGAIN_SECONDS = 60.0
"""Until an index that could not be opened is tried again; another snapshot is tried at once."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """The snapshot that could not be opened, and from when on it may be tried again."""

    snapshot: str | None
    until: float


class TeamIndexes:
    """One for each process; safe to share between threads."""

    def __init__(
        self, settings: Settings, models: Models, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings, self._models, self._clock = settings, models, clock
        self.docs = TeamDocs(settings.team_docs) if settings.team_docs else None
        self._lock = threading.Lock()
        self._stores: dict[str, SnapshotStore] = {}
        self._open: OrderedDict[str, Current] = OrderedDict()
        self._failed: dict[str, _Failure] = {}
        self._there: frozenset[str] = frozenset()

    @property
    def opened(self) -> list[str]:
        """The workspaces whose index is in memory, the one asked last at the end."""
        with self._lock:
            return list(self._open)

    def store(self, team: str) -> SnapshotStore | None:
        """Where the snapshots of a workspace's own are, or would be; None where it can have none.

        Raises `SnapshotError` as `open_store`.
        """
        return None if self.docs is None or not is_team(team) else self._store(team)

    def answering(self, team: str) -> SnapshotStore | None:
        """The workspace's own store where it is answered from; None where the shared one is."""
        store = self.store(team)
        if store is None or _chosen(store) is None or self._failing(team, store):
            return None
        return store

    def exists(self, team: str) -> bool:
        """Whether a workspace has documents, or an index, of its own."""
        if self.docs is None or (store := self.store(team)) is None:
            return False
        return self.docs.has(team) or team in self._there or _chosen(store) is not None

    def advisor(self, team: str) -> Advisor | None:
        """Over the workspace's own snapshot; None where it has none that can be used, which is
        logged. Raises `ModelUnavailable`."""
        store = self.store(team)
        if store is None or self._failing(team, store):
            return None
        try:
            current = self._current(team, store)
            found = current.advisor if current else None
        except (SnapshotError, OSError) as error:
            reason = str(error)
            log.warning("its own index is unusable, the shared one answers", team=team, why=reason)
            self._fail(team, store)
            return None
        self._failed.pop(team, None)
        return found

    def follow(self) -> bool:
        """Bring what is open up to date with an object store, and learn what else lies there.

        Whether anything changed. The first trouble is raised when all else is done.
        """
        if self.docs is None or self._settings.snapshot_address is None:
            return False
        self._there = frozenset(teams_stored(self._settings))
        changed, troubles = False, list[SnapshotError | OSError]()
        gone = set(teams_here(self._settings)) - self._there
        for team in sorted({*self.opened, *gone, *(self._failed.keys() & self._there)}):
            store = self.store(team)
            try:
                if store is not None and store.follow():
                    log.info("a workspace's own snapshot is another one now", team=team)
                    changed = True
            except (SnapshotError, OSError) as error:
                troubles.append(error)
        if troubles:
            raise troubles[0]
        return changed

    def remove(self, team: str) -> None:
        """Delete a workspace's own index, every snapshot of it; its documents stay. Also where no
        workspace has documents of its own any more.

        Raises `BuildInProgress` where one is being built for too long, `OSError`, and what the
        database raises.
        """
        if not is_team(team):
            return
        self._close(team)
        self._store(team).remove()
        self._failed.pop(team, None)
        log.info("a workspace's own index is removed", team=team)

    def _store(self, team: str) -> SnapshotStore:
        """One object for each, since it holds the lock of what it fetches."""
        with self._lock:
            if team not in self._stores:
                self._stores[team] = open_store(self._settings, team)
            return self._stores[team]

    def _current(self, team: str, store: SnapshotStore) -> Current | None:
        """The open index, opened where it was not; None where there is none."""
        if team not in self.opened and team in self._there:
            self._fetch(team, store)
        if store.current_id() is None:
            self._close(team)
            return None
        with self._lock:
            current = self._open.setdefault(team, Current(store, self._models))
            self._open.move_to_end(team)
            while len(self._open) > self._settings.team_indexes:
                self._open.popitem(last=False)
            return current

    def _fetch(self, team: str, store: SnapshotStore) -> None:
        """A copy that was not looked after for a while; an old one is better than none."""
        try:
            store.follow()
        except (SnapshotError, OSError) as error:
            if store.current_id() is None:
                raise
            log.warning("its own index may be an older one", team=team, why=str(error))

    def _failing(self, team: str, store: SnapshotStore) -> bool:
        failure = self._failed.get(team)
        return (
            failure is not None
            and failure.snapshot == _chosen(store)
            and self._clock() < failure.until
        )

    def _fail(self, team: str, store: SnapshotStore) -> None:
        self._failed[team] = _Failure(_chosen(store), self._clock() + AGAIN_SECONDS)
        self._close(team)

    def _close(self, team: str) -> None:
        """Let go of an index; who answers from it at the moment does so to the end."""
        with self._lock:
            self._open.pop(team, None)


def _chosen(store: SnapshotStore) -> str | None:
    """The snapshot in use; None also where that cannot be read."""
    try:
        return store.current_id()
    except OSError:
        return None
