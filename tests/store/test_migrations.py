"""The tables come about in steps, and end up as `tables.py` says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from bot.store.database import NEWEST, address, connect, migrate
from bot.store.store import Store
from bot.store.tables import metadata
from tests.store.conftest import Databases

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "bot" / "store" / "migrations"


@pytest.fixture
def engine(empty: Databases) -> Iterator[Engine]:
    """A database without tables."""
    engine = connect(empty())
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


def test_the_newest_revision_is_that_of_the_last_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


_MIGRATE = """
import sys
from bot.store.database import address, connect, migrate
engine = connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
migrate(engine)
"""


def test_processes_that_start_at_once_bring_it_up_to_date_together(empty: Databases) -> None:
    url = empty()
    command = [sys.executable, "-c", _MIGRATE, url]
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, cwd=ROOT)
            )
            for _ in range(3)
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in started:
            assert process.communicate(timeout=120)[1] == ""
            assert process.returncode == 0
    engine = connect(url)
    assert differences(engine) == []
    engine.dispose()


def test_both_spellings_of_postgresql_are_understood() -> None:
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        assert address(f"{scheme}://u:p@db/bot").drivername == "postgresql+psycopg"


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
                " :yes, :no, 's', '', 1.0)"
            ),
            {"thread": thread, "answer": answer, "yes": True, "no": False},
        )
    migrate(engine)
    assert differences(engine) == []
    kept = Store(engine).assessment("T1", "a")
    assert kept is not None
    assert kept.question == "Rust?"
    assert kept.thread.texts == ("Rust?",)
    assert not kept.alone
