"""The shape that a request of Slack's must have before anything is done with it.

Only what decides where things go is checked: who, where, when, and what kind. All else may change
as Slack likes. https://docs.slack.dev/apis/events-api,
https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator
from slack_bolt.request.internals import parse_body

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]
Ts = Annotated[str, StringConstraints(pattern=r"^\d{1,12}\.\d{1,9}$")]


class Malformed(ValueError):
    """Nothing that Slack sends. It holds no word of the request."""


class _Read(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Named(_Read):
    id: Id


class _Authorization(_Read):
    enterprise_id: Id | None = None
    team_id: Id | None = None
    user_id: Id | None = None
    is_enterprise_install: bool | None = None


class _Tokens(_Read):
    bot: list[Id] | None = None


class _Event(_Read):
    type: str
    user: Id | _Named | None = None
    channel: Id | _Named | None = None
    team: Id | _Named | None = None
    ts: Ts | None = None
    thread_ts: Ts | None = None
    text: str | None = None
    subtype: str | None = None
    bot_id: Id | None = None
    channel_type: str | None = None
    tokens: _Tokens | None = None
    message: dict[str, Any] | None = None
    item: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _has_what_is_read(self) -> _Event:
        for name in _NEEDED.get(self.type, ()):
            found = getattr(self, name)
            if found is None or isinstance(found, _Named):
                raise ValueError(name)
        return self


_NEEDED = {
    "app_mention": ("channel", "ts"),
    "message": ("channel", "ts"),
    "app_home_opened": ("channel", "user"),
    "tokens_revoked": ("tokens",),
}


class _Action(_Read):
    action_id: str
    block_id: str | None = None
    value: str | None = None


class _View(_Read):
    id: Id
    type: str
    callback_id: str = ""
    private_metadata: str = ""
    hash: str | None = None
    state: dict[str, Any] | None = None
    app_installed_team_id: Id | None = None


class _ResponseUrl(_Read):
    response_url: str


class _Request(_Read):
    type: str | None = None
    command: str | None = None
    text: str | None = None
    callback_id: str | None = None
    trigger_id: str | None = None
    response_url: str | None = None
    response_urls: list[_ResponseUrl] = []
    team_id: Id | None = None
    channel_id: Id | None = None
    user_id: Id | None = None
    enterprise_id: Id | None = None
    is_enterprise_install: bool | str | None = None
    authorizations: list[_Authorization] | None = None
    event: _Event | None = None
    user: _Named | None = None
    team: _Named | None = None
    channel: _Named | None = None
    enterprise: _Named | None = None
    actions: list[_Action] | None = None
    view: _View | None = None
    message: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _has_its_parts(self) -> _Request:
        if "event" in self.model_fields_set and self.event is None:
            raise ValueError("event")
        kind = self.type or ("command" if self.command is not None else "")
        for name in _PARTS.get(kind, ()):
            if not getattr(self, name):
                raise ValueError(name)
        for name in self.model_fields_set & _LOOKED_INTO:
            if getattr(self, name) is None and (name == "event" or kind not in _PARTS):
                raise ValueError(name)
        return self


_LOOKED_INTO = {"event", "view", "actions", "user", "team", "channel", "message"}
"""By Bolt, wherever a request of no known kind has one."""

_PARTS = {
    "event_callback": ("event",),
    "block_actions": ("user", "actions"),
    "view_submission": ("user", "view"),
    "view_closed": ("user", "view"),
    "message_action": ("user", "channel", "message", "callback_id"),
    "shortcut": ("user", "callback_id"),
    "command": ("team_id", "channel_id", "user_id"),
}


def parsed(body: str, content_type: str | None) -> dict[str, Any]:
    """The payload in the body of a request by HTTP. Raises `Malformed`.

    Bolt takes any form that holds the word `payload` for an interaction, and so would lose
    `/rust-or-not should our payload parser be in Rust?`.
    """
    try:
        interaction = body.startswith("payload=") or "&payload=" in body
        kept = body if interaction or body.startswith("{") else body.replace("payload", "%70ayload")
        return checked(parse_body(kept, content_type))
    except (ValueError, RecursionError):
        raise Malformed from None


def checked(payload: object) -> dict[str, Any]:
    """The payload, with halves of characters, which no database takes, replaced.

    Raises `Malformed`.
    """
    try:
        whole = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
        sound: dict[str, Any] = json.loads(whole)
        _Request.model_validate(sound)
    except (ValueError, TypeError, RecursionError):
        raise Malformed from None
    return sound
