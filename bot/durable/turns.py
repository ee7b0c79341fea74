"""The turns of lanes, kept in the database that several processes share."""

from __future__ import annotations

from sqlalchemy import Column, Double, Engine, MetaData, Table, Text, text
from sqlalchemy.exc import SQLAlchemyError

from bot.durable.processes import make
from bot.logs import get_logger

log = get_logger(__name__)

_TABLES = MetaData()
Table(
    "work_turns",
    _TABLES,
    Column("lane", Text, primary_key=True),
    Column("free", Double, nullable=False),
)
_LONGEST_SECONDS = 120.0
"""No lane is held for longer: the server's clock may have been set back."""
_KEPT_SECONDS = 3600

_NOW = "WITH clock AS (SELECT extract(epoch FROM clock_timestamp())::float8 AS now)"
_TURN = text(f"""{_NOW}
    INSERT INTO work_turns AS t (lane, free) SELECT :lane, now + :seconds FROM clock
    ON CONFLICT (lane) DO UPDATE SET free = :seconds + greatest(
        EXCLUDED.free - :seconds, least(t.free, EXCLUDED.free - :seconds + :longest))
    RETURNING free - :seconds - (SELECT now FROM clock)""")
_HOLD = text(f"""{_NOW}
    INSERT INTO work_turns AS t (lane, free) SELECT :lane, now + :seconds FROM clock
    ON CONFLICT (lane) DO UPDATE SET free = greatest(t.free, EXCLUDED.free)""")
_FORGET = text(f"{_NOW} DELETE FROM work_turns WHERE free < (SELECT now FROM clock) - :seconds")


class Turns:
    """Like `Pace`, for all processes of a database of PostgreSQL, by the server's clock."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        """Raises `SQLAlchemyError`."""
        self._engine, self._seconds = engine, seconds
        with engine.begin() as connection:
            make(connection, _TABLES)
            connection.execute(_FORGET, {"seconds": _KEPT_SECONDS})

    def turn(self, lane: str) -> float:
        """Take the next turn of a lane; returns the seconds until then. Raises as at first."""
        said = {"lane": lane, "seconds": self._seconds, "longest": _LONGEST_SECONDS}
        with self._engine.begin() as connection:
            return max(0.0, float(connection.execute(_TURN, said).scalar_one()))

    def hold(self, lane: str, seconds: float) -> None:
        """Give no turn in a lane for so long. Where that cannot be noted, others find out from
        Slack."""
        said = {"lane": lane, "seconds": min(seconds, _LONGEST_SECONDS)}
        try:
            with self._engine.begin() as connection:
                connection.execute(_HOLD, said)
        except SQLAlchemyError as error:
            log.info("a lane is not held", error=type(error).__name__)
