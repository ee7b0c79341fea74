"""Slack's side of Socket Mode: a real WebSocket server, on loopback.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import itertools
import json
import logging
import secrets
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from . import limits
from .envelopes import Envelope
from .rules import DOCS, SlackError

if TYPE_CHECKING:
    from .standin import SlackStandIn

DOC = f"{DOCS}/apis/events-api/using-socket-mode"
log = logging.getLogger("slack_stand_in.socket")


HEARTBEAT = 0.1
"""Seconds between pings. Slack pings too, if less often; the SDK's client, which waits up to three
seconds for a frame before it can close, closes at once with it."""


class Connection(ServerConnection):
    """A server connection that can fall silent: nothing leaves any more, not even a pong."""

    silent = False
    leaving = False
    """Asked to go: nothing new is sent here once there is another connection."""

    def send_data(self) -> None:
        if self.silent:
            self.protocol.data_to_send()
        else:
            super().send_data()


class Sockets:
    """All connections of the app, their tickets, and what is under way on them."""

    def __init__(self, slack: SlackStandIn) -> None:
        self._slack = slack
        self._tickets: set[str] = set()
        self._turn = itertools.count()
        self._server: Server | None = None
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        self.live: list[Connection] = []
        self.opened = 0
        self.under_way: dict[str, tuple[Envelope, Connection]] = {}

    def start(self) -> None:
        self._server = serve(
            self._serve,  # type: ignore[arg-type]
            "127.0.0.1",
            0,
            create_connection=Connection,
            compression=None,
            ping_interval=None,
            close_timeout=1,
            logger=log,
        )
        for target in (self._server.serve_forever, self._beat):
            self._threads.append(threading.Thread(target=target, daemon=True))
            self._threads[-1].start()

    def _beat(self) -> None:
        while not self._stopped.wait(HEARTBEAT):
            for connection in list(self.live):
                with suppress(ConnectionClosed):
                    connection.ping()

    def stop(self) -> None:
        self._stopped.set()
        for connection in list(self.live):
            self._cut(connection)
        if self._server is not None:
            self._server.shutdown()
        for thread in self._threads:
            thread.join(5)

    def make_url(self) -> str:
        """A URL with a ticket that lets one connection in, as apps.connections.open gives it."""
        if len(self.live) >= limits.SOCKETS:
            raise SlackError("too_many_websockets", "10 connections at most", doc=DOC)
        assert self._server is not None
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        port = self._server.socket.getsockname()[1]
        return f"ws://127.0.0.1:{port}/link/?ticket={ticket}&app_id={self._slack.app.id}"

    def _serve(self, connection: Connection) -> None:
        assert connection.request is not None
        ticket = connection.request.path.partition("ticket=")[2].partition("&")[0]
        if ticket not in self._tickets:
            self._slack.complain("invalid_ticket", "a socket URL opens one connection", DOC)
            connection.close(1008, "invalid ticket")
            return
        self._tickets.discard(ticket)
        with self._slack.world.changed:
            self.live.append(connection)
            self.opened += 1
            hello = {
                "type": "hello",
                "num_connections": len(self.live),
                "debug_info": {"host": "applink-stand-in", "approximate_connection_time": 18060},
                "connection_info": {"app_id": self._slack.app.id},
            }
            connection.send(json.dumps(hello))
            self._slack.world.changed.notify_all()
        self._slack.flush()
        try:
            for frame in connection:
                self._take(frame)
        except ConnectionClosed:
            pass
        finally:
            self._gone(connection)

    def _take(self, frame: str | bytes) -> None:
        """An acknowledgement: `envelope_id`, and a payload where one is accepted."""
        try:
            said = json.loads(frame)
            envelope_id = said["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self._slack.complain("bad_socket_message", repr(frame)[:200], DOC)
            return
        with self._slack.world.changed:
            found = self.under_way.pop(envelope_id, None)
            if found is None:
                return
            envelope, payload = found[0], said.get("payload")
            if payload and envelope.kind == "events_api":
                self._slack.complain("payload_not_accepted", "events take no payload", DOC)
            envelope.take_ack(payload)
            self._slack.world.changed.notify_all()

    def _gone(self, connection: Connection) -> None:
        with self._slack.world.changed:
            if connection in self.live:
                self.live.remove(connection)
            for envelope_id, (envelope, carrier) in list(self.under_way.items()):
                if carrier is connection:
                    del self.under_way[envelope_id]
                    envelope.fail()
            self._slack.world.changed.notify_all()

    def send(self, envelope: Envelope) -> bool:
        """Send on any one connection, as Slack does; whether there was one."""
        with self._slack.world.changed:
            staying = [c for c in self.live if not c.leaving] or self.live
            audible = [c for c in staying if not c.silent] or staying
            if not audible:
                return False
            connection = audible[next(self._turn) % len(audible)]
            self.under_way[envelope.id] = (envelope, connection)
            envelope.sent()
        message: dict[str, Any] = {
            "envelope_id": envelope.id,
            "payload": envelope.payload,
            "type": envelope.kind,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.kind == "events_api":
            message |= {
                "retry_attempt": envelope.retry_attempt,
                "retry_reason": envelope.retry_reason,
            }
        try:
            connection.send(json.dumps(message))
        except ConnectionClosed:
            self._gone(connection)
        return True

    def ask_to_leave(self, reason: str = "refresh_requested") -> None:
        """The `disconnect` message: `warning`, `refresh_requested` or `link_disabled`."""
        debug = {"host": "applink-stand-in"}
        for connection in list(self.live):
            connection.leaving = True
            said = {"type": "disconnect", "reason": reason, "debug_info": debug}
            connection.send(json.dumps(said))

    def drop(self) -> None:
        """Cut every connection without a word, as a broken network does."""
        for connection in list(self.live):
            self._cut(connection)

    def close(self, code: int = 1000) -> None:
        """Close every connection in due form."""
        for connection in list(self.live):
            connection.close(code)

    def fall_silent(self) -> None:
        """Say nothing more on the open connections, not even a pong; new ones work."""
        for connection in list(self.live):
            connection.silent = True

    @staticmethod
    def _cut(connection: Connection) -> None:
        connection.close_socket()
