"""The web side: Slack's requests at /slack/events, and the health of this process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.asgi.builtin import SlackRequestHandler
from slack_bolt.adapter.asgi.http_request import AsgiHttpRequest
from slack_bolt.adapter.asgi.http_response import AsgiHttpResponse

from bot.serving.readiness import Readiness
from bot.serving.replays import Replays
from bot.slack.manifest import EVENTS_PATH

MOST_BYTES = 1_000_000
"""More than any request of Slack's has; a larger one is not read to its end."""

_AT_ONCE = 16
"""Requests that wait for their acknowledgement at one time; each takes milliseconds."""


class Endpoint(SlackRequestHandler):
    """Bolt's ASGI adapter, which alone would run each request on the event loop and block it.

    `takes_requests` is false in Socket Mode, where only the health checks are served.
    """

    def __init__(self, app: App, readiness: Readiness, *, takes_requests: bool) -> None:
        super().__init__(app, EVENTS_PATH)
        self._readiness = readiness
        self._takes_requests = takes_requests
        self._replays = Replays(time.time)
        self._workers = ThreadPoolExecutor(_AT_ONCE, "acknowledge")

    async def _get_http_response(
        self, method: str, path: str, request: AsgiHttpRequest
    ) -> AsgiHttpResponse:
        if method in ("GET", "HEAD") and path == "/healthz":
            return _json(200, {"alive": True})
        if method in ("GET", "HEAD") and path == "/readyz":
            ready, state = self._readiness.report()
            return _json(200 if ready else 503, {"ready": ready, "state": state})
        if not self._takes_requests and path == self.path:
            return _json(404, {"error": "this bot uses Socket Mode"})
        return await super()._get_http_response(method, path, request)

    async def handle_installation(self, request: AsgiHttpRequest) -> BoltResponse:
        """Somebody begins to install the app: off to Slack."""
        assert self.app.oauth_flow is not None
        return await self._run(self.app.oauth_flow.handle_installation, request)

    async def handle_callback(self, request: AsgiHttpRequest) -> BoltResponse:
        """Back from Slack, with a code or a refusal."""
        assert self.app.oauth_flow is not None
        return await self._run(self.app.oauth_flow.handle_callback, request)

    async def _run(
        self, handle: Callable[[BoltRequest], BoltResponse], request: AsgiHttpRequest
    ) -> BoltResponse:
        asked = BoltRequest(body="", query=request.query_string, headers=request.get_headers())
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, handle, asked)

    async def dispatch(self, request: AsgiHttpRequest) -> BoltResponse:
        """Bolt's answer. It checks the signature and its age, and refuses with 401."""
        body = await _body(request)
        if body is None:
            return BoltResponse(status=413, body="")
        headers = request.get_headers()
        signature = str(headers.get("x-slack-signature", ""))
        timestamp = str(headers.get("x-slack-request-timestamp", ""))
        if self._replays.taken(signature, timestamp, body):
            return BoltResponse(status=200, body="")
        asked = BoltRequest(body=body, query=request.query_string, headers=headers)
        loop = asyncio.get_running_loop()
        answer: BoltResponse = await loop.run_in_executor(self._workers, self.app.dispatch, asked)
        if answer.status == 200:
            self._replays.take(signature, timestamp, body)
        return answer


async def _body(request: AsgiHttpRequest) -> str | None:
    """The body as text; None for one that is too large."""
    chunks = bytearray()
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise ConnectionError("the client went away before its request was complete")
        chunks += message.get("body", b"")
        if len(chunks) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return chunks.decode("utf-8", "replace")


def _json(status: int, body: dict[str, Any]) -> AsgiHttpResponse:
    headers: dict[str, Sequence[str]] = {
        "content-type": ["application/json"],
        "cache-control": ["no-store"],
    }
    return AsgiHttpResponse(status=status, headers=headers, body=json.dumps(body))
