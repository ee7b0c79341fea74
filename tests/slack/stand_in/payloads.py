"""The payloads Slack sends, in the shapes its documentation shows.

https://docs.slack.dev/apis/events-api, https://docs.slack.dev/reference/interaction-payloads and
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import html
import re
import secrets
import uuid
from typing import Any

from .app import SlackApp
from .workspace import Channel, Installation, Json, Member, Message

KEPT = re.compile(r"<(?:[@#!][^<>\s]+|https?://[^<>\s]+|mailto:[^<>\s]+)>")
LINK = re.compile(r"(?<![<|])\bhttps?://[^\s<>|]+")


def typed(said: str) -> str:
    """What a person typed, as Slack passes it on: `& < >` escaped, URLs in angle brackets.

    References already in Slack's form (`<@U…>`, `<#C…>`, `<https://…>`) stay.
    https://docs.slack.dev/messaging/formatting-message-text#escaping

    >>> typed("a < b & c, see https://x.dev/?q=1 <@U1>")
    'a &lt; b &amp; c, see <https://x.dev/?q=1> <@U1>'
    """
    done, at = [], 0
    for match in KEPT.finditer(said):
        done += [_plain(said[at : match.start()]), match.group()]
        at = match.end()
    return "".join([*done, _plain(said[at:])])


def _plain(said: str) -> str:
    return LINK.sub(lambda m: f"<{m.group()}>", html.escape(said, quote=False))


def event_callback(
    app: SlackApp, install: Installation, event: Json, channel: Channel | None, now: float
) -> Json:
    """The wrapper of every event (https://docs.slack.dev/apis/events-api#callback-field)."""
    team = channel.team.id if channel and install.enterprise else install.team.id
    org = install.enterprise.id if install.enterprise else None
    enterprise = install.team.enterprise.id if install.team.enterprise else None
    return {
        "token": app.verification_token,
        "team_id": team,
        "context_team_id": team,
        "enterprise_id": enterprise,
        "context_enterprise_id": enterprise,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev0{secrets.token_hex(5).upper()}",
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": enterprise,
                "team_id": None if org else team,
                "user_id": install.bot.id,
                "is_bot": True,
                "is_enterprise_install": bool(org),
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "event_context": f"4-{secrets.token_hex(16)}",
    }


def posted_by(member: Member, said: str, channel: Channel) -> Json:
    """A person's message as it is stored (https://docs.slack.dev/reference/events/message)."""
    shared = {"user_team": member.team.id, "source_team": member.team.id}
    return {
        "user": member.id,
        "client_msg_id": str(uuid.uuid4()),
        "text": said,
        "team": member.team.id,
        "blocks": [
            {
                "type": "rich_text",
                "block_id": secrets.token_hex(3),
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "text", "text": html.unescape(said)}],
                    }
                ],
            }
        ],
        **(shared if channel.is_ext_shared else {}),
    }


def message_event(message: Message) -> Json:
    """`message.channels` and its kin: one post, told with `channel_type`."""
    told = {k: v for k, v in message.data.items() if k not in ("reply_users", "latest_reply")}
    told.pop("reply_count", None)
    return {
        **told,
        "type": "message",
        "channel": message.channel.id,
        "event_ts": message.ts,
        "channel_type": message.channel.kind,
    }


def mention_event(message: Message) -> Json:
    """https://docs.slack.dev/reference/events/app_mention (which has no `channel_type`)."""
    event = message_event(message)
    del event["channel_type"]
    return {**event, "type": "app_mention"}


def changed_event(message: Message, before: Json, ts: str) -> Json:
    """https://docs.slack.dev/reference/events/message/message_changed"""
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": message.data,
        "previous_message": before,
        "channel": message.channel.id,
        "ts": ts,
        "event_ts": ts,
        "channel_type": message.channel.kind,
    }


def deleted_event(message: Message, ts: str) -> Json:
    """https://docs.slack.dev/reference/events/message/message_deleted"""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": message.ts,
        "previous_message": message.data,
        "channel": message.channel.id,
        "ts": ts,
        "event_ts": ts,
        "channel_type": message.channel.kind,
    }


def person(member: Member) -> Json:
    """The `user` of an interaction."""
    names = {"username": member.name, "name": member.name}
    return {"id": member.id, **names, "team_id": member.team.id}


def interaction(kind: str, app: SlackApp, install: Installation, member: Member) -> Json:
    """What every interaction payload has."""
    found, org = member.team.enterprise, install.enterprise
    return {
        "type": kind,
        "user": person(member),
        "api_app_id": app.id,
        "token": app.verification_token,
        "team": None if org else {"id": install.team.id, "domain": install.team.domain},
        "enterprise": {"id": found.id, "name": found.name} if found else None,
        "is_enterprise_install": bool(org),
    }


def channel_name(channel: Channel) -> str:
    """The name a conversation has in payloads; direct and private ones are not named."""
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)


def command(
    app: SlackApp,
    install: Installation,
    member: Member,
    channel: Channel,
    name: str,
    said: str,
    **rights: str,
) -> Json:
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling"""
    found = member.team.enterprise
    return {
        "token": app.verification_token,
        "team_id": member.team.id,
        "team_domain": member.team.domain,
        **({"enterprise_id": found.id, "enterprise_name": found.name} if found else {}),
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": member.id,
        "user_name": member.name,
        "command": name,
        "text": said,
        "api_app_id": app.id,
        "is_enterprise_install": "true" if install.enterprise else "false",
        **rights,
    }


def message_container(message: Message) -> Json:
    """Where a click in a message happened; an ephemeral message is not repeated in the payload."""
    channel = message.channel
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
        **thread,
    }
    found: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
    }
    if message.ephemeral_to is None:
        found["message"] = message.data
    return found


def view_container(view: Json) -> Json:
    """Where a click in a modal or Home happened."""
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view}


def app_home_opened(member: Member, channel: Channel, tab: str, ts: str, view: Any) -> Json:
    """https://docs.slack.dev/reference/events/app_home_opened"""
    event: Json = {
        "type": "app_home_opened",
        "user": member.id,
        "channel": channel.id,
        "tab": tab,
        "event_ts": ts,
    }
    if view is not None and tab == "home":
        event["view"] = view
    return event


def thread_started(member: Member, channel: Channel, ts: str, seen_in: Channel | None) -> Json:
    """https://docs.slack.dev/reference/events/assistant_thread_started"""
    context = {"channel_id": seen_in.id, "team_id": seen_in.team.id} if seen_in else {}
    return {
        "type": "assistant_thread_started",
        "assistant_thread": {
            "user_id": member.id,
            "context": {**context, "enterprise_id": None} if context else {},
            "channel_id": channel.id,
            "thread_ts": ts,
        },
        "event_ts": ts,
    }
