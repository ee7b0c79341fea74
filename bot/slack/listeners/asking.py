"""Questions as posts: mentions, direct messages, follow-ups in a thread, unaddressed ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import App, BoltContext
from slack_sdk import WebClient

from bot.advisor.question import QuestionError
from bot.slack.blocks.reply import Message, reply
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.incoming import mentions, words_of
from bot.slack.posting import post, thinking, whisper
from bot.store.records import Place

Event = Mapping[str, Any]

_WRITTEN = {None, "file_share", "thread_broadcast"}
"""Subtypes of messages that a person wrote just now: not edits, deletions, joins, other bots."""


def register(app: App, house: House) -> None:
    @app.event("app_mention")
    def mentioned(event: Event, body: Event, context: BoltContext, client: WebClient) -> None:
        if _by_person(event, context):
            _answer(house, client, context, event, body)

    @app.event("message")
    def written(event: Event, body: Event, context: BoltContext, client: WebClient) -> None:
        if _by_person(event, context) and _meant_for_us(house, event, context):
            _answer(house, client, context, event, body)


def _by_person(event: Event, context: BoltContext) -> bool:
    """Other bots are not answered (two bots would talk for ever), nor are edits."""
    return (
        event.get("subtype") in _WRITTEN
        and not event.get("bot_id")
        and bool(event.get("user"))
        and event["user"] != context.bot_user_id
        and "edited" not in event
    )


def _meant_for_us(house: House, event: Event, context: BoltContext) -> bool:
    text, bot = event.get("text") or "", context.bot_user_id or ""
    if event.get("channel_type") == "im" or mentions(text, bot):
        return True
    try:
        words = words_of(text)
        if event.get("thread_ts"):
            return house.office.concerns(_place(event, context), words)
        settings = house.office.store.channel(context.team_id or "", event["channel"])
        return settings.unaddressed and house.office.about_rust(words)
    except QuestionError:
        return False


def _answer(
    house: House, client: WebClient, context: BoltContext, event: Event, body: Event
) -> None:
    place, user = _place(event, context), event["user"]
    if not house.office.take(place.team, place.channel, event["ts"]):
        return
    settings = house.office.store.channel(place.team, place.channel)
    private = settings.private and event.get("channel_type") != "im"
    thread_ts = event.get("thread_ts") if private else place.thread_ts

    def tell(message: Message) -> str | None:
        if private:
            whisper(client, place.channel, user, message, thread_ts)
            return None
        return post(client, place.channel, message, thread_ts)

    with truthfully(house.notices, tell, "post"):
        if _external(body, event) and not house.settings.shared_channels:
            tell(notice(house.notices.external))
            return
        text = words_of(event.get("text") or "", context.bot_user_id)
        if not text:
            tell(notice(house.notices.empty))
            return
        with thinking(client, place.channel, place.thread_ts, house.notices.thinking):
            found = house.office.consult(place, user, text, private=private)
            message = reply(found.assessment, house.words, found.change, settings.contact)
        house.office.posted(found.assessment, tell(message))


def _place(event: Event, context: BoltContext) -> Place:
    thread_ts = event.get("thread_ts") or event["ts"]
    return Place(team=context.team_id or "", channel=event["channel"], thread_ts=thread_ts)


def _external(body: Event, event: Event) -> bool:
    """Shared with another organisation (Slack Connect): said beside the event itself."""
    return bool(body.get("is_ext_shared_channel") or event.get("is_ext_shared_channel"))
