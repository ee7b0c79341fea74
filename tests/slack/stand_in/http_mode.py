"""Slack as the HTTP client of the app: signed requests to the app's Request URL.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from .app import SlackApp
from .envelopes import Envelope
from .limits import ACK_SECONDS
from .workspace import Json

Signature = Literal["right", "forged", "stale", "missing"]


@dataclass(frozen=True)
class HttpAnswer:
    """What the app's endpoint answered; status 0 when there was no answer.

    The body says `timeout` then when three seconds passed, and is empty when nobody listened.
    """

    status: int
    body: str
    headers: dict[str, str]

    @property
    def json(self) -> Json | None:
        """The body as a JSON object; plain text counts as `{"text": …}`, nothing as None."""
        if not self.body:
            return None
        try:
            found = json.loads(self.body)
        except ValueError:
            return {"text": self.body}
        return found if isinstance(found, dict) else {"text": self.body}


def signed_headers(body: str, secret: str, how: Signature = "right") -> dict[str, str]:
    """`X-Slack-Signature` and its timestamp: right, by another secret, six minutes old, or none.

    >>> signed_headers("a=b", "secret", "missing")
    {}
    """
    if how == "missing":
        return {}
    at = str(int(time.time()) - (360 if how == "stale" else 0))
    key = (secret if how != "forged" else f"not-{secret}").encode()
    mac = hmac.new(key, f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={mac}"}


def encode(kind: str, payload: Json) -> tuple[str, str]:
    """Body and content type: events are JSON, commands a form, interactions a form of JSON."""
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


class HttpMode:
    """Posts to one Request URL. None for the URL means that Socket Mode is used."""

    def __init__(self, app: SlackApp) -> None:
        self.url: str | None = None
        self._app = app
        self._pool = ThreadPoolExecutor(16, "slack-http")

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def post(
        self,
        kind: str,
        payload: Json,
        *,
        signature: Signature = "right",
        url: str | None = None,
        headers: dict[str, str] | None = None,
        seconds: float = ACK_SECONDS,
    ) -> HttpAnswer:
        """Post one payload now and give the answer, whatever it is."""
        target = url or self.url
        assert target is not None, "the app's Request URL is not known: slack.use_http(url)"
        body, content_type = encode(kind, payload)
        request = urllib.request.Request(target, body.encode(), method="POST")
        agent = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0"}
        signing = signed_headers(body, self._app.signing_secret, signature)
        for name, value in {**agent, **signing, **(headers or {})}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=seconds) as got:
                return HttpAnswer(got.status, got.read().decode(), dict(got.headers))
        except urllib.error.HTTPError as refused:
            with refused:
                return HttpAnswer(refused.code, refused.read().decode(), dict(refused.headers))
        except OSError as lost:
            late = isinstance(lost, TimeoutError) or isinstance(
                getattr(lost, "reason", None), TimeoutError
            )
            return HttpAnswer(0, "timeout" if late else "", {})

    def verify_url(self, url: str | None = None) -> bool:
        """The `url_verification` handshake: whether the challenge came back.

        https://docs.slack.dev/reference/events/url_verification
        """
        challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
        said = {"token": self._app.verification_token, "challenge": challenge}
        got = self.post("events_api", {**said, "type": "url_verification"}, url=url)
        return got.status == 200 and challenge in got.body

    def send(self, envelope: Envelope) -> None:
        """Deliver in the background; 200 within three seconds acknowledges."""
        self._pool.submit(self._deliver, envelope)

    def _deliver(self, envelope: Envelope) -> None:
        retry = {}
        if envelope.retry_attempt:
            retry = {
                "X-Slack-Retry-Num": str(envelope.retry_attempt),
                "X-Slack-Retry-Reason": envelope.retry_reason,
            }
        envelope.sent()
        got = self.post(envelope.kind, envelope.payload, headers=retry)
        if got.status == 200:
            envelope.take_ack(got.json, 200)
        elif got.body == "timeout":
            envelope.expire()
        else:
            envelope.fail(got.status or None)
