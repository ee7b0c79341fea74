"""One click supplies a missing fact: the verdict is worked out anew, in place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.slack.blocks.reply import Message, reply
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.posting import answer_privately, change
from bot.store.records import Assessment
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
            show(house, client, respond, found.assessment, found.change)

    for action in (Action.FACT_YES, Action.FACT_NO):
        app.action(action.value)(settle)


def show(
    house: House, client: WebClient, respond: Respond | None, kept: Assessment, said: str
) -> None:
    """Put the assessment, as it is now, in place of the reply that shows it."""
    contact = house.office.store.channel(kept.place.team, kept.place.channel).contact
    message = reply(kept, house.words, said, contact)
    if kept.reply_ts is not None:
        change(client, kept.place.channel, kept.reply_ts, message)
    elif respond is not None:
        answer_privately(respond, message, replace=True)
