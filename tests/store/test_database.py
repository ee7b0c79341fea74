"""A server that takes connections and never answers is away, for whoever waits for it."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import QueuePool

from bot.store.database import away, connect


def test_a_server_that_never_answers_is_away_for_those_too_who_find_no_connection_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those who hold all connections wait for the server, the rest for one of them."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        port = silent.getsockname()[1]
        engine = connect(f"postgresql://bot@127.0.0.1:{port}/any?connect_timeout=2")
        assert isinstance(engine.pool, QueuePool)
        monkeypatch.setattr(engine.pool, "_timeout", 0.1)

        def ask(_number: int) -> Exception | None:
            try:
                engine.connect().close()
            except SQLAlchemyError as error:
                return error
            return None

        with ThreadPoolExecutor(20) as people:
            met = list(people.map(ask, range(20)))
        engine.dispose()
    assert any(isinstance(error, NoConnection) for error in met)
    assert all(error is not None and away(error) for error in met)
