"""Questions as posts: mentions, direct messages, follow-ups in a thread, unaddressed ones.

A post is on the disk before Slack is told that it arrived: Bolt acknowledges an event before its
listener runs, but after its middleware. See `bot.slack.answering` for the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.durable.pace import Pace
from bot.logs import get_logger
from bot.office import names_rust
from bot.slack.errors import notice
from bot.slack.house import House
from bot.slack.incoming import mentions
from bot.slack.once import patient
from bot.slack.posting import whisper
from bot.slack.posts import Post, key_of, lane_of
from bot.store.records import Place

Event = Mapping[str, Any]

log = get_logger(__name__)

LONG = 20
"""Posts waiting in a channel from which on people are told."""
FULL = 900
"""Posts waiting in a channel, a quarter of an hour's replies, from which on none is taken up."""
TURNED_AWAY = 60
"""Posts of a channel whose authors wait to be told so, a minute's notices; later ones are not."""

_TOLD_SECONDS = 60.0
"""A person is told of a long queue so often, at most."""

_WRITTEN = {None, "file_share", "thread_broadcast"}
"""Subtypes of messages that a person wrote just now: not edits, deletions, joins, other bots."""
_WAITING = "posts_waiting"


def register(app: App, house: House) -> None:
    def take(
        event: Event, body: Event, context: BoltContext, next: Callable[[], BoltResponse]
    ) -> BoltResponse:
        post = _post(house, event, body, context)
        if post is not None:
            _put(house, post, context)
        return next()

    told = Pace(_TOLD_SECONDS)

    def taken(event: Event, context: BoltContext, client: WebClient) -> None:
        waiting = context.get(_WAITING, 0)
        if LONG <= waiting < FULL and told.free(f"{event['channel']}/{event['user']}"):
            _tell(house, patient(client), event, waiting)

    app.event("app_mention", middleware=[take])(taken)
    app.event("message", middleware=[take])(taken)


def _post(house: House, event: Event, body: Event, context: BoltContext) -> Post | None:
    """What is to be answered, if anything is."""
    try:
        if not _by_person(event, context):
            return None
        certain = _names_us(event, context)
        if certain or _may_be_for_us(house, event, context):
            return Post.of(event, body, context, certain=certain)
    except (LookupError, TypeError, AttributeError, ValueError):
        log.warning("no post that Slack sends")
    return None


def _by_person(event: Event, context: BoltContext) -> bool:
    """Other bots are not answered (two bots would talk for ever), nor are edits."""
    return (
        event.get("subtype") in _WRITTEN
        and not event.get("bot_id")
        and bool(event.get("user"))
        and event["user"] != context.bot_user_id
        and "edited" not in event
    )


def _names_us(event: Event, context: BoltContext) -> bool:
    named = mentions(event.get("text") or "", context.bot_user_id or "")
    return named or event.get("type") == "app_mention" or event.get("channel_type") == "im"


def _may_be_for_us(house: House, event: Event, context: BoltContext) -> bool:
    """What costs no model: whether it is so is found out later, when it lies on the disk."""
    store, team, channel = house.office.store, context.team_id or "", event["channel"]
    if event.get("thread_ts"):
        place = Place(team=team, channel=channel, thread_ts=event["thread_ts"])
        key = key_of(team, channel, place.thread_ts)
        waits = house.posts.holds(lane_of(team, channel), key)
        return waits or house.office.engaged(place, event["user"])
    return store.channel(team, channel).unaddressed and names_rust(event.get("text") or "")


def _put(house: House, post: Post, context: BoltContext) -> None:
    """Raises what the database raises: then Slack is not told, and sends the event again."""
    lanes = house.posts.lanes
    waiting = lanes.waiting(post.lane)
    if waiting >= FULL:
        certain, post = post.certain, post.model_copy(update={"crowded": True})
        if not certain or lanes.waiting(post.lane) >= TURNED_AWAY:
            log.warning("a full channel, a post is dropped", certain=certain)
            return
    if house.posts.put(post.job):
        context[_WAITING] = waiting


def _tell(house: House, client: WebClient, event: Event, waiting: int) -> None:
    """Tell the asker alone that it takes a while; where that cannot be said, nothing is lost."""
    message = notice(house.notices.long_queue.format(waiting=waiting))
    try:
        whisper(client, event["channel"], event["user"], message, event.get("thread_ts"))
    except (SlackClientError, OSError) as error:
        log.info("could not tell of the queue", error=type(error).__name__)
