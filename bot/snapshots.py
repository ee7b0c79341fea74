"""Where the snapshots are, by the settings: a folder, or an object store with a copy here.

The shared index lies at the top, and that of a workspace's own under `teams/TEAM` there.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from bot.settings import Settings
from bot.team_docs import NoTeam, is_team
from index.store import BuildInProgress, SnapshotStore

TEAMS = "teams"
_BUILDING = 0x696E646578
"""The number of the lock that a process holds while it builds: any, but always this."""
_BUILDING_TEAM = 0x696E6465
"""The first half of the number while it builds the index of one workspace; the second tells whose,
and two that share it only wait for each other."""


def open_store(settings: Settings, team: str | None = None) -> SnapshotStore:
    """Of the shared index, or of a workspace's own.

    Raises `SnapshotError` for an address that nothing installed here understands, `NoTeam`.
    """
    if team is not None and not is_team(team):
        raise NoTeam(f"{team!r} is no id of a workspace: those look like T0123ABCD")
    address = settings.snapshot_address
    folder = settings.snapshots / TEAMS / team if team else settings.snapshots
    if address is None:
        return SnapshotStore(folder)
    from index.remote import Remote
    from index.shared import SharedStore

    shared = Remote(address)
    own = Remote(f"{address.rstrip('/')}/{TEAMS}/{team}") if team else shared
    return SharedStore(
        own,
        folder,
        lambda: _alone(settings.database, team),
        beside=shared if team else None,
    )


def teams_here(settings: Settings) -> list[str]:
    """The workspaces that have an index of their own in the folder of snapshots or copies."""
    folder = settings.snapshots / TEAMS
    names = [place.name for place in folder.iterdir()] if folder.is_dir() else []
    return sorted(filter(is_team, names))


def teams_stored(settings: Settings) -> list[str]:
    """The same of the store that is meant to count. Raises `OutOfReach`, `SnapshotError`."""
    address = settings.snapshot_address
    if address is None:
        return teams_here(settings)
    from index.remote import Remote

    return list(filter(is_team, Remote(f"{address.rstrip('/')}/{TEAMS}").names()))


@contextmanager
def _alone(database: str, team: str | None) -> Iterator[None]:
    """Let one process of those that share a PostgreSQL database build an index at a time.

    Without one nothing hinders two builds on two machines; both are whole, and the last one counts.
    Raises `BuildInProgress`, and what the database raises.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from bot.store.database import address, connect

    if address(database).get_backend_name() == "sqlite":
        yield
        return
    with ExitStack() as stack:
        engine = connect(database)
        stack.callback(engine.dispose)
        connection = stack.enter_context(engine.connect())
        number, lock = _lock(team)
        if not connection.scalar(text(f"SELECT pg_try_advisory_lock({number})"), lock):
            raise BuildInProgress("another process is building; wait for it to end")
        connection.commit()  # the lock lasts as long as the connection
        try:
            yield
        finally:
            with suppress(SQLAlchemyError):  # with the connection the lock is gone
                connection.execute(text(f"SELECT pg_advisory_unlock({number})"), lock)


def _lock(team: str | None) -> tuple[str, Mapping[str, int]]:
    """The number of a lock as SQL takes it, and its values."""
    if team is None:
        return ":lock", {"lock": _BUILDING}
    half = zlib.crc32(team.encode()) - 2**31
    return "CAST(:lock AS integer), CAST(:team AS integer)", {"lock": _BUILDING_TEAM, "team": half}
