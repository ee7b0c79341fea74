"""How long each stage of some work takes, for whoever asks; nobody asking costs next to nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seconds: ContextVar[dict[str, float] | None] = ContextVar("seconds", default=None)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """What is done within counts for the stage of this name; one within itself counts twice."""
    noted = _seconds.get()
    if noted is None:
        yield
        return
    began = time.perf_counter()
    try:
        yield
    finally:
        noted[name] = noted.get(name, 0.0) + time.perf_counter() - began


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Seconds by stage of what this thread does within; filled as it goes."""
    noted: dict[str, float] = {}
    before = _seconds.set(noted)
    try:
        yield noted
    finally:
        _seconds.reset(before)
