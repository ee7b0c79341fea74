"""What can go wrong on Slack's side, on demand, and the limiter of posting.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict, deque
from dataclasses import dataclass

from .clock import Clock
from .limits import TIERS


@dataclass(frozen=True)
class Fault:
    """What one call gets instead of its answer.

    With `done`, the method is carried out and only its answer is lost or replaced: the case in
    which an app that simply tries again says things twice.
    """

    status: int = 200
    error: str | None = None
    retry_after: int | None = None
    garbage: bytes | None = None
    hang: float | None = None
    reset: bool = False
    cut: bool = False
    done: bool = False


def rate_limited(retry_after: int = 1) -> Fault:
    """429 with `Retry-After`."""
    return Fault(429, "ratelimited", retry_after=retry_after)


def server_error(status: int = 500, *, done: bool = False) -> Fault:
    """500, 503 and the like, with a body that is not JSON."""
    return Fault(status, done=done)


def garbage(
    body: bytes = b"<html>garbage</html>", *, status: int = 200, done: bool = False
) -> Fault:
    """An answer whose body is not what Slack says."""
    return Fault(status, garbage=body, done=done)


def cut(*, done: bool = False) -> Fault:
    """An answer that ends before it is whole."""
    return Fault(cut=True, done=done)


def hang(seconds: float = 30.0, *, done: bool = False) -> Fault:
    """No answer for so long (or until the stand-in closes), then the connection ends."""
    return Fault(hang=seconds, done=done)


def reset(*, done: bool = False) -> Fault:
    """The connection is reset; with `done`, after the method was carried out."""
    return Fault(reset=True, done=done)


def refusal(error: str) -> Fault:
    """`ok: false` with this error, such as `internal_error` or `fatal_error`."""
    return Fault(error=error)


class Faults:
    """A queue of faults for each method, and block types that are refused for now."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()
        self.refused_blocks: set[str] = set()

    def add(self, method: str, *faults: Fault, times: int = 1) -> None:
        """Give the next calls of `method` these faults, one each; `*` stands for any method."""
        with self._lock:
            for _ in range(times):
                self._queues[method].extend(faults)

    def next(self, method: str) -> Fault | None:
        with self._lock:
            for name in (method, "*"):
                if self._queues[name]:
                    return self._queues[name].popleft()
        return None

    def own(self, method: str) -> Fault | None:
        """The next fault of just this name."""
        with self._lock:
            return self._queues[method].popleft() if self._queues[method] else None

    def pending(self, method: str) -> int:
        """Faults that no call has met yet."""
        with self._lock:
            return len(self._queues[method])

    def clear(self) -> None:
        with self._lock:
            self._queues.clear()
            self.refused_blocks.clear()


class Limiter:
    """About one message a second in a channel, with a small burst; off until `turn_on`.

    https://docs.slack.dev/apis/web-api/rate-limits#posting_messages
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rate: float | None = None
        self._burst = 0.0
        self._left: dict[str, tuple[float, float]] = {}
        self._until: dict[tuple[str, str], float] = {}
        self._tiers = False
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def turn_on(self, per_second: float = 1.0, burst: int = 5) -> None:
        with self._lock:
            self._rate, self._burst = per_second, float(burst)
            self._left.clear()

    def turn_on_tiers(self) -> None:
        """Also count the calls of each method by the minute, as far as its tier is published."""
        with self._lock:
            self._tiers = True

    def over_tier(self, method: str) -> int | None:
        """Count a call; seconds to wait where the minute has had as many as the tier allows."""
        most = TIERS.get(method)
        with self._lock:
            if not self._tiers or most is None:
                return None
            now, calls = self._clock.now(), self._calls[method]
            while calls and calls[0] <= now - 60:
                calls.popleft()
            if len(calls) >= most:
                return math.ceil(calls[0] + 60 - now)
            calls.append(now)
            return None

    def turn_off(self) -> None:
        with self._lock:
            self._rate = None

    def wait_for(self, channel: str) -> int | None:
        """Take one message's place in a channel; seconds to wait where there is none."""
        with self._lock:
            if self._rate is None:
                return None
            now = self._clock.now()
            left, then = self._left.get(channel, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._rate)
            if left >= 1:
                self._left[channel] = (left - 1, now)
                return None
            self._left[channel] = (left, now)
            return max(1, round((1 - left) / self._rate))

    def told_to_wait(self, method: str, channel: str, seconds: int) -> None:
        """Remember a Retry-After, to notice an app that does not keep to it."""
        with self._lock:
            self._until[method, channel] = self._clock.now() + seconds

    def too_early(self, method: str, channel: str) -> float | None:
        """Seconds by which a call comes before the Retry-After it was given has passed."""
        with self._lock:
            until = self._until.pop((method, channel), None)
            early = (until or 0.0) - self._clock.now()
            return early if until is not None and early > 0.1 else None
