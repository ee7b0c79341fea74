"""Whether this process lives and can answer now, for whoever starts, watches or stops it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Stage(StrEnum):
    """The life of a serving process."""

    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"


class Readiness:
    """Starting until the models are warm, ready while it is connected, then stopping.

    It lives unless it lost Slack for so long that only a new process may help.
    """

    def __init__(self) -> None:
        self.stage = Stage.STARTING
        self.is_connected: Callable[[], bool] = lambda: True
        self.is_lost: Callable[[], bool] = lambda: False

    @property
    def alive(self) -> bool:
        return self.stage is not Stage.READY or not self.is_lost()

    def report(self) -> tuple[bool, str]:
        """Ready or not, and in a word why."""
        if self.stage is Stage.READY and not self.is_connected():
            return False, "reconnecting"
        return self.stage is Stage.READY, str(self.stage)
