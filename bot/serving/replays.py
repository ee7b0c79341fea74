"""Requests that were taken already: a captured one, sent again, does nothing."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

WINDOW_SECONDS = 5 * 60
"""How long a signature is good for; an older one is refused anyway.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""


class Replays:
    """Remembers what was taken within the window. Slack itself never sends the same bytes with
    the same timestamp again after they were taken: its retries are signed anew."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._taken: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def taken(self, signature: str, timestamp: str, body: str) -> bool:
        """Whether this request was taken before."""
        with self._lock:
            return _digest(signature, timestamp, body) in self._taken

    def take(self, signature: str, timestamp: str, body: str) -> None:
        """Remember a request whose signature held, and forget those that are too old to pass."""
        now = self._clock()
        with self._lock:
            while self._taken:
                oldest, at = next(iter(self._taken.items()))
                if now - at <= 2 * WINDOW_SECONDS:
                    break
                del self._taken[oldest]
            self._taken[_digest(signature, timestamp, body)] = now


def _digest(signature: str, timestamp: str, body: str) -> bytes:
    return hashlib.sha256("\0".join((signature, timestamp, body)).encode()).digest()
