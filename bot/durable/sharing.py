"""Work that several processes share: what one leaves behind, the others take up."""

from __future__ import annotations

import secrets
import socket
import threading

from sqlalchemy.exc import SQLAlchemyError

from bot.durable.database import connect
from bot.durable.job import Stopping
from bot.durable.lanes import Lanes
from bot.durable.ledger import Ledger
from bot.durable.processes import BEAT_SECONDS, Processes
from bot.logs import get_logger

log = get_logger(__name__)


class Sharing:
    """One process's share. A thread of its own, with connections of its own, so that neither waits
    for the work."""

    def __init__(self, url: str, lanes: Lanes, stuck: threading.Event) -> None:
        """Raises `SQLAlchemyError`."""
        self._engine = connect(url, connections=2)
        self._processes = Processes(self._engine, f"{socket.gethostname()}-{secrets.token_hex(4)}")
        self._lanes, self._stuck = lanes, stuck
        self._closed = threading.Event()
        self._ledger = Ledger(self._engine, waits=False)
        self._thread = threading.Thread(target=self._run, name="sharing", daemon=True)
        self._processes.enter()
        self._thread.start()

    @property
    def name(self) -> str:
        return self._processes.name

    def sure(self, stopping: threading.Event) -> None:
        """Wait until no other process can take this one for dead. Raises `Stopping`."""
        while not self._processes.sure:
            if self._processes.lost or stopping.wait(0.1):
                raise Stopping

    def holds(self, key: str) -> bool:
        """Whether a job is not finished. Raises `SQLAlchemyError`."""
        return bool(self._ledger.jobs(key))

    def close(self, *, finished: bool) -> None:
        """With `finished`, nothing of this process runs any more: the others need not wait."""
        self._closed.set()
        self._thread.join()
        if finished:
            try:
                self._processes.leave()
            except SQLAlchemyError as error:
                log.info("the others are not told of the end", error=type(error).__name__)
        self._engine.dispose()

    def _run(self) -> None:
        reachable = True
        while not self._closed.wait(BEAT_SECONDS):
            try:
                self._look()
            except SQLAlchemyError as error:
                if reachable:
                    log.warning("the database is away", error=type(error).__name__)
                reachable = False
                continue
            if not reachable:
                log.info("the database is back")
            reachable = True
            if self._processes.lost:
                log.error("taken for dead by another process")
                self._stuck.set()
                return

    def _look(self) -> None:
        """Beat, note what waits, and put back whose process is gone.

        The jobs are read before the processes: whoever has one of them was there before.
        """
        self._lanes.listen()
        jobs = self._ledger.jobs()
        living = self._processes.beat()
        self._lanes.fill((job.lane, job.key) for job in jobs)
        left = [job for job in jobs if job.process and job.process not in living]
        if left and not self._processes.lost:
            gone = {str(job.process) for job in left}
            count = sum(self._ledger.put_back(job.key, gone) for job in left)
            log.warning("took up what another process left", jobs=count)
