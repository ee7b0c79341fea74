"""Tells a person something where they asked, or else directly."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.blocks.message import Message
from bot.slack.client import way_back
from bot.slack.posting import answer_privately, post_directly, whisper
from bot.slack.way import Way


def say_in_channel(
    client: WebClient, way: Way, user: str, message: Message, *, replace: bool = False
) -> bool:
    """Show a message to one person where they asked; False where Slack does not let us.

    `replace` puts it in place of the message whose click gave the way, if that still can be.
    """
    if way.url and _respond(way.url, message, replace):
        return True
    if not way.channel or way.channel.startswith("D"):
        return False
    try:
        whisper(client, way.channel, user, message)
    except SlackApiError:
        return False
    return True


def say(client: WebClient, way: Way, user: str, message: Message) -> None:
    """Tell a person something, in the channel or else directly. Raises `SlackApiError`."""
    if not say_in_channel(client, way, user, message):
        post_directly(client, user, message)


def _respond(url: str, message: Message, replace: bool) -> bool:
    try:
        return answer_privately(way_back(url).send, message, replace=replace)
    except (SlackClientError, OSError):
        return False
