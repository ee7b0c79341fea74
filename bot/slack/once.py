"""Says a thing in Slack once: tries again while Slack fails, and looks before it says it twice."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse
from sqlalchemy.exc import OperationalError

from bot.durable.job import Run
from bot.durable.pace import Taking
from bot.logs import get_logger
from bot.slack.workspaces import NotInstalled
from bot.store.database import away
from bot.store.sealing import KeyFault

log = get_logger(__name__)

EVENT = "rust_or_not_reply"
"""The type of the metadata that marks the bot's replies."""

GIVE_UP_SECONDS = 6 * 3600
"""How long Slack may fail before a reply is given up."""

_LONGEST_PAUSE = 60.0
_TIMEOUT = 15
_PAGES = 10
_CODE = re.compile(r"[a-z0-9_]+")
_GARBLED = (HTTPException, ValueError, LookupError, AttributeError, RecursionError)
"""What slack_sdk fails with at an answer that is cut, no text, no JSON, or JSON but no object."""
_PASSING = {
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
}
"""Errors that go away by themselves."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failure that passes. `wait`: the seconds Slack asks for. `doubtful`: the call may have had
    its effect all the same."""

    wait: float | None
    doubtful: bool


class _Patient(WebClient):
    def api_call(self, *given: Any, **more: Any) -> SlackResponse:
        """Raises `SlackClientError` and `OSError` only, also where the answer is garbled: slack_sdk
        lets through whatever it meets in one, or meets it only when asked for the error code."""
        try:
            return super().api_call(*given, **more)
        except SlackApiError as error:
            if isinstance(error.response, SlackResponse) and not isinstance(
                error.response.data, dict
            ):
                error.response.data = {}
            raise
        except _GARBLED as error:
            raise SlackClientError(f"Slack's answer is garbled: {type(error).__name__}") from error


def patient(client: WebClient) -> WebClient:
    """A client that calls once only: slack_sdk's default one posts again after a lost connection,
    though the first post may stand."""
    return _Patient(
        token=client.token,
        base_url=client.base_url,
        timeout=_TIMEOUT,
        retry_handlers=[],
        proxy=client.proxy,
        ssl=client.ssl,
        headers=client.headers,
        logger=client.logger,
    )


def trouble(error: Exception) -> Trouble | None:
    """What a failed call means; None where trying again does not help.

    It does where another process has sealed a token with a key that this one does not have yet.
    """
    if isinstance(error, SlackApiError):
        status, code, headers = _answered(error)
        if status == 429 or code in ("ratelimited", "rate_limited"):
            return Trouble(_seconds(headers), doubtful=False)
        if status >= 500 or code is None or code in _PASSING:
            return Trouble(None, doubtful=True)
        return None
    if isinstance(error, (OSError, SlackClientError)):
        return Trouble(None, doubtful=True)
    renewal = isinstance(error, NotInstalled) and error.__cause__ is not None
    if renewal or isinstance(error, (OperationalError, KeyFault)) or away(error):
        # before anything was sent
        return Trouble(None, doubtful=False)
    return None


def say_once(
    run: Run,
    pace: Taking,
    lane: str,
    send: Callable[[], str | None],
    look: Callable[[], str | None],
    *,
    doubtful: bool,
) -> str | None:
    """Send, until Slack has taken it; returns what `send` or `look` did.

    `look` finds what was sent before, if it can; it is asked first where that may be (`doubtful`).
    Raises what Slack refuses for good, or does not take within `GIVE_UP_SECONDS`.
    """
    begun, pause = time.monotonic(), 1.0
    while True:
        try:
            if doubtful and (found := look()) is not None:
                return found
            run.pause(pace.turn(lane))
            return send()
        except Exception as error:
            met = trouble(error)
            if met is None or time.monotonic() - begun > GIVE_UP_SECONDS:
                raise
            log.warning("Slack failed", error=type(error).__name__, doubtful=met.doubtful)
            doubtful = doubtful or met.doubtful
            wait = pause if met.wait is None else met.wait
            pause = min(_LONGEST_PAUSE, pause * 2)
            pace.hold(lane, wait)
            run.pause(wait)


class Search:
    """Looks for the bot's own reply, after what was asked, that carries a key.

    Metadata can be written by any app, so it counts on the bot's own messages only.
    """

    def __init__(self, channel: str, thread_ts: str, asked_ts: str, bot_id: str, key: str) -> None:
        self._channel, self._thread_ts, self._asked_ts = channel, thread_ts, asked_ts
        self._bot_id, self._key = bot_id, key
        self._cursor: str | None = None
        self._pages = 0

    def find(self, client: WebClient) -> str | None:
        """None too where the history may not be read. Raises what passes: see `trouble`.

        The next call then goes on at the page that failed: Slack may give one page a minute only,
        so that who began anew each time would never see the second.
        """
        try:
            while self._pages < _PAGES:
                answer = self._read(client)
                for message in answer.get("messages") or ():
                    if self._carries_key(message):
                        return str(message["ts"])
                self._pages += 1
                self._cursor = (answer.get("response_metadata") or {}).get("next_cursor")
                if not self._cursor:
                    break
        except SlackApiError as error:
            if trouble(error) is not None:
                raise
            log.info("cannot look for a reply", error=error.response.get("error"))
        self._cursor, self._pages = None, 0
        return None

    def _read(self, client: WebClient) -> SlackResponse:
        return client.conversations_replies(
            channel=self._channel,
            ts=self._thread_ts,
            oldest=self._asked_ts,
            include_all_metadata=True,
            limit=200,
            cursor=self._cursor,
        )

    def _carries_key(self, message: dict[str, Any]) -> bool:
        marked = message.get("metadata") or {}
        own = bool(self._bot_id) and message.get("bot_id") == self._bot_id
        payload = marked.get("event_payload") or {}
        return own and marked.get("event_type") == EVENT and payload.get("id") == self._key


def mark(key: str) -> dict[str, Any]:
    """The metadata by which `Search` knows a reply: an id only, other apps may read it."""
    return {"event_type": EVENT, "event_payload": {"id": key}}


def _answered(error: SlackApiError) -> tuple[int, str | None, dict[str, Any]]:
    """Status, error code and headers. slack_sdk gives a sentence for a code, or a plain dict, where
    the body was no JSON."""
    response: Any = error.response
    if isinstance(response, dict):
        return int(response.get("status") or 0), None, dict(response.get("headers") or {})
    data = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error") or "")
    known = code if _CODE.fullmatch(code) else None
    return int(response.status_code), known, dict(response.headers)


def _seconds(headers: dict[str, Any]) -> float:
    found = next((v for k, v in headers.items() if k.lower() == "retry-after"), "1")
    text = str(found[0] if isinstance(found, list) else found)
    return float(text) if text.isdecimal() else 1.0
