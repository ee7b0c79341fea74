"""The database of unfinished work: one connection, one writer, and what is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from bot.store.database import address, connect_args

_PATIENCE_SECONDS = 120
"""How long a thread waits for its turn at the connection before something is wrong."""


def work_url(database: str) -> str:
    """Where the work lies: beside a SQLite database, in a PostgreSQL one."""
    url = address(database)
    if url.get_backend_name() == "sqlite" and url.database:
        path = Path(url.database)
        url = url.set(database=str(path.with_name(f"{path.stem}-work.db")))
    return url.render_as_string(hide_password=False)


class Occupied(OSError):
    """Another process has a SQLite database in hand."""


@contextmanager
def only_one(url: str) -> Iterator[None]:
    """Hold a SQLite database for this process: two would each answer what the other has in hand.

    Raises `Occupied`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        yield
        return
    path = Path(parsed.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=0, thread_local=False):
            yield
    except Timeout:
        raise Occupied(
            f"another process serves from {path}; several need PostgreSQL (DATABASE_URL)"
        ) from None


def connect(url: str, connections: int = 8) -> Engine:
    """An engine for DBOS, with so many connections at most to a server.

    SQLite has one writer at a time, and those who wait for it sleep up to 0.1 s at a stretch, in no
    order; so all threads share one connection, for which they queue. Steps are not waited for to
    reach the disk (`synchronous=NORMAL`): killing the process loses none, and after a power cut
    those of the last moment are done again. `on_disk` is the exception.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=_PATIENCE_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=connect_args(parsed),
        )
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_PATIENCE_SECONDS,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    return engine


@contextmanager
def on_disk(engine: Engine) -> Iterator[Connection]:
    """A transaction that is on the disk when this ends, so that it outlives a power cut too."""
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("PRAGMA synchronous=FULL")
        try:
            yield connection
            connection.commit()
        finally:
            connection.rollback()
            if sqlite:
                connection.exec_driver_sql("PRAGMA synchronous=NORMAL")


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in (
        "busy_timeout=30000",
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=NORMAL",
    ):
        connection.execute(f"PRAGMA {pragma}")
