"""A piece of work as it lies on the disk, and one run of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dbos import DBOS


@dataclass(frozen=True, slots=True)
class Job:
    """`key` makes it one piece of work however often it is put; jobs of one `lane` are done one
    after the other, by `order` (whole seconds, at least 1) and then as they came. `owner` is whose
    words the body holds."""

    key: str
    owner: str
    lane: str
    order: int
    body: str


class Stopping(BaseException):
    """The process stops: the job stays on the disk as it is, for the next process.

    No `Exception`, so that nothing takes it for a failure of the work.
    """


class Run:
    """One run of a job. `done` names the steps that former runs kept, in order; the one after them
    may have had its effect too."""

    def __init__(
        self,
        key: str,
        done: Sequence[str],
        stopping: threading.Event,
        sure: Callable[[], None] = lambda: None,
    ) -> None:
        self.key, self.done = key, tuple(done)
        self._stopping, self._sure = stopping, sure

    def step(self, name: str, work: Callable[[], str]) -> str:
        """Do a part of the job and keep what it returns: once kept, it is not done again.

        A later run goes through the same steps, those that are kept first.
        """
        return DBOS.run_step({"name": name}, work)

    def pause(self, seconds: float) -> None:
        """Wait, and until this process is sure that the job is still its own.

        Raises `Stopping` as soon as the process stops, or where it is not.
        """
        if self._stopping.wait(max(0.0, seconds)):
            raise Stopping
        self._sure()
