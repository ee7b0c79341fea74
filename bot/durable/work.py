"""The work itself: jobs are put, lie on the disk, and are done by lanes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import ClassVar

from dbos import DBOS
from dbos import error as dbos_error
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.durable.database import connect, only_one
from bot.durable.intake import Closed, Intake
from bot.durable.job import Job, Run, Stopping
from bot.durable.lanes import Lanes
from bot.durable.ledger import NAME, PLAIN, VERSION, Ledger
from bot.durable.pace import Pace, Taking
from bot.durable.sharing import Sharing
from bot.durable.turns import Turns
from bot.logs import get_logger

log = get_logger(__name__)

AT_ONCE = 64
"""Jobs under way at one time: most of that is waiting, for the pace of a channel or for Slack."""

_PROCESS = "local"
"""One process at a time owns a SQLite database: what was under way when it died is for the next."""
_POLL_SECONDS = 0.25
_LISTENING_SECONDS = 0.1
"""DBOS looks so often for messages between jobs, of which there are none, and for its own end."""

Work = Callable[[Run, str], None]
"""Does a job, given its body. It must not raise: what fails is its own to tell."""


class DurableWork:
    """DBOS allows one of them open in a process.

    `stuck` is set when a job was done, or a part of it, and that could not be noted on the disk.
    It holds up its lane until `reopen`, which takes it up again like a new process. So it is where
    other processes took this one for dead.
    """

    _one: ClassVar[DurableWork | None] = None

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.pace: Taking = Pace(0.0)
        self.stuck = threading.Event()
        self._stopping = threading.Event()
        self._active = 0
        self._idle = threading.Condition()
        self._engine: Engine | None = None
        self._ledger: Ledger | None = None
        self._intake: Intake | None = None
        self._sharing: Sharing | None = None
        self._owned = ExitStack()
        self._opened: tuple[str, Work, float] | None = None

    def open(self, url: str, work: Work, apart: float = 0.0) -> None:
        """Resume what a former process left, and take new jobs. `pace` then gives a lane a turn
        each so many seconds.

        Processes share a PostgreSQL database; a SQLite one belongs to one of them. Raises
        `SQLAlchemyError`, `OSError`; `Occupied` where another process has the SQLite database.
        """
        if DurableWork._one is not None:
            raise RuntimeError("there is one open in this process already")
        DurableWork._one = self
        self._opened = url, work, apart
        stopping = self._stopping = threading.Event()  # what an `open` before began stays stopped
        self._owned.enter_context(only_one(url))
        engine = self._engine = connect(url)
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # keeps it from one of its own
        DBOS.migrate(url)
        ledger = self._ledger = Ledger(engine)
        ledger.prepare(AT_ONCE, _POLL_SECONDS)
        self.lanes.fill((job.lane, job.key) for job in ledger.jobs())
        self.stuck.clear()
        self.pace = Turns(engine, apart) if self._shared else Pace(apart)
        sharing = self._sharing = Sharing(url, self.lanes, self.stuck) if self._shared else None

        def sure() -> None:
            if sharing is not None:
                sharing.sure(stopping)

        DBOS(
            config={
                "name": NAME,
                "system_database_url": url,
                "system_database_engine": engine,
                "application_version": VERSION,
                "executor_id": sharing.name if sharing else _PROCESS,
                "serializer": PLAIN,
                "log_level": "WARNING",
                "notification_listener_polling_interval_sec": _LISTENING_SECONDS,
            }
        )

        @DBOS.workflow(name=NAME)
        def perform(lane: str, body: str) -> None:
            key = DBOS.workflow_id or ""
            with self._under_way(stopping):
                work(Run(key, ledger.steps(key), stopping, sure), body)
            self.lanes.leave(lane, key)

        DBOS.launch()
        self._intake = Intake(engine, self._write, self._lost)

    def put(self, job: Job) -> bool:
        """Returns once the job is on the disk: False where one with its key was put before.

        Raises `Closed` where no process takes jobs now, and what the database raises.
        """
        if self._intake is None:
            raise Closed
        return self._intake.put(job)

    def holds(self, lane: str, key: str) -> bool:
        """Whether a job is not finished, in this process or another. Raises as `put`."""
        if self.lanes.holds(lane, key):
            return True
        return self._sharing is not None and self._sharing.holds(key)

    def close(self, seconds: float) -> bool:
        """Take nothing more, and finish what is under way; whether that was done in time.

        What waits, or waits for its turn, stays on the disk.
        """
        finished = self._finish(seconds)
        if DurableWork._one is self:
            DurableWork._one = None
            DBOS.destroy(destroy_registry=True)
        if self._sharing is not None:
            self._sharing.close(finished=finished)
            self._sharing = None
        if self._engine is not None:
            self._engine.dispose()
        self._owned.close()
        return finished

    def reopen(self, seconds: float) -> None:
        """Close, within so long, and open again. Raises what `open` does.

        Over SQLite what is under way is waited for: it would be begun again at once, beside itself.
        """
        assert self._opened is not None
        while not self._shared and not self._finish(seconds):
            log.warning("what is under way is waited for", jobs=self._active)
        self.close(seconds)
        self.open(*self._opened)

    def forget_before(self, moment: float) -> int:
        """See `Ledger.forget_before`. Raises `Closed` where it was never open."""
        return self._kept().forget_before(moment)

    def forget(self, prefix: str, owner: str | None = None) -> int:
        """See `Ledger.forget`; returns how many."""
        gone = self._kept().forget(prefix, owner)
        for lane, key in gone:
            self.lanes.leave(lane, key)
        return len(gone)

    @property
    def _shared(self) -> bool:
        """Whether other processes may have a part in it."""
        return self._engine is not None and self._engine.dialect.name != "sqlite"

    def _finish(self, seconds: float) -> bool:
        """Take nothing more and begin nothing; whether nothing is under way any more by then."""
        if self._intake is not None:
            self._intake.close()
            self._intake = None
        self._stopping.set()
        with self._idle:
            return self._idle.wait_for(lambda: not self._active, seconds)

    def _write(self, connection: Connection, job: Job) -> bool:
        new = self._kept().write(connection, job)
        if new:  # counted before it is on the disk, from where on it may be done at any moment
            self.lanes.enter(job.lane, job.key)
        return new

    def _lost(self, job: Job) -> None:
        self.lanes.leave(job.lane, job.key)

    def _kept(self) -> Ledger:
        if self._ledger is None:
            raise Closed
        return self._ledger

    @contextmanager
    def _under_way(self, stopping: threading.Event) -> Iterator[None]:
        with self._idle:
            if stopping.is_set():
                raise Stopping
            self._active += 1
        try:
            yield
        except (SQLAlchemyError, dbos_error.DBOSException) as error:
            if stopping is self._stopping:  # else the job is another's by now
                self.stuck.set()
            log.error("a job could not be noted", exc_info=error)
            raise Stopping from error
        except Exception:
            log.exception("a job failed")
        finally:
            with self._idle:
                self._active -= 1
                self._idle.notify_all()
