"""Time as the stand-in knows it: the wall clock, which a test can put forward without sleeping."""

from __future__ import annotations

import threading
import time


class Clock:
    """Seconds since the epoch. `advance` makes triggers, response URLs and limits age at once."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        with self._lock:
            return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward, as if `seconds` had passed."""
        with self._lock:
            self._ahead += seconds
