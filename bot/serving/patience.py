"""How long a client may take over its request.

uvicorn waits for ever: `timeout_keep_alive` begins after an answer and ends with the next byte, so
whoever sends a byte now and then, or nothing at all, holds a connection for good.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 10.0
"""For headers and body. Slack sends both at once, and gives up after three."""
MOST_HEADER_BYTES = 16 * 1024
"""Of the request line and all headers; Slack's have about one thousand. More gets 400."""

_UNFINISHED = (h11.IDLE, h11.SEND_BODY)


class Impatient(H11Protocol):
    """Closes a connection on which a request is not complete in time, or none is begun."""

    seconds = SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state in _UNFINISHED:
            self._begin()
        else:
            self._end()

    def _begin(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.seconds, self.transport.abort)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
