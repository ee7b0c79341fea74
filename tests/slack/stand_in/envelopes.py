"""An envelope: one thing Slack tells the app, by socket or by HTTP, and how the app took it."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from .workspace import Json


@dataclass
class Envelope:
    """One delivery. `kind` is `events_api`, `slash_commands` or `interactive`.

    A re-delivered event is a new Envelope with the same payload, `retry_attempt` one higher and
    `first` pointing to the original.
    """

    kind: str
    payload: Json
    retry_attempt: int = 0
    retry_reason: str = ""
    first: Envelope | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    sent_at: float | None = None
    acked_at: float | None = None
    response: Any = None
    """What the app sent with its acknowledgement: a view response, a message, or None."""
    status: int | None = None
    """The HTTP status, when delivered by HTTP."""
    lost: bool = False
    """The connection ended before the acknowledgement: not the app's fault, to be sent again."""
    _acked: threading.Event = field(default_factory=threading.Event)

    @property
    def event(self) -> Json:
        """The inner event of an `events_api` envelope."""
        return dict(self.payload.get("event", {}))

    @property
    def acked(self) -> bool:
        return self.acked_at is not None

    @property
    def ack_seconds(self) -> float | None:
        """Real seconds from sending to acknowledgement."""
        if self.sent_at is None or self.acked_at is None:
            return None
        return self.acked_at - self.sent_at

    @property
    def response_url(self) -> str:
        return str(self.payload["response_url"])

    @property
    def trigger_id(self) -> str:
        return str(self.payload["trigger_id"])

    def sent(self) -> None:
        self.sent_at, self.lost = time.monotonic(), False

    def take_ack(self, response: Any = None, status: int | None = None) -> None:
        """Note the first acknowledgement; later ones change nothing."""
        if self.acked_at is None:
            self.acked_at, self.response, self.status = time.monotonic(), response, status
        self._acked.set()

    def fail(self, status: int | None = None) -> None:
        """Note that the app answered with something that is no acknowledgement."""
        self.status, self.lost = status, status is None
        self._acked.set()

    def expire(self) -> None:
        """Note that three seconds passed without an answer: the app's fault."""
        self._acked.set()

    def wait(self, seconds: float = 3.0) -> bool:
        """Wait for the acknowledgement (or the HTTP answer); whether it came."""
        self._acked.wait(seconds)
        return self.acked
