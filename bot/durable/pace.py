"""Spaces what is done in a lane: each has its own turns, so none waits for another's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

_MOST = 10_000
"""Lanes that are remembered before those whose turn is long past are forgotten."""


class Taking(Protocol):
    """Whoever gives turns in lanes; see `Pace`."""

    def turn(self, lane: str) -> float: ...

    def hold(self, lane: str, seconds: float) -> None: ...


class Pace:
    """At most one turn in `seconds` for each lane. Safe to share between threads."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._free: dict[str, float] = {}
        self._lock = threading.Lock()

    def turn(self, lane: str) -> float:
        """Take the next turn of a lane; returns the seconds until then."""
        with self._lock:
            now = self._now()
            at = max(now, self._free.get(lane, now))
            self._free[lane] = at + self._seconds
            return at - now

    def free(self, lane: str) -> bool:
        """Take a lane's turn if that is now, else none."""
        with self._lock:
            now = self._now()
            if self._free.get(lane, now) > now:
                return False
            self._free[lane] = now + self._seconds
            return True

    def hold(self, lane: str, seconds: float) -> None:
        """Give no turn in a lane for so long."""
        with self._lock:
            self._free[lane] = max(self._free.get(lane, 0.0), self._clock() + seconds)

    def _now(self) -> float:
        now = self._clock()
        if len(self._free) > _MOST:
            self._free = {name: at for name, at in self._free.items() if at > now}
        return now
