"""Share: a private draft becomes a message for everyone in the channel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.blocks.message import Message
from bot.slack.drafts import message_of
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.posting import answer_privately, post
from bot.store.records import Assessment
from knowledge.wording import load_draft_wording

log = structlog.get_logger(__name__)

_NOT_IN = {"not_in_channel", "channel_not_found"}
_MAY_NOT = {
    "is_archived",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
}
"""What `chat.postMessage` says where a bot cannot post: a reason for people, not a fault."""


def register(app: App, house: House) -> None:
    @app.action(Action.SHARE.value)
    def share(
        ack: Ack,
        body: Mapping[str, Any],
        context: BoltContext,
        client: WebClient,
        respond: Respond,
    ) -> None:
        ack()
        team, user, channel = context.team_id or "", body["user"]["id"], body["channel"]["id"]
        key = json.loads(body["actions"][0]["value"])["id"]

        def tell(message: Message) -> None:
            answer_privately(respond, message, replace=False)

        with truthfully(house.notices, tell, "share"):
            store, wording = house.office.store, load_draft_wording()
            kept = store.assessment(team, key)
            if kept is None:
                tell(notice(house.notices.gone))
            elif kept.asker != user:
                tell(notice(house.notices.not_yours))
            elif not house.settings.shared_channels and is_external(client, channel):
                tell(notice(wording.external))
            elif kept.private and store.claim(team, key):
                refusal = _publish(house, client, kept, channel, user)
                shared = notice(refusal or house.notices.shared)
                answer_privately(respond, shared, replace=not refusal)
            else:
                tell(notice(house.notices.shared))


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


def _publish(house: House, client: WebClient, kept: Assessment, channel: str, user: str) -> str:
    """Post it; says why where Slack does not let us, and the draft then stays a draft."""
    public = kept.model_copy(update={"private": False, "alone": True, "shared_by": user})
    try:
        ts = post(client, channel, message_of(house, public))
    except SlackApiError as error:
        house.office.store.keep(kept)
        code, wording = error.response.get("error"), load_draft_wording()
        if code in _NOT_IN:
            return wording.not_in_channel
        if code in _MAY_NOT:
            return wording.may_not_post
        raise
    except (SlackClientError, OSError):
        house.office.store.keep(kept)
        raise
    house.office.share(public, channel, ts)
    return ""
