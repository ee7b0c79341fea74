"""Opens the database, SQLite or PostgreSQL, and brings it up to date."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
NEWEST = "0005"
"""The revision of the tables that this version works with: that of the last migration."""

_BUSY_SECONDS = 15
"""How long a writer waits for another before it gives up."""

_LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""How soon a server that does not answer is given up; milliseconds for the last, else seconds."""

_MIGRATING = 0x727573746F72
"""The number of the lock that a process holds while it changes the tables: any, but always this."""


def address(url: str) -> URL:
    """A database's address, with the driver that is installed. Raises `ArgumentError`.

    Both `postgres://` and `postgresql://` are meant for PostgreSQL.
    """
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def connect(url: str) -> Engine:
    """An engine for `url`, for many threads. A file of SQLite is made with its folder.

    Errors do not hold what was written: that is people's words, and tokens.
    """
    parsed = address(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed, pool_pre_ping=True, hide_parameters=True, connect_args=connect_args(parsed)
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    return engine


def connect_args(url: URL) -> dict[str, Any]:
    """What the driver is told beside the address, unless that says otherwise itself."""
    return {name: value for name, value in _LINE.items() if name not in url.query}


def away(error: Exception) -> bool:
    """Whether a server was not there, or went away, so that the same may succeed later.

    So it is where all connections are taken by those who wait for a server that does not answer.
    """
    if isinstance(error, NoConnection):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or (state or "").startswith(("08", "57P")):
        return True
    return state is None and isinstance(error.orig, psycopg.OperationalError)


def migrate(engine: Engine) -> None:
    """Bring the tables up to date. Safe to run at each start, by many processes at once.

    Alembic, 10 MiB, is imported only where there is something to do.
    """
    with engine.begin() as connection:
        _alone(connection)
        if _is_newest(connection):
            return
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revisions(url: str) -> tuple[str | None, str | None]:
    """The revision of the tables at `url`, and the newest there is; nothing is changed.

    The first is None for an empty database. Raises alembic's `CommandError` for one that this
    version does not know.
    """
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(_MIGRATIONS))
    engine = create_engine(address(url))
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    if found is not None:
        scripts.get_revision(found)
    return found, scripts.get_current_head()


def _is_newest(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version").all()
    return [str(name) for (name,) in rows] == [NEWEST]


def _alone(connection: Connection) -> None:
    """Wait until no other process changes the tables, and let none begin before this commits."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")


def _prepare(connection: Any, _record: object) -> None:
    """Readers do not wait for writers; a write is on disk before it counts; rows go together."""
    cursor = connection.cursor()
    until = time.monotonic() + _BUSY_SECONDS
    while True:  # of two processes that switch a new database over at once, one is not made to wait
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
