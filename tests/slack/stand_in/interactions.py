"""Triggers and response URLs: the short-lived rights an interaction gives to the app.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

from . import limits
from .clock import Clock
from .rules import DOCS, SlackError
from .workspace import Channel, Message

TRIGGER_DOC = f"{DOCS}/interactivity/handling-user-interaction#modal_responses"
RESPONSE_DOC = f"{DOCS}/interactivity/handling-user-interaction#message_responses"


@dataclass
class Trigger:
    """The right to open or push one view for one person, for three seconds."""

    id: str
    user: str
    given_at: float
    view: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """The right to post up to five times in thirty minutes where the interaction was."""

    path: str
    channel: Channel
    user: str
    given_at: float
    message: Message | None = None
    thread_ts: str | None = None
    uses: int = 0


class Interactions:
    """All triggers and response URLs that were given out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.triggers: dict[str, Trigger] = {}
        self.urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view: str | None = None) -> str:
        number = secrets.randbelow(10**13)
        made = f"{number}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        with self._lock:
            self.triggers[made] = Trigger(made, user, self._clock.now(), view)
        return made

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger up, or refuse it as Slack does."""
        with self._lock:
            trigger = self.triggers.get(trigger_id)
            if trigger is None:
                raise SlackError("invalid_trigger_id", repr(trigger_id), doc=TRIGGER_DOC)
            if trigger.used:
                raise SlackError("exchanged_trigger_id", "used twice", doc=TRIGGER_DOC)
            age = self._clock.now() - trigger.given_at
            if age > limits.TRIGGER_SECONDS:
                raise SlackError("expired_trigger_id", f"{age:.1f} s old", doc=TRIGGER_DOC)
            trigger.used = True
            return trigger

    def response_url(
        self, channel: Channel, user: str, message: Message | None, thread_ts: str | None = None
    ) -> str:
        """The path of a new response URL."""
        path = f"/actions/{channel.team.id}/{secrets.randbelow(10**13)}/{secrets.token_hex(12)}"
        with self._lock:
            self.urls[path] = ResponseUrl(
                path, channel, user, self._clock.now(), message, thread_ts
            )
        return path

    def use(self, path: str) -> ResponseUrl:
        """Count one use of a response URL, or refuse it as Slack does."""
        with self._lock:
            url = self.urls.get(path)
            if url is None:
                raise SlackError("invalid_url", path, doc=RESPONSE_DOC)
            if self._clock.now() - url.given_at > limits.RESPONSE_URL_SECONDS:
                raise SlackError("expired_url", "older than 30 minutes", doc=RESPONSE_DOC)
            if url.uses >= limits.RESPONSE_URL_USES:
                raise SlackError("used_url", "used more than 5 times", doc=RESPONSE_DOC)
            url.uses += 1
            return url
