"""A person's own latest assessments, and one of them shown again."""

from __future__ import annotations

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.slack.blocks.history import SHOWN, history
from bot.slack.drafts import message_of
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.request import Request, heard
from bot.store.records import Assessment


def tell(request: Request) -> None:
    """List them; only the asker's own."""
    store, words = request.house.office.store, request.rest
    if words:
        found = store.search(request.team, request.user, words, SHOWN)
    else:
        found = store.recent(request.team, request.user, SHOWN)
    links = {kept.id: permalink(request.client, kept) for kept in found}
    request.tell(history(found, links, words))


def permalink(client: WebClient, kept: Assessment) -> str | None:
    """The address of a public reply; None for a draft, and where the reply is gone."""
    if kept.private or kept.reply_ts is None:
        return None
    try:
        found = client.chat_getPermalink(channel=kept.place.channel, message_ts=kept.reply_ts)
    except (SlackClientError, OSError):
        return None
    return str(found["permalink"])


def register(app: App, house: House) -> None:
    @app.action(Action.LINK.value)
    def followed(ack: Ack) -> None:
        ack()

    app.action(Action.OPEN.value)(heard(house, "open again", show))


def show(request: Request) -> None:
    """Once more, for its asker alone."""
    request.tell(message_of(request.house, request.own))
