"""Room for a few at a time, in which one may also be alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Room:
    """Safe to share between threads; who wants to be alone keeps later ones out while it waits."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._free = threading.Semaphore(places)
        self._door = threading.Lock()

    @contextmanager
    def inside(self, *, alone: bool = False) -> Iterator[None]:
        """Waits for a place, or until all places are free."""
        taken = self._places if alone else 1
        with self._door:
            for _ in range(taken):
                self._free.acquire()
        try:
            yield
        finally:
            self._free.release(taken)
