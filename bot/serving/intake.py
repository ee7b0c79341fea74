"""The two ways in: a socket to Slack, and a web server for Slack and for health checks."""

from __future__ import annotations

import socket
import threading
import time

import uvicorn
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.logs import get_logger
from bot.serving.endpoint import Endpoint
from bot.serving.frames import WholeFrames
from bot.serving.patience import MOST_HEADER_BYTES, Impatient
from bot.serving.taking import take
from bot.serving.watchdog import SlackLine, Watchdog
from bot.slack.shape import Malformed, checked

log = get_logger(__name__)

_CLOSING_SECONDS = 3
"""How long a request that is under way may take to be acknowledged; Slack waits no longer."""

_AT_ONCE = 32
"""Requests that wait for their acknowledgement at one time: events for the disk, the others for
their listener to begin."""

_PING_SECONDS = 3
"""slack_sdk takes a connection for dead after about five pings without an answer; its default of
ten seconds between them means 50 s of silence after a cut."""


class Sockets:
    """Socket Mode, as in Bolt's own handler. While it closes, what was taken is acknowledged and
    nothing more is taken: Slack sends the rest again, over another connection."""

    def __init__(self, app: App, app_token: str) -> None:
        self._app = app
        self.client = WholeFrames(
            app_token,
            logger=app.logger,
            web_client=app.client,
            ping_interval=_PING_SECONDS,
            concurrency=_AT_ONCE,
        )
        self.client.socket_mode_request_listeners.append(self.handle)
        self.watchdog = Watchdog(SlackLine(self.client))
        self._idle = threading.Condition()
        self._under_way = 0
        self._closing = False

    def handle(self, client: BaseSocketModeClient, req: SocketModeRequest) -> None:
        with self._idle:
            if self._closing:
                return
            self._under_way += 1
        try:
            body, headers = checked(req.payload), build_headers(req)
            asked = BoltRequest(mode="socket_mode", body=body, headers=headers)
            send_response(client, req, take(self._app, asked), time.time())
        except Malformed:
            log.warning("nothing that Slack sends")
            client.send_socket_mode_response(SocketModeResponse(req.envelope_id))
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def close(self) -> None:
        self.watchdog.stop()
        with self._idle:
            self._closing = True
            self._idle.wait_for(lambda: not self._under_way, _CLOSING_SECONDS)
        self.client.closed = True
        self.client.message_queue.put(None)  # wakes its reader, which would sleep for a second
        self.client.close()


class Web:
    """The web server, in a thread of its own. Raises `OSError` where the port is taken."""

    def __init__(self, endpoint: Endpoint, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=1024)
        config = uvicorn.Config(
            endpoint,
            http=Impatient,
            ws="none",
            h11_max_incomplete_event_size=MOST_HEADER_BYTES,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_CLOSING_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="web")

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def open(self) -> None:
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def close(self) -> None:
        """Take no more connections, finish the requests that are under way."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(2 * _CLOSING_SECONDS)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
