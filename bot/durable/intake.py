"""Puts jobs onto the disk, many in one transaction: the wait for the disk is shared."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

from sqlalchemy import Connection, Engine

from bot.durable.database import on_disk
from bot.durable.job import Job

MOST_AT_ONCE = 200
_SECONDS = 10.0
"""Longer than anyone who waits for an acknowledgement does; the job may still be kept then."""


class Closed(Exception):
    """Nothing is taken any more, or not yet."""


class Intake:
    """One thread that writes. `write` puts a job into a transaction; False: it was there before.
    `lost` is told of each that it put into one which failed then."""

    def __init__(
        self,
        engine: Engine,
        write: Callable[[Connection, Job], bool],
        lost: Callable[[Job], None],
    ) -> None:
        self._engine, self._write, self._lost = engine, write, lost
        self._waiting: queue.SimpleQueue[tuple[Job, Future[bool]] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> bool:
        """Returns once the job is on the disk: False where it was there before.

        Raises what the database raises, `TimeoutError`, or `Closed`.
        """
        if self._closed:
            raise Closed
        done: Future[bool] = Future()
        self._waiting.put((job, done))
        return done.result(_SECONDS)

    def close(self) -> None:
        """Write what waits, and take nothing more."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join(_SECONDS)

    def _run(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < MOST_AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get())
            found = sorted(
                (one for one in batch if one is not None),
                key=lambda one: (one[0].order, one[0].key),
            )
            if found:
                self._keep(found)
            if None in batch:
                return

    def _keep(self, batch: list[tuple[Job, Future[bool]]]) -> None:
        new: list[bool] = []
        try:
            with on_disk(self._engine) as connection:
                for job, _ in batch:
                    new.append(self._write(connection, job))
        except Exception as error:  # noqa: BLE001 (each of those who wait is told)
            for (job, _), was_new in zip(batch, new, strict=False):
                if was_new:
                    self._lost(job)
            for _, done in batch:
                done.set_exception(error)
            return
        for (_, done), is_new in zip(batch, new, strict=True):
            done.set_result(is_new)
