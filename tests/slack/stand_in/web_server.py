"""The HTTP server of the stand-in: Web API, response URLs and file uploads, on loopback."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .faults import Fault
from .rules import DOCS, Call, SlackError
from .web_api import answer, decode
from .workspace import Json

if TYPE_CHECKING:
    from .standin import SlackStandIn

PACED = frozenset({"chat.postMessage", "chat.postEphemeral"})
LIMITS = f"{DOCS}/apis/web-api/rate-limits"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, slack: SlackStandIn) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.slack = slack

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is a fault of the stand-in."""
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            self.slack.broken(sys.exc_info()[1])


class WebServer:
    """Runs the HTTP server in a thread. `closing` ends every hanging answer."""

    def __init__(self, slack: SlackStandIn) -> None:
        self._server = _Server(slack)
        self.closing = threading.Event()
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        slack = self.server.slack
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path.startswith("/api/"):
            self._web_api(parts.path.removeprefix("/api/"), parts.query, body)
        elif parts.path.startswith("/actions/"):
            self._response_url(parts.path, body)
        elif parts.path.startswith("/upload/"):
            file = slack.world.files.get(parts.path.removeprefix("/upload/"))
            if file is None or len(body) != file.length:
                slack.complain("upload_length", "not the length announced", f"{DOCS}/messaging")
                self._say(400, b"error")
                return
            file.content = body
            self._say(200, b"OK - " + str(len(body)).encode())
        else:
            self._say(404, b"not found")

    def _web_api(self, name: str, query: str, body: bytes) -> None:
        slack = self.server.slack
        call = Call(name.strip("/"), {}, self._bearer(), slack.clock.now())
        slack.note_call(call)
        try:
            call.args = decode(query, body, self.headers.get("Content-Type") or "")
        except SlackError as bad:
            slack.complain(bad.error, bad.detail, bad.doc, call.method)
            call.error = bad.error
            self._json(200, {"ok": False, "error": bad.error}, call)
            return
        call.args = {**self._basic(), **call.args}
        call.token = str(call.args.pop("token", "")) or call.token
        paced = self._pace(call)
        if paced is not None:
            self._json(429, {"ok": False, "error": "ratelimited"}, call, paced)
            return
        fault = slack.faults.next(call.method)
        if fault is None:
            self._json(200, answer(slack, call), call)
            return
        done = answer(slack, call) if fault.done else {}
        call.faulty = True
        self._misbehave(fault, call, done)

    def _pace(self, call: Call) -> int | None:
        """Seconds to wait, when the limiter is on and the app goes too fast."""
        slack, channel = self.server.slack, str(call.args.get("channel", ""))
        early = slack.limiter.too_early(call.method, channel)
        if early is not None:
            slack.complain(
                "ignored_retry_after", f"{early:.1f} s too early in {channel}", LIMITS, call.method
            )
        wait = slack.limiter.wait_for(channel) if call.method in PACED else None
        wait = wait or slack.limiter.over_tier(call.method)
        if wait is not None:
            slack.limiter.told_to_wait(call.method, channel, wait)
            call.error, call.faulty = "ratelimited", True
        return wait

    def _misbehave(self, fault: Fault, call: Call, done: Json) -> None:
        slack = self.server.slack
        call.error = fault.error or ("lost_answer" if fault.done else f"fault_{fault.status}")
        if fault.hang is not None:
            slack.web.closing.wait(fault.hang)
            self._reset()
        elif fault.reset:
            self._reset()
        elif fault.cut:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
            self.close_connection = True
        elif fault.garbage is not None:
            call.status = fault.status
            self._say(fault.status, fault.garbage, "text/html")
        elif fault.status == 429:
            wait = fault.retry_after if fault.retry_after is not None else 1
            channel = str(call.args.get("channel", ""))
            slack.limiter.told_to_wait(call.method, channel, wait)
            self._json(429, {"ok": False, "error": "ratelimited"}, call, wait)
        elif fault.error is not None:
            self._json(fault.status, {"ok": False, "error": fault.error}, call)
        else:
            call.status = fault.status
            self._say(fault.status, b"upstream connect error", "text/plain")

    def _response_url(self, path: str, body: bytes) -> None:
        slack = self.server.slack
        call = Call("response_url", {}, "", slack.clock.now())
        slack.note_call(call)
        if (fault := slack.faults.own("response_url")) is not None:
            self._misbehave(fault, call, {})
            return
        if (early := slack.limiter.too_early("response_url", "")) is not None:
            slack.complain(
                "ignored_retry_after", f"{early:.1f} s too early", LIMITS, "response_url"
            )
        try:
            call.args = json.loads(body)
            with slack.world.changed:
                slack.respond(path, call)
                slack.world.changed.notify_all()
        except SlackError as refused:
            call.error = refused.error
            slack.complain(refused.error, refused.detail, refused.doc, "response_url")
            gone = refused.error in ("used_url", "expired_url", "invalid_url")
            said = {"ok": False, "error": refused.error, **refused.body}
            self._json(404 if gone else 400, said, call)
            return
        call.ok = True
        self._json(200, {"ok": True}, call)

    def _bearer(self) -> str:
        given = self.headers.get("Authorization") or ""
        return given.removeprefix("Bearer ").strip() if given.startswith("Bearer ") else ""

    def _basic(self) -> Json:
        """Client id and secret from HTTP Basic, as OAuth clients send them."""
        given = self.headers.get("Authorization") or ""
        if not given.startswith("Basic "):
            return {}
        both = base64.b64decode(given.removeprefix("Basic ")).decode()
        return dict(zip(("client_id", "client_secret"), both.split(":", 1), strict=True))

    def _json(self, status: int, body: Json, call: Call, retry_after: int | None = None) -> None:
        call.status, call.response = status, body
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        install = self.server.slack.world.installations.get(call.token)
        if install is not None and body.get("ok"):
            headers["x-oauth-scopes"] = ",".join(sorted(install.scopes))
        self._say(status, json.dumps(body).encode(), "application/json; charset=utf-8", headers)
        with self.server.slack.world.changed:
            self.server.slack.world.changed.notify_all()

    def _say(
        self,
        status: int,
        body: bytes,
        kind: str = "text/plain",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        """End the connection with a TCP reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
