"""The Web API as such: how a call comes in, who may make it, and how it is answered.

The methods themselves register in `methods_*.py`.
https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from .inspection import inspect, pings_in, refuse
from .limits import METHODS
from .rules import DOCS, Call, Ping, SlackError
from .schema import Inspection
from .workspace import Channel, Installation, Json

if TYPE_CHECKING:
    from .standin import SlackStandIn

JSON_ARGUMENTS = frozenset(
    ["blocks", "attachments", "view", "metadata", "prompts", "loading_messages", "message", "files"]
)
"""Arguments that a form sends as JSON text."""


@dataclass
class Request:
    """One call as a method sees it: the stand-in, who calls, and the arguments."""

    slack: SlackStandIn
    install: Installation
    call: Call

    @property
    def args(self) -> Json:
        return self.call.args

    def arg(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str) -> bool:
        return str(self.args.get(name, "")).lower() in ("1", "true")

    def need(self, *scopes: str) -> None:
        """Refuse with missing_scope unless one of the scopes is held.

        https://docs.slack.dev/apis/web-api#evaluating-responses
        """
        if scopes and not set(scopes) & self.install.scopes:
            raise SlackError(
                "missing_scope",
                f"needs {' or '.join(scopes)}",
                doc=f"{DOCS}/reference/scopes/{scopes[0].replace(':', '.')}",
                needed=",".join(scopes),
                provided=",".join(sorted(self.install.scopes)),
            )

    def channel(self, name: str = "channel") -> Channel:
        """The conversation named by an argument, as far as the app can see it.

        A user id stands for the DM with that person
        (https://docs.slack.dev/reference/methods/chat.postMessage#channels).
        """
        given = self.arg(name)
        found = self.slack.world.channels.get(given)
        if found is None and given in self.slack.world.members:
            found = self.slack.dm(self.slack.world.members[given], self.install)
        hidden = found is not None and not self.sees(found)
        if found is None or hidden:
            raise SlackError("channel_not_found", repr(given), doc=self.doc)
        return found

    def sees(self, channel: Channel) -> bool:
        """Public channels of the own workspace, and every one that the bot is in."""
        public = channel.kind == "channel" and self.install.covers(channel.team)
        return public or self.is_in(channel)

    def is_in(self, channel: Channel) -> bool:
        return self.install.bot.id in channel.members

    @property
    def doc(self) -> str:
        return f"{METHODS}/{self.call.method}"

    def blocks(self, surface: str = "message") -> list[Json] | None:
        """The `blocks` argument after inspection; None where there is none."""
        blocks = self.args.get("blocks")
        if blocks is None or blocks in ("", []):
            return None
        self.approve(inspect(blocks, surface))
        return list(blocks)

    def approve(self, seen: Inspection) -> None:
        """Refuse what an inspection found wrong, and note whom the rest pings."""
        for kind in self.slack.faults.refused_blocks.intersection(seen.types):
            index = seen.types.index(kind)
            message = f"[ERROR] unsupported type: {kind} [json-pointer:/blocks/{index}/type]"
            self.call.faulty = True
            raise SlackError("invalid_blocks", response_metadata={"messages": [message]})
        refuse(seen.problems)
        for said in seen.spoken:
            self.hear(said)
        for who in seen.broadcasts:
            self.slack.note_ping(Ping(who.removeprefix("@"), "blocks", who, self.call.method))

    def hear(self, said: str) -> None:
        """Note whom a text pings."""
        for who in pings_in(said):
            self.slack.note_ping(Ping(who, self.arg("channel"), said, self.call.method))


@dataclass(frozen=True)
class Method:
    """One Web API method: what it does, and what it asks for before."""

    name: str
    run: Callable[[Request], Json | None]
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    token: str = "xoxb"


REGISTRY: dict[str, Method] = {}


def method(
    name: str, *, scopes: tuple[str, ...] = (), required: tuple[str, ...] = (), token: str = "xoxb"
) -> Callable[[Callable[[Request], Json | None]], Callable[[Request], Json | None]]:
    """Register a Web API method under Slack's name for it."""

    def add(run: Callable[[Request], Json | None]) -> Callable[[Request], Json | None]:
        REGISTRY[name] = Method(name, run, scopes, required, token)
        return run

    return add


def decode(query: str, body: bytes, content_type: str) -> Json:
    """The arguments of a call from its query string and its form or JSON body."""
    args: Json = dict(parse_qsl(query, keep_blank_values=True))
    if content_type.startswith("application/json"):
        try:
            given = json.loads(body or b"{}")
        except ValueError as bad:
            raise SlackError("invalid_json", str(bad), doc=f"{DOCS}/apis/web-api") from bad
        if not isinstance(given, dict):
            raise SlackError("json_not_object", doc=f"{DOCS}/apis/web-api")
        return {**args, **given}
    if content_type.startswith("application/x-www-form-urlencoded"):
        args |= parse_qsl(body.decode(), keep_blank_values=True)
    elif body:
        raise SlackError("invalid_post_type", content_type, doc=f"{DOCS}/apis/web-api")
    for name in JSON_ARGUMENTS & args.keys():
        try:
            args[name] = json.loads(args[name])
        except ValueError as bad:
            error = (
                f"invalid_{name}_format" if name in ("blocks", "metadata") else "invalid_arguments"
            )
            raise SlackError(error, str(bad), doc=f"{DOCS}/apis/web-api") from bad
    return args


def answer(slack: SlackStandIn, call: Call) -> Json:
    """Carry out a call and give the body of its answer; note what the app did wrong."""
    try:
        body = _answer(slack, call)
    except SlackError as refused:
        call.error = refused.error
        if not call.faulty:
            slack.complain(refused.error, refused.detail, refused.doc, call.method)
        return {"ok": False, "error": refused.error, **refused.body}
    call.ok = True
    return {"ok": True, **(body or {})}


def _answer(slack: SlackStandIn, call: Call) -> Json | None:
    doc = f"{METHODS}/{call.method}"
    found = REGISTRY.get(call.method)
    if found is None:
        raise SlackError("unknown_method", call.method, doc=METHODS, req_method=call.method)
    install = _authorize(slack, call, found, doc)
    request = Request(slack, install, call)
    request.need(*found.scopes)
    for name in found.required:
        if call.args.get(name) in (None, ""):
            where = {"channel": "channel_not_found"}.get(name, "invalid_arguments")
            message = f"[ERROR] missing required field: {name}"
            raise SlackError(where, message, doc=doc, response_metadata={"messages": [message]})
    with slack.world.changed:
        body = found.run(request)
        slack.world.changed.notify_all()
    return body


def _authorize(slack: SlackStandIn, call: Call, found: Method, doc: str) -> Installation:
    """The installation a token belongs to.

    https://docs.slack.dev/authentication/tokens
    """
    nobody = next(iter(slack.world.installations.values()))
    if found.token == "none":
        return nobody
    if not call.token:
        raise SlackError("not_authed", "no token", doc=doc)
    if found.token == "xapp":
        if call.token != slack.app.app_token:
            wrong = "not_allowed_token_type" if call.token.startswith("xoxb") else "invalid_auth"
            raise SlackError(wrong, "an app-level token is needed", doc=doc)
        return nobody
    if call.token.startswith("xapp"):
        raise SlackError("not_allowed_token_type", "a bot token is needed", doc=doc)
    install = slack.world.installations.get(call.token)
    if install is None:
        raise SlackError("invalid_auth", "unknown token", doc=doc)
    if slack.clock.now() >= slack.world.expiries.get(call.token, float("inf")):
        raise SlackError("token_expired", "renew it before it expires", doc=doc)
    if not install.active:
        call.faulty = True
        raise SlackError("token_revoked" if slack.revoked else "account_inactive", doc=doc)
    return install
