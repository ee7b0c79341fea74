"""The tables come about in steps, and end up as `tables.py` says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from bot.store.database import connect, migrate
from bot.store.store import Store
from bot.store.tables import metadata

MIGRATIONS = Path(__file__).resolve().parents[2] / "bot" / "store" / "migrations"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path / 'deep' / 'bot.db'}")
    yield engine
    engine.dispose()


def upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def test_a_fresh_database_has_the_tables_that_the_code_expects(engine: Engine) -> None:
    migrate(engine)
    assert differences(engine) == []


def test_bringing_up_to_date_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    Store(engine).take("T1", "C1", "1.0", 1.0)
    migrate(engine)
    assert differences(engine) == []
    assert not Store(engine).take("T1", "C1", "1.0", 1.0)


def test_what_the_first_version_kept_is_still_there(engine: Engine) -> None:
    upgrade(engine, "0001")
    thread = '{"texts": ["Rust?"], "facts": {"cpu_bound": "yes"}, "ring": "trial", "known": {}}'
    answer = '{"question": "Rust?", "intent": "decision", "headline": "h", "snapshot": "s"}'
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO assessments (id, team, channel, thread_ts, asker, question, thread,"
                " answer, intent, ring, covered, private, snapshot, receipt, asked_at) VALUES"
                " ('a', 'T1', 'C1', '1.0', 'U1', 'Rust?', :thread, :answer, 'decision', 'trial',"
                " 1, 0, 's', '', 1.0)"
            ),
            {"thread": thread, "answer": answer},
        )
    migrate(engine)
    assert differences(engine) == []
    kept = Store(engine).assessment("T1", "a")
    assert kept is not None
    assert kept.question == "Rust?"
    assert kept.thread.texts == ("Rust?",)
    assert not kept.alone
