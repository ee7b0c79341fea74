"""One click supplies a missing fact: the verdict is worked out anew, in place."""

from __future__ import annotations

from slack_bolt import App

from bot.slack.drafts import refresh
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.request import Request, heard
from knowledge.model import Criterion, State


def register(app: App, house: House) -> None:
    for action in (Action.FACT_YES, Action.FACT_NO):
        app.action(action.value)(heard(house, "fact", settle))


def settle(request: Request) -> None:
    state: State = "yes" if request.action.get("action_id") == Action.FACT_YES else "no"
    fact = {Criterion(request.value.get("criterion", "")): state}
    found = request.house.office.settle(request.kept, fact)
    refresh(request.house, request.client, request.way, request.user, found)
