"""Delete: the reply and what was kept of it, by whoever asked or an admin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.blocks.message import Message
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.posting import answer_privately, change
from bot.slack.rights import is_admin
from bot.store.records import Assessment
from knowledge.wording import load_draft_wording

log = structlog.get_logger(__name__)


def register(app: App, house: House) -> None:
    @app.action(Action.DELETE.value)
    def delete(
        ack: Ack,
        body: Mapping[str, Any],
        context: BoltContext,
        client: WebClient,
        respond: Respond,
    ) -> None:
        ack()
        team, user = context.team_id or "", body["user"]["id"]
        key = json.loads(body["actions"][0]["value"])["id"]
        ephemeral = bool(body["container"].get("is_ephemeral"))

        def tell(message: Message) -> None:
            answer_privately(respond, message, replace=False)

        with truthfully(house.notices, tell, "delete"):
            kept = house.office.store.assessment(team, key)
            if kept is None and not ephemeral:
                tell(notice(house.notices.gone))
                return
            if kept and kept.asker != user and not is_admin(house.settings, client, user):
                tell(notice(house.notices.not_yours))
                return
            if kept and kept.reply_ts is not None:
                gone = _delete_reply(house, client, kept)
                if not gone:
                    tell(notice(load_draft_wording().not_deleted))
            house.office.store.remove(team, key)
            if ephemeral:
                respond(delete_original=True)


def _delete_reply(house: House, client: WebClient, kept: Assessment) -> bool:
    """Take the reply away, or at least what it says."""
    channel, ts = kept.place.channel, str(kept.reply_ts)
    try:
        client.chat_delete(channel=channel, ts=ts)
    except SlackApiError as error:
        code = error.response.get("error")
        if code == "message_not_found":
            return True
        log.warning("reply not deleted", error=code)
        try:
            change(client, channel, ts, notice(house.notices.deleted))
        except SlackApiError:
            return False
    return True
