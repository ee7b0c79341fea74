"""The rest of the Web API: conversations, people, files, the assistant's pane, installation.

https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import json
from typing import Any

from . import limits
from .inspection import inspect, inspect_view, refuse
from .rules import SlackError
from .web_api import Request, method
from .workspace import Channel, Json, Member

READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
HISTORY = {kind: scope.replace(":read", ":history") for kind, scope in READ.items()}


def channel_json(channel: Channel, me: str) -> Json:
    """https://docs.slack.dev/reference/objects/conversation-object"""
    direct = channel.kind == "im"
    return {
        "id": channel.id,
        **({} if direct else {"name": channel.name, "name_normalized": channel.name}),
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": direct,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_member": me in channel.members,
        "context_team_id": channel.team.id,
        **({"creator": channel.creator} if channel.creator else {}),
        **({"user": next(iter(channel.members - {me}), me)} if direct else {}),
    }


def member_json(member: Member) -> Json:
    """https://docs.slack.dev/reference/objects/user-object"""
    return {
        "id": member.id,
        "team_id": member.team.id,
        "name": member.name,
        "real_name": member.real_name or member.name,
        "deleted": member.deleted,
        "tz": member.tz,
        "is_admin": member.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": member.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": member.is_bot,
        "is_app_user": False,
        "profile": {
            "real_name": member.real_name or member.name,
            "display_name": member.name,
            **({"bot_id": member.bot_id, "api_app_id": member.app_id} if member.is_bot else {}),
        },
    }


@method("conversations.info", required=("channel",))
def conversation_info(request: Request) -> Json:
    channel = request.channel()
    request.need(READ[channel.kind])
    return {"channel": channel_json(channel, request.install.bot.id)}


@method("conversations.members", required=("channel",))
def conversation_members(request: Request) -> Json:
    channel = request.channel()
    request.need(READ[channel.kind])
    return {"members": sorted(channel.members), "response_metadata": {"next_cursor": ""}}


@method("conversations.open", required=("users",))
def conversation_open(request: Request) -> Json:
    request.need("im:write", "mpim:write")
    person = request.slack.world.members.get(request.arg("users"))
    if person is None:
        raise SlackError("user_not_found", request.arg("users"), doc=request.doc)
    return {"channel": {"id": request.slack.dm(person, request.install).id}}


def _readable(request: Request) -> Channel:
    channel = request.channel()
    request.need(HISTORY[channel.kind])
    if not request.is_in(channel):
        raise SlackError("not_in_channel", channel.name, doc=request.doc)
    return channel


def _page(request: Request, found: list[Json]) -> Json:
    """One page, oldest and latest left out; metadata only where it is asked for."""
    if not request.flag("include_all_metadata"):
        found = [{name: m[name] for name in m if name != "metadata"} for m in found]
    oldest, latest = float(request.arg("oldest", "0")), float(request.arg("latest", "inf"))
    inclusive = request.flag("inclusive")
    kept = [
        m
        for m in found
        if oldest < float(m["ts"]) < latest or (inclusive and float(m["ts"]) in (oldest, latest))
    ]
    size, start = int(request.arg("limit", "100")), int(request.arg("cursor", "0") or 0)
    page, rest = kept[start : start + size], len(kept) > start + size
    cursor = str(start + size) if rest else ""
    return {"messages": page, "has_more": rest, "response_metadata": {"next_cursor": cursor}}


@method("conversations.history", required=("channel",))
def history(request: Request) -> Json:
    channel = _readable(request)
    found = [
        m.data
        for m in reversed(channel.messages)
        if not m.deleted and m.ephemeral_to is None and m.thread_ts in (None, m.ts)
    ]
    return _page(request, found)


@method("conversations.replies", required=("channel", "ts"))
def replies(request: Request) -> Json:
    channel, ts = _readable(request), request.arg("ts")
    if channel.find(ts) is None:
        raise SlackError("thread_not_found", ts, doc=request.doc)
    found = [
        m.data
        for m in channel.messages
        if not m.deleted and m.ephemeral_to is None and ts in (m.ts, m.thread_ts)
    ]
    return _page(request, found)


@method("users.info", scopes=("users:read",), required=("user",))
def user_info(request: Request) -> Json:
    member = request.slack.world.members.get(request.arg("user"))
    if member is None:
        raise SlackError("user_not_found", request.arg("user"), doc=request.doc)
    shared = any(
        {member.id, request.install.bot.id} <= channel.members
        for channel in request.slack.world.channels.values()
    )
    if not request.install.covers(member.team) and not shared:
        raise SlackError("user_not_visible", member.name, doc=request.doc)
    locale = {"locale": member.locale} if request.flag("include_locale") else {}
    return {"user": {**member_json(member), **locale}}


@method("bots.info", scopes=("users:read",))
def bot_info(request: Request) -> Json:
    bot = request.install.bot
    if request.arg("bot", bot.bot_id or "") != bot.bot_id:
        raise SlackError("bot_not_found", request.arg("bot"), doc=request.doc)
    details = {"id": bot.bot_id, "app_id": bot.app_id, "user_id": bot.id, "name": bot.name}
    return {"bot": {**details, "deleted": False}}


@method("auth.test")
def auth_test(request: Request) -> Json:
    bot, team, org = request.install.bot, request.install.team, request.install.enterprise
    enterprise = {"enterprise_id": team.enterprise.id} if team.enterprise else {}
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": org.name if org else team.name,
        "user": bot.name,
        "team_id": org.id if org else team.id,
        "user_id": bot.id,
        "bot_id": bot.bot_id,
        **enterprise,
        "is_enterprise_install": bool(org),
    }


@method("api.test", token="none")
def api_test(request: Request) -> Json:
    return {"args": request.args}


@method("apps.connections.open", token="xapp")
def open_connection(request: Request) -> Json:
    return {"url": request.slack.sockets.make_url()}


@method("blocks.validate", token="none")
def validate(request: Request) -> Json | None:
    """https://docs.slack.dev/reference/methods/blocks.validate"""
    given = [name for name in ("blocks", "view", "message") if request.args.get(name) is not None]
    if len(given) != 1:
        raise SlackError("invalid_arguments", "exactly one of blocks, view, message")
    payload: Any = request.args[given[0]]
    if isinstance(payload, str):
        payload = json.loads(payload)
    if given[0] == "view":
        problems = inspect_view(payload, ("modal", "home")).problems
    else:
        blocks = payload if given[0] == "blocks" else payload.get("blocks")
        problems = inspect(blocks, "message").problems
    refuse(problems, f"invalid_{given[0]}")
    return None


def _pane(request: Request) -> Channel:
    channel = request.channel("channel_id")
    if not request.is_in(channel):
        raise SlackError("channel_not_found", channel.id, doc=request.doc)
    thread_ts = request.arg("thread_ts")
    if thread_ts and channel.find(thread_ts) is None:
        raise SlackError("invalid_thread_ts", thread_ts, doc=request.doc)
    return channel


@method(
    "assistant.threads.setStatus",
    scopes=("chat:write", "assistant:write"),
    required=("channel_id", "thread_ts"),
)
def set_status(request: Request) -> None:
    """An empty status clears it; it ends by itself with the next message or after two minutes."""
    channel = _pane(request)
    if "status" not in request.args:
        raise SlackError("invalid_arguments", "missing required field: status", doc=request.doc)
    if len(request.args.get("loading_messages") or []) > limits.LOADING_MESSAGES:
        raise SlackError("invalid_arguments", "more than 10 loading messages", doc=request.doc)
    key = channel.id, request.arg("thread_ts")
    status: Json = {"channel": key[0], "thread_ts": key[1], "status": request.arg("status")}
    status |= {"at": request.slack.clock.now()}
    status |= {"loading_messages": request.args.get("loading_messages") or []}
    request.slack.world.status_log.append(status)
    if request.arg("status"):
        request.slack.world.statuses[key] = status
    else:
        request.slack.world.statuses.pop(key, None)


@method(
    "assistant.threads.setSuggestedPrompts",
    scopes=("assistant:write",),
    required=("channel_id", "prompts"),
)
def set_prompts(request: Request) -> None:
    """`thread_ts` belongs to the older assistant; an agent's call with it silently does nothing."""
    channel, prompts = _pane(request), request.args["prompts"]
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= limits.PROMPTS:
        raise SlackError("invalid_arguments", "1 to 4 prompts", doc=request.doc)
    if not all(isinstance(p, dict) and p.get("title") and p.get("message") for p in prompts):
        raise SlackError("invalid_arguments", "a prompt has title and message", doc=request.doc)
    if request.slack.app.agent_view and request.args.get("thread_ts"):
        why = "with thread_ts, an agent's prompts are silently dropped"
        request.slack.complain("thread_ts_in_agent_app", why, request.doc, request.call.method)
        return
    key = channel.id, request.args.get("thread_ts")
    request.slack.world.prompts[key] = {"title": request.arg("title"), "prompts": prompts}


@method(
    "assistant.threads.setTitle",
    scopes=("assistant:write",),
    required=("channel_id", "thread_ts", "title"),
)
def set_title(request: Request) -> None:
    channel = _pane(request)
    request.slack.world.titles[channel.id, request.arg("thread_ts")] = request.arg("title")
