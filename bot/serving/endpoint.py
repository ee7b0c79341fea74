"""The web side: Slack's requests at /slack/events, and the health and figures of this process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.asgi.builtin import SlackRequestHandler
from slack_bolt.adapter.asgi.http_request import AsgiHttpRequest
from slack_bolt.adapter.asgi.http_response import AsgiHttpResponse
from slack_sdk.signature import SignatureVerifier

from bot.logs import get_logger
from bot.metrics import REGISTRY, REQUESTS
from bot.serving.readiness import Readiness
from bot.serving.replays import Replays
from bot.serving.taking import take
from bot.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from bot.slack.shape import Malformed, parsed

log = get_logger(__name__)

MOST_BYTES = 1_000_000
"""More than any request of Slack's has; a larger one is not read to its end."""

HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"
_COUNTED = {HEALTH, READY, METRICS, EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH}

_AT_ONCE = 32
"""Requests that wait for their acknowledgement at one time: events for the disk, the others for
their listener to begin."""


class _Refused(Exception):
    """A request that is not handed on, with the status that its sender gets."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Endpoint(SlackRequestHandler):
    """Bolt's ASGI adapter, which alone would run each request on the event loop and block it.

    What nobody signed is not even parsed. Without a signing secret, in Socket Mode, only health and
    figures are served.
    """

    def __init__(self, app: App, readiness: Readiness, signing_secret: str | None) -> None:
        super().__init__(app, EVENTS_PATH)
        self._readiness = readiness
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._replays = Replays(time.time)
        self._workers = ThreadPoolExecutor(_AT_ONCE, "acknowledge")

    async def _get_http_response(
        self, method: str, path: str, request: AsgiHttpRequest
    ) -> AsgiHttpResponse:
        answer = await self._answer(method, path, request)
        REQUESTS.labels(path if path in _COUNTED else "other", answer.status).inc()
        return answer

    async def _answer(self, method: str, path: str, request: AsgiHttpRequest) -> AsgiHttpResponse:
        if method in ("GET", "HEAD"):
            if path == HEALTH:
                alive = self._readiness.alive
                return _json(200 if alive else 503, {"alive": alive})
            if path == READY:
                ready, state = self._readiness.report()
                return _json(200 if ready else 503, {"ready": ready, "state": state})
            if path == METRICS:
                return _page(200, CONTENT_TYPE_LATEST, generate_latest(REGISTRY).decode())
        if self._verifier is None and path == self.path:
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
        asked = BoltRequest(body="", query=request.query_string, headers=dict(_headers(request)))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, handle, asked)

    async def dispatch(self, request: AsgiHttpRequest) -> BoltResponse:
        """Bolt's answer to what Slack signed within five minutes; everything else is refused."""
        headers = _headers(request)
        signature = headers.get("x-slack-signature", "")
        timestamp = headers.get("x-slack-request-timestamp", "")
        try:
            body = await _body(request)
            self._check(signature, timestamp, body)
            if self._replays.taken(signature, timestamp, body):
                return BoltResponse(status=200, body="")
            payload = parsed(body, headers.get("content-type"))
            # In this mode Bolt takes a payload that was parsed, and leaves the signature to us.
            asked = BoltRequest(body=payload, headers=dict(headers), mode="socket_mode")
        except _Refused as refused:
            return BoltResponse(status=refused.status, body="")
        except (Malformed, LookupError, TypeError, AttributeError):
            log.warning("signed, but nothing that Slack sends")
            return BoltResponse(status=400, body="")
        loop = asyncio.get_running_loop()
        answer: BoltResponse = await loop.run_in_executor(self._workers, take, self.app, asked)
        if answer.status == 200:
            self._replays.take(signature, timestamp, body)
        return answer

    def _check(self, signature: str, timestamp: str, body: str) -> None:
        """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
        try:
            if self._verifier is not None and self._verifier.is_valid(body, timestamp, signature):
                return
        except (ValueError, TypeError):  # a timestamp that is no number, a signature not in ASCII
            pass
        raise _Refused(401)


def _headers(request: AsgiHttpRequest) -> dict[str, str]:
    """By name. Their bytes are Latin-1 (ASGI); Bolt takes them for UTF-8, and fails."""
    return {str(name, "latin-1"): str(value, "latin-1") for name, value in request.raw_headers}


async def _body(request: AsgiHttpRequest) -> str:
    """The body as text. Raises `_Refused` for one too large, or cut off by its sender."""
    chunks = bytearray()
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise _Refused(400)
        chunks += message.get("body", b"")
        if len(chunks) > MOST_BYTES:
            raise _Refused(413)
        if not message.get("more_body", False):
            return chunks.decode("utf-8", "replace")


def _json(status: int, body: dict[str, Any]) -> AsgiHttpResponse:
    return _page(status, "application/json", json.dumps(body))


def _page(status: int, content_type: str, body: str) -> AsgiHttpResponse:
    headers: dict[str, Sequence[str]] = {
        "content-type": [content_type],
        "cache-control": ["no-store"],
    }
    return AsgiHttpResponse(status=status, headers=headers, body=body)
