"""A person's own data: sent to them as a file, or deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from slack_bolt import App
from slack_sdk.errors import SlackClientError

from bot.logs import get_logger
from bot.slack.blocks.message import Message
from bot.slack.blocks.own_data import cannot_send, confirm_forgetting, forgotten, sent, sent_there
from bot.slack.errors import notice
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.posting import post_directly
from bot.slack.reaching import say_in_channel
from bot.slack.request import Request, heard
from knowledge.wording import load_own_data_wording

log = get_logger(__name__)

FILE = "rust-or-not.json"


def export(request: Request) -> None:
    """By direct message, as it is nobody else's; in words where no file can be sent."""
    store = request.house.office.store
    data = store.export(request.team, request.user)
    kept, votes = len(data["assessments"]), len(data["votes"])
    if not kept and not votes:
        request.tell(notice(load_own_data_wording().nothing))
    elif _upload(request, data, sent(kept, votes)):
        request.tell(sent_there(kept, votes))
    else:
        request.tell(cannot_send(store.recent(request.team, request.user, kept), votes))


def ask_to_forget(request: Request) -> None:
    data = request.house.office.store.export(request.team, request.user)
    kept, votes = len(data["assessments"]), len(data["votes"])
    if kept or votes:
        request.tell(confirm_forgetting(kept, votes))
    else:
        request.tell(notice(load_own_data_wording().nothing))


def register(app: App, house: House) -> None:
    app.action(Action.FORGET.value)(heard(house, "forget me", forget))


def forget(request: Request) -> None:
    """In place of the question whether to."""
    house = request.house
    gone = forgotten(house.office.store.forget_person(request.team, request.user))
    house.posts.forget(f"{request.team}/", request.user)
    if not say_in_channel(request.client, request.way, request.user, gone, replace=True):
        request.tell(gone)


def _upload(request: Request, data: Mapping[str, Any], message: Message) -> bool:
    """The message comes first: its answer names the channel that a file can be shared in."""
    client = request.client
    try:
        channel, ts = post_directly(client, request.user, message)
    except (SlackClientError, OSError) as error:
        log.warning("no direct message", error=type(error).__name__)
        return False
    try:
        content = json.dumps(data, indent=2, ensure_ascii=False)
        client.files_upload_v2(channel=channel, thread_ts=ts, filename=FILE, content=content)
    except (SlackClientError, OSError) as error:
        log.warning("no file sent", error=type(error).__name__)
        with suppress(SlackClientError, OSError):
            client.chat_delete(channel=channel, ts=ts)
        return False
    return True
