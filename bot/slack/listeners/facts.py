"""One click supplies a missing fact: the verdict is worked out anew, in place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.slack.blocks.message import Message
from bot.slack.drafts import refresh
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.posting import answer_privately
from bot.slack.way import Way
from knowledge.model import Criterion, State

Body = Mapping[str, Any]


def register(app: App, house: House) -> None:
    def settle(
        ack: Ack, body: Body, context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        ack()
        clicked = body["actions"][0]
        value = json.loads(clicked["value"])
        state: State = "yes" if clicked["action_id"] == Action.FACT_YES else "no"

        def tell(message: Message) -> None:
            answer_privately(respond, message, replace=False)

        with truthfully(house.notices, tell, "fact"):
            kept = house.office.store.assessment(context.team_id or "", value["id"])
            if kept is None:
                tell(notice(house.notices.gone))
                return
            found = house.office.settle(kept, {Criterion(value["criterion"]): state})
            way = Way(body["channel"]["id"], respond.response_url or "")
            refresh(house, client, way, body["user"]["id"], found)

    for action in (Action.FACT_YES, Action.FACT_NO):
        app.action(action.value)(settle)
