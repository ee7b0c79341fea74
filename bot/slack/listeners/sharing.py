"""Share: a private draft becomes a message for everyone in the channel.

What was assessed of someone's message is shared in the thread of that message, where it belongs.
"""

from __future__ import annotations

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.logs import get_logger
from bot.slack.drafts import message_of
from bot.slack.errors import Declined, notice
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.posting import post
from bot.slack.reaching import say_in_channel
from bot.slack.request import Request, heard
from bot.store.records import Assessment
from knowledge.wording import load_draft_wording

log = get_logger(__name__)

_NOT_IN = {"not_in_channel", "channel_not_found"}
_MAY_NOT = {
    "is_archived",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
}
"""What `chat.postMessage` says where a bot cannot post: a reason for people, not a fault."""


def register(app: App, house: House) -> None:
    app.action(Action.SHARE.value)(heard(house, "share", share))


def share(request: Request) -> None:
    house, client, kept = request.house, request.client, request.own
    if not house.settings.shared_channels and is_external(client, request.way.channel):
        raise Declined(load_draft_wording().external)
    if not kept.private or not house.office.store.claim(request.team, kept.id):
        raise Declined(house.notices.shared)
    _publish(request, kept)
    shared = notice(house.notices.shared)
    say_in_channel(client, request.way, request.user, shared, replace=True)


def is_external(client: WebClient, channel: str) -> bool:
    """Whether a channel is known to be shared with another organisation (Slack Connect).

    Without the scopes `channels:read` and `groups:read` that is not known. Direct messages have
    nobody else in them.
    """
    if channel.startswith("D"):
        return False
    try:
        found = client.conversations_info(channel=channel)["channel"]
    except (SlackClientError, OSError) as error:
        log.debug("channel not known", error=type(error).__name__)
        return False
    return bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))


def _publish(request: Request, kept: Assessment) -> None:
    """Post it. Raises `Declined` where Slack does not let us; the draft then stays a draft."""
    house, channel, thread_ts = request.house, request.way.channel, _thread(request, kept)
    update = {"private": False, "alone": True, "shared_by": request.user}
    public = kept.model_copy(update=update)
    try:
        ts = post(request.client, channel, message_of(house, public), thread_ts)
    except (SlackClientError, OSError) as error:
        house.office.store.keep(kept)
        code = error.response.get("error") if isinstance(error, SlackApiError) else None
        if code in _NOT_IN:
            raise Declined(load_draft_wording().not_in_channel) from error
        if code in _MAY_NOT:
            raise Declined(load_draft_wording().may_not_post) from error
        raise
    house.office.share(public, channel, ts, thread_ts)


def _thread(request: Request, kept: Assessment) -> str | None:
    """The thread of the message that was assessed. Not one in which the bot is asked already: its
    facts are about other work."""
    of_a_message = kept.author is not None and kept.place.channel == request.way.channel
    if not of_a_message or request.house.office.store.thread(kept.place) is not None:
        return None
    return kept.place.thread_ts or None
