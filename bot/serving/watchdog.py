"""Watches the socket to Slack by what is heard on it, not by what its client believes.

The client pings Slack, whose answers come within a second, and gives a connection up after some
pings without one. It cannot tell where no answer ever came, and it reckons by the wall clock: one
that is set back by an hour hides an hour's silence.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from slack_sdk.socket_mode.builtin import SocketModeClient

from bot.logs import get_logger
from bot.metrics import SILENCES

log = get_logger(__name__)

SILENT_SECONDS = 20.0
"""Six pings without an answer: the connection is dead, whatever it looks like."""
LOST_SECONDS = 300.0
"""From then on a supervisor is asked for a new process: `/healthz` fails."""
LOOK_SECONDS = 3.0


class Line(Protocol):
    """A connection as the watchdog sees it."""

    def heard(self) -> object:
        """Anything that differs whenever something was heard since; None where nothing was yet."""

    def hang_up(self) -> None:
        """Give the connection up; a new one is made without further ado."""


class SlackLine:
    """The line of slack_sdk's client, whose monitor reconnects after a hang-up."""

    def __init__(self, client: SocketModeClient) -> None:
        self._client = client

    def heard(self) -> object:
        session = self._client.current_session
        if session is None or not session.is_active() or session.last_ping_pong_time is None:
            return None
        return session.session_id, session.last_ping_pong_time

    def hang_up(self) -> None:
        self._client.disconnect()


class Watchdog:
    """`look` now and then; `start` does so in a thread. Seconds are those of a clock that never
    goes back."""

    def __init__(
        self,
        line: Line,
        *,
        silent_seconds: float = SILENT_SECONDS,
        lost_seconds: float = LOST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line, self._clock = line, clock
        self._silent, self._lost = silent_seconds, lost_seconds
        self._last: object = None
        self._heard_at = self._hung_up_at = clock()
        self._over = threading.Event()

    @property
    def silence(self) -> float:
        """Seconds since something was heard, as far as was looked."""
        return self._clock() - self._heard_at

    def is_lost(self) -> bool:
        """Whether Slack was out of hearing for so long that only a new process may help."""
        return self.silence > self._lost

    def look(self) -> None:
        """Listen; hang up where it was silent too long, once for each such time."""
        now, heard = self._clock(), self._line.heard()
        if heard is not None and heard != self._last:
            self._last, self._heard_at = heard, now
        elif now - max(self._heard_at, self._hung_up_at) > self._silent:
            self._hung_up_at = now
            SILENCES.inc()
            log.warning("nothing heard from Slack", seconds=round(self.silence))
            self._line.hang_up()

    def start(self, every_seconds: float = LOOK_SECONDS) -> None:
        threading.Thread(target=self._run, args=(every_seconds,), name="watch", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _run(self, every_seconds: float) -> None:
        while not self._over.wait(every_seconds):
            try:
                self.look()
            except Exception:
                log.exception("could not look after the socket")
