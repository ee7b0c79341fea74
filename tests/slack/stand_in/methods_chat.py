"""chat.*, reactions.add: what the app says in conversations.

https://docs.slack.dev/reference/methods?family=chat
"""

from __future__ import annotations

import json
from typing import Any

from . import limits
from .inspection import fill_ids
from .limits import METHODS
from .rules import DOCS, SlackError
from .web_api import Request, method
from .workspace import Channel, Json, Message

FORMATTING = f"{DOCS}/messaging/formatting-message-text"


def said_by(request: Request, *, checked_channel: Channel) -> Json:
    """The content of a message from the arguments, refused where Slack refuses it.

    https://docs.slack.dev/reference/methods/chat.postMessage#errors
    """
    if request.args.get("markdown_text") is not None:
        return _markdown_text(request)
    blocks, said = request.blocks(), request.arg("text")
    attachments = request.args.get("attachments")
    if not blocks and not said and not attachments:
        raise SlackError("no_text", "neither text nor blocks", doc=request.doc)
    if not said:
        request.slack.complain(
            "no_fallback_text",
            "blocks without `text`: nothing for notifications and screen readers",
            f"{METHODS}/chat.postMessage#text-blocks-attachments",
            request.call.method,
        )
    if len(said) > limits.MESSAGE_TEXT:
        raise SlackError("msg_too_long", f"{len(said)} characters", doc=request.doc)
    if len(said) > limits.MESSAGE_TEXT_ADVISED:
        request.slack.complain(
            "text_too_long_advised", f"{len(said)} > 4000", request.doc, request.call.method
        )
    request.hear(said)
    if (request.flag("link_names") or request.arg("parse") == "full") and any(
        name in said for name in ("@channel", "@here", "@everyone")
    ):
        request.hear("<!channel>")
    data: Json = {"text": said}
    if blocks:
        data["blocks"] = fill_ids(blocks)
    if attachments:
        data["attachments"] = attachments
    metadata = request.args.get("metadata")
    if metadata is not None:
        data["metadata"] = _metadata(request, metadata)
    return data


def _markdown_text(request: Request) -> Json:
    if request.args.get("text") or request.args.get("blocks"):
        raise SlackError("markdown_text_conflict", doc=request.doc)
    said = request.arg("markdown_text")
    if len(said) > limits.MARKDOWN_TOTAL:
        raise SlackError("msg_too_long", f"{len(said)} characters", doc=request.doc)
    request.hear(said)
    return {"text": said}


def _metadata(request: Request, metadata: Any) -> Json:
    """Message metadata (https://docs.slack.dev/messaging/message-metadata)."""
    if isinstance(metadata, str):
        metadata = json.loads(metadata)
    well = isinstance(metadata, dict) and {"event_type", "event_payload"} <= metadata.keys()
    if not well:
        raise SlackError("invalid_metadata_schema", doc=request.doc)
    if len(json.dumps(metadata)) > limits.METADATA_BYTES:
        raise SlackError("metadata_too_large", doc=request.doc)
    return dict(metadata)


def may_post(request: Request, channel: Channel) -> None:
    """Whether the app can write here: a member, or chat:write.public in a public channel."""
    if channel.is_archived:
        raise SlackError("is_archived", channel.name, doc=request.doc)
    if not request.is_in(channel) and "chat:write.public" not in request.install.scopes:
        raise SlackError("not_in_channel", channel.name, doc=request.doc)
    if channel.is_read_only:
        raise SlackError("restricted_action", channel.name, doc=request.doc)


def signed(request: Request) -> Json:
    """Who a message is from, as Slack writes it for a bot."""
    bot = request.install.bot
    return {
        "user": bot.id,
        "bot_id": bot.bot_id,
        "app_id": request.slack.app.id,
        "team": request.install.team.id,
        "bot_profile": {
            "id": bot.bot_id,
            "app_id": request.slack.app.id,
            "user_id": bot.id,
            "name": bot.name,
            "deleted": False,
            "team_id": request.install.team.id,
        },
    }


def in_thread(request: Request, channel: Channel, *, strict: bool = True) -> str | None:
    """`thread_ts`, which must be a message's `ts` (a thread's parent, not a reply)."""
    thread_ts = request.args.get("thread_ts")
    if not thread_ts:
        return None
    parent = channel.find(str(thread_ts))
    if strict and parent is None:
        # The person may have deleted the message meanwhile: an error, but not the app's fault.
        request.call.faulty = any(m.ts == thread_ts for m in channel.messages)
        raise SlackError("thread_not_found", str(thread_ts), doc=request.doc)
    if parent is not None and parent.thread_ts not in (None, parent.ts):
        request.slack.complain(
            "thread_ts_of_a_reply", "use the parent's ts", request.doc, request.call.method
        )
        return parent.thread_ts
    return str(thread_ts)


@method("chat.postMessage", scopes=("chat:write",), required=("channel",))
def post_message(request: Request) -> Json:
    channel = request.channel()
    may_post(request, channel)
    thread_ts = in_thread(request, channel)
    data = {**said_by(request, checked_channel=channel), **signed(request)}
    for given in ("username", "icon_emoji", "icon_url"):
        if request.args.get(given):
            request.need("chat:write.customize")
    if thread_ts:
        data["thread_ts"] = thread_ts
    message = request.slack.world.post(channel, data)
    request.slack.after_bot_post(message, thread_ts)
    return {"channel": channel.id, "ts": message.ts, "message": message.data}


@method("chat.postEphemeral", scopes=("chat:write",), required=("channel", "user"))
def post_ephemeral(request: Request) -> Json:
    channel = request.channel()
    if request.arg("user") not in channel.members:
        raise SlackError("user_not_in_channel", request.arg("user"), doc=request.doc)
    may_post(request, channel)
    thread_ts = in_thread(request, channel)
    data = {**said_by(request, checked_channel=channel), **signed(request)}
    if thread_ts:
        data["thread_ts"] = thread_ts
    message = request.slack.world.post(channel, data, ephemeral_to=request.arg("user"))
    return {"message_ts": message.ts}


def own(request: Request, channel: Channel, wrong: str) -> Message:
    """The app's own message named by `ts`; others' and ephemeral ones are out of reach."""
    message = channel.find(request.arg("ts"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found", request.arg("ts"), doc=request.doc)
    if message.data.get("bot_id") != request.install.bot.bot_id:
        raise SlackError(wrong, "not the app's own message", doc=request.doc)
    return message


@method("chat.update", scopes=("chat:write",), required=("channel", "ts"))
def update(request: Request) -> Json:
    """Without `blocks` the old ones stay; an empty array removes them."""
    channel = request.channel()
    message = own(request, channel, "cant_update_message")
    data = said_by(request, checked_channel=channel)
    if request.args.get("blocks") == []:
        data["blocks"] = []
    request.slack.change_message(message, data, request.install.bot.id)
    return {"channel": channel.id, "ts": message.ts, "text": data["text"], "message": message.data}


@method("chat.delete", scopes=("chat:write",), required=("channel", "ts"))
def delete(request: Request) -> Json:
    channel = request.channel()
    message = own(request, channel, "cant_delete_message")
    request.slack.delete_message(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", required=("channel", "message_ts"))
def permalink(request: Request) -> Json:
    channel = request.channel()
    message = channel.find(request.arg("message_ts"))
    if message is None:
        raise SlackError("message_not_found", request.arg("message_ts"), doc=request.doc)
    return {"channel": channel.id, "permalink": request.slack.permalink(message)}


@method("reactions.add", scopes=("reactions:write",), required=("channel", "name", "timestamp"))
def react(request: Request) -> None:
    channel = request.channel()
    message = channel.find(request.arg("timestamp"))
    if message is None:
        raise SlackError("message_not_found", request.arg("timestamp"), doc=request.doc)
    if not request.is_in(channel):
        raise SlackError("not_in_channel", channel.name, doc=request.doc)
    reactions = message.data.setdefault("reactions", [])
    name, bot = request.arg("name"), request.install.bot.id
    found = next((r for r in reactions if r["name"] == name), None)
    if found is None:
        found = {"name": name, "users": [], "count": 0}
        reactions.append(found)
    if bot in found["users"]:
        raise SlackError("already_reacted", name, doc=request.doc)
    found["users"].append(bot)
    found["count"] += 1
