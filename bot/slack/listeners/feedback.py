"""Votes on an answer; a bad one may say why. Thanks are private."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.slack.blocks.feedback import REASON, reason_form
from bot.slack.blocks.reply import Message
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Action, View
from bot.slack.posting import answer_privately, whisper
from bot.store.records import Vote

Body = Mapping[str, Any]


def register(app: App, house: House) -> None:
    def vote(
        ack: Ack, body: Body, context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        ack()
        way, _, key = body["actions"][0]["value"].partition(":")

        def tell(message: Message) -> None:
            answer_privately(respond, message, replace=False)

        with truthfully(house.notices, tell, "vote"):
            kept = house.office.store.assessment(context.team_id or "", key)
            if kept is None:
                tell(notice(house.notices.gone))
                return
            helpful = way == Action.VOTE_UP
            if not helpful:
                channel = body.get("channel", {}).get("id", "")
                view = reason_form(kept.id, channel)
                client.views_open(trigger_id=body["trigger_id"], view=view)
            house.office.store.vote(_vote(house, context, body, kept.id, helpful))
            if helpful:
                tell(notice(house.notices.thanks))

    for action in (Action.VOTE, Action.VOTE_UP, Action.VOTE_DOWN):
        app.action(action.value)(vote)

    @app.view(View.VOTE_REASON.value)
    def reason(ack: Ack, body: Body, context: BoltContext, client: WebClient) -> None:
        ack()
        view = body["view"]
        about = json.loads(view["private_metadata"])
        said = view["state"]["values"][REASON][REASON].get("value") or ""

        def tell(message: Message) -> None:
            try:
                whisper(client, about["channel"], body["user"]["id"], message)
            except SlackClientError:
                return  # a direct message has no room for whispers; the form closing says enough

        with truthfully(house.notices, tell, "vote reason"):
            if house.office.store.assessment(context.team_id or "", about["id"]) is not None:
                house.office.store.vote(_vote(house, context, body, about["id"], False, said))
                tell(notice(house.notices.thanks))


def _vote(
    house: House, context: BoltContext, body: Body, key: str, helpful: bool, reason: str = ""
) -> Vote:
    return Vote(
        assessment=key,
        team=context.team_id or "",
        voter=body["user"]["id"],
        helpful=helpful,
        reason=reason,
        voted_at=house.office.clock(),
    )
