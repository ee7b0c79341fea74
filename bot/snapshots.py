"""Where the snapshots are, by the settings: a folder, or an object store with a copy here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from bot.settings import Settings
from index.store import BuildInProgress, SnapshotStore

_BUILDING = 0x696E646578
"""The number of the lock that a process holds while it builds: any, but always this."""


def open_store(settings: Settings) -> SnapshotStore:
    """Raises `SnapshotError` for an address that nothing installed here understands."""
    address = settings.snapshot_address
    if address is None:
        return SnapshotStore(settings.snapshots)
    from index.remote import Remote
    from index.shared import SharedStore

    return SharedStore(Remote(address), settings.snapshots, lambda: _alone(settings.database))


@contextmanager
def _alone(database: str) -> Iterator[None]:
    """Let one process of those that share a PostgreSQL database build at a time.

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
        lock = {"lock": _BUILDING}
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), lock):
            raise BuildInProgress("another process is building; wait for it to end")
        connection.commit()  # the lock lasts as long as the connection
        try:
            yield
        finally:
            with suppress(SQLAlchemyError):  # with the connection the lock is gone
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), lock)
