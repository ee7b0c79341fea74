"""Every test of the store runs on both kinds of database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.store.database import connect, migrate
from bot.store.store import Store
from tests.postgres import Postgres

Databases = Callable[[], str]
"""Gives the address of an empty database, another one each time."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Databases:
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return server.schema
    numbers = itertools.count(1)
    return lambda: f"sqlite:///{tmp_path / 'deep' / f'bot{next(numbers)}.db'}"


@pytest.fixture
def engine(empty: Databases) -> Iterator[Engine]:
    """A database with its tables."""
    engine = connect(empty())
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)
