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
from sqlalchemy.exc import OperationalError

from bot.durable.job import Run
from bot.durable.pace import Taking
from bot.logs import get_logger
from bot.slack.workspaces import NotInstalled
from bot.store.database import away

log = get_logger(__name__)

EVENT = "rust_or_not_reply"
"""The type of the metadata that marks the bot's replies."""

GIVE_UP_SECONDS = 6 * 3600
"""How long Slack may fail before a reply is given up."""

_LONGEST_PAUSE = 60.0
_TIMEOUT = 15
_PAGES = 10
_CODE = re.compile(r"[a-z0-9_]+")
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


def patient(client: WebClient) -> WebClient:
    """A client that calls once only: slack_sdk's default one posts again after a lost connection,
    though the first post may stand."""
    return WebClient(
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
    """What a failed call means; None where trying again does not help."""
    if isinstance(error, SlackApiError):
        status, code, headers = _answered(error)
        if status == 429 or code in ("ratelimited", "rate_limited"):
            return Trouble(_seconds(headers), doubtful=False)
        if status >= 500 or code is None or code in _PASSING:
            return Trouble(None, doubtful=True)
        return None
    if isinstance(error, (OSError, HTTPException, SlackClientError, UnicodeDecodeError)):
        return Trouble(None, doubtful=True)
    renewal = isinstance(error, NotInstalled) and error.__cause__ is not None
    if renewal or isinstance(error, OperationalError) or away(error):  # before anything was sent
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


def find(
    client: WebClient, channel: str, thread_ts: str, asked_ts: str, bot_id: str, key: str
) -> str | None:
    """The bot's own reply, after what was asked, that carries a key.

    None too where the history may not be read. Metadata can be written by any app, so it counts on
    the bot's own messages only. Raises what passes: see `trouble`.
    """
    cursor: str | None = None
    for _ in range(_PAGES):
        try:
            answer = client.conversations_replies(
                channel=channel,
                ts=thread_ts,
                oldest=asked_ts,
                include_all_metadata=True,
                limit=200,
                cursor=cursor,
            )
        except SlackApiError as error:
            if trouble(error) is not None:
                raise
            log.info("cannot look for a reply", error=error.response.get("error"))
            return None
        for message in answer.get("messages") or ():
            marked = message.get("metadata") or {}
            own = bool(bot_id) and message.get("bot_id") == bot_id
            payload = marked.get("event_payload") or {}
            if own and marked.get("event_type") == EVENT and payload.get("id") == key:
                return str(message["ts"])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
    return None


def mark(key: str) -> dict[str, Any]:
    """The metadata by which `find` knows a reply: an id only, other apps may read it."""
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
