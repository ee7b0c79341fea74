"""Notices that the clock on the wall was set."""

from __future__ import annotations

import time
from collections.abc import Callable

JUMP_SECONDS = 3600.0
"""A correction by less does nobody harm."""


class Jumps:
    """Compares a clock that may be set with one that may not."""

    def __init__(
        self, wall: Callable[[], float], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._steady = wall, steady
        self._apart = wall() - steady()

    def jumped(self) -> bool:
        """Whether it was set by over an hour since this was last asked, either way."""
        before, self._apart = self._apart, self._wall() - self._steady()
        return abs(self._apart - before) > JUMP_SECONDS
