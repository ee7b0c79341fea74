"""How much waits in each lane: a picture in memory of what lies on the disk.

Where processes share that, it is taken anew every few seconds.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable


class Lanes:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._came: set[tuple[str, str]] | None = None
        self._went: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def listen(self) -> None:
        """Note what comes and goes from now on, while pairs for `fill` are looked for."""
        with self._lock:
            self._came, self._went = set(), set()

    def fill(self, found: Iterable[tuple[str, str]]) -> None:
        """Start from these pairs of lane and key, and from what came and went since `listen`."""
        with self._lock:
            self._keys.clear()
            for lane, key in {*found, *(self._came or ())} - self._went:
                self._keys[lane].add(key)
            self._came, self._went = None, set()

    def enter(self, lane: str, key: str) -> None:
        with self._lock:
            if self._came is not None:
                self._came.add((lane, key))
            self._keys[lane].add(key)

    def leave(self, lane: str, key: str) -> None:
        with self._lock:
            if self._came is not None:
                self._went.add((lane, key))
            self._keys[lane].discard(key)
            if not self._keys[lane]:
                del self._keys[lane]

    def waiting(self, lane: str) -> int:
        """Jobs of a lane that are not finished."""
        with self._lock:
            return len(self._keys.get(lane, ()))

    def holds(self, lane: str, key: str) -> bool:
        """Whether a job of a lane is not finished."""
        with self._lock:
            return key in self._keys.get(lane, ())

    @property
    def total(self) -> int:
        with self._lock:
            return sum(map(len, self._keys.values()))
