"""Opens the database and brings it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_BUSY_SECONDS = 15
"""How long a writer waits for another before it gives up."""


def connect(url: str) -> Engine:
    """An engine for `url`, for many threads. A file of SQLite is made with its folder."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables up to date. Safe to run at each start."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revisions(url: str) -> tuple[str | None, str | None]:
    """The revision of the tables at `url`, and the newest there is; nothing is changed.

    The first is None for an empty database. Raises alembic's `CommandError` for one that this
    version does not know.
    """
    scripts = ScriptDirectory(str(_MIGRATIONS))
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    if found is not None:
        scripts.get_revision(found)
    return found, scripts.get_current_head()


def _prepare(connection: Any, _record: object) -> None:
    """Readers do not wait for writers; a write is on disk before it counts; rows go together."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
