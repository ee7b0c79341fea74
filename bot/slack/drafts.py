"""Drafts that only the asker sees: where they are shown, and how they are brought up to date."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.office import Consulted
from bot.slack.blocks.message import Message
from bot.slack.blocks.reply import reply
from bot.slack.house import House
from bot.slack.posting import change, post_directly
from bot.slack.reaching import say_in_channel
from bot.slack.way import Way
from bot.store.records import Assessment


def message_of(house: House, kept: Assessment, said: str = "") -> Message:
    """The message that takes the place of an earlier one, or stands alone.

    `said` is what a new fact did to the verdict.
    """
    contact = house.office.store.channel(kept.place.team, kept.place.channel).contact
    return reply(kept, house.words, said, contact, whole=True)


def hand_over(
    house: House, client: WebClient, way: Way, found: Consulted, *, replace: bool = False
) -> None:
    """Show a private draft where it was asked for, or else in the asker's direct messages.

    There it is a message like any other, with a thread for what follows.
    """
    kept = found.assessment
    draft = message_of(house, kept, found.change)
    if say_in_channel(client, way, kept.asker, draft, replace=replace):
        return
    opened = kept.model_copy(update={"private": False})
    where, ts = post_directly(client, kept.asker, message_of(house, opened, found.change))
    house.office.share(opened, where, ts)


def refresh(house: House, client: WebClient, way: Way, user: str, found: Consulted) -> None:
    """Put an assessment that `user` changed in place of the reply that shows it.

    Where that reply is gone from Slack, it is shown to them alone. Raises `SlackApiError`.
    """
    kept = found.assessment
    if kept.reply_ts is None:
        hand_over(house, client, way, found, replace=True)
        return
    message = message_of(house, kept, found.change)
    try:
        change(client, kept.place.channel, kept.reply_ts, message)
    except SlackApiError as error:
        if error.response.get("error") != "message_not_found":
            raise
        say_in_channel(client, way, user, message, replace=True)
