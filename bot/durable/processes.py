"""The processes that share a database: each shows that it lives, and tells when another does not.

No clock is compared with another one, so none that is wrong or set does harm. Each process counts
its beats in a row of its own, and watches, by its own monotonic clock, whether those of the others
still move.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

BEAT_SECONDS = 2.0
SURE_SECONDS = 6.0
"""Without a beat for so long, a process begins nothing that others can see."""
DEAD_SECONDS = 21.0
"""Without a beat for so long, a process is dead for the others. It leaves a call to Slack that was
begun while it was still sure the 15 seconds that such a call may take."""

_TABLES = MetaData()
_ALIVE = Table(
    "work_processes",
    _TABLES,
    Column("id", Text, primary_key=True),
    Column("beats", BigInteger, nullable=False),
)
_MAKING = 0x776F726B
"""The number of the lock under which tables are made: any, but always this."""


class Processes:
    """One process among those of a database. `beat` is for one thread, the rest for any."""

    def __init__(
        self, engine: Engine, name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.lost = False
        """The others took this process for dead: its jobs are theirs now."""
        self._engine, self._clock = engine, clock
        self._sure_until = 0.0
        self._seen: dict[str, tuple[int, float]] = {}

    def enter(self) -> None:
        """Be one of them. Raises `SQLAlchemyError`."""
        began = self._clock()
        with self._engine.begin() as connection:
            make(connection, _TABLES)
            connection.execute(insert(_ALIVE).values(id=self.name, beats=0))
        self._sure_until = began + SURE_SECONDS

    def leave(self) -> None:
        """Be none of them any more, so that the others take up what is left. Raises as `enter`."""
        with self._engine.begin() as connection:
            connection.execute(delete(_ALIVE).where(_ALIVE.c.id == self.name))

    @property
    def sure(self) -> bool:
        """Whether no other process can take this one for dead yet."""
        return not self.lost and self._clock() < self._sure_until

    def beat(self) -> set[str]:
        """Show that this process lives; returns the names of those that do. Raises as `enter`.

        Others are watched only while the own beats succeed: after a time without a database, or
        without a processor, theirs may be late for the same reason.
        """
        began = self._clock()
        if not self.sure:
            self._seen.clear()
        try:
            with self._engine.begin() as connection:
                own = update(_ALIVE).where(_ALIVE.c.id == self.name)
                renewed = connection.execute(own.values(beats=_ALIVE.c.beats + 1)).rowcount
                rows = connection.execute(select(_ALIVE.c.id, _ALIVE.c.beats)).all()
            found = {str(name): int(beats) for name, beats in rows}
            silent = self._silent(found)
            if silent:
                self._bury(silent)
        except SQLAlchemyError:
            self._seen.clear()
            raise
        if renewed:
            self._sure_until = began + SURE_SECONDS
        else:
            self.lost = True
        return found.keys() - silent.keys()

    def _silent(self, found: dict[str, int]) -> dict[str, int]:
        """Those whose beats stood still for too long."""
        now, before = self._clock(), self._seen
        self._seen = {
            name: before[name] if before.get(name, (None,))[0] == beats else (beats, now)
            for name, beats in found.items()
            if name != self.name
        }
        return {
            name: beats for name, (beats, since) in self._seen.items() if now - since > DEAD_SECONDS
        }

    def _bury(self, silent: dict[str, int]) -> None:
        with self._engine.begin() as connection:
            for name, beats in silent.items():
                row = (_ALIVE.c.id == name, _ALIVE.c.beats == beats)
                connection.execute(delete(_ALIVE).where(*row))


def make(connection: Connection, tables: MetaData) -> None:
    """Make tables that are not there, also while another process does.

    They hold nothing that outlives the processes, so that they need no migrations.
    """
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MAKING})")
    tables.create_all(connection)
