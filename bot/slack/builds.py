"""The rebuild that runs now, if one does: there is one at a time in a process."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import get_args

from knowledge.wording import Stage


@dataclass(frozen=True)
class Build:
    """Who started it, and when, in seconds since 1970; of the `whole`, or of their own workspace's
    index alone."""

    team: str
    user: str
    since: float
    whole: bool = True

    def concerns(self, team: str) -> bool:
        """Whether a workspace will be answered from what is built."""
        return self.whole or self.team == team


@dataclass(frozen=True)
class Progress:
    """How far it is: `stage` as the wording names them, so much of it done, and how much there is;
    0 where that is not known."""

    stage: Stage
    done: int = 0
    total: int = 0


START = Progress("starting")
_STAGES: dict[str, Stage] = {name: name for name in get_args(Stage)}


class Builds:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: Build | None = None
        self._progress = START

    @property
    def running(self) -> Build | None:
        return self._running

    @property
    def progress(self) -> Progress:
        return self._progress

    def begin(self, build: Build) -> Build | None:
        """Take the place; the build that has it already, where there is one."""
        with self._lock:
            if self._running is None:
                self._running, self._progress = build, START
                return None
            return self._running

    def report(self, stage: str, done: int, total: int) -> None:
        """Where the build is now; called often, from the thread that builds."""
        if stage in _STAGES:
            self._progress = Progress(_STAGES[stage], done, total)

    def end(self) -> None:
        with self._lock:
            self._running = None
