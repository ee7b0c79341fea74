"""One click supplies a missing fact: the verdict is worked out anew, in place."""

from __future__ import annotations

from slack_bolt import App

from bot.slack.drafts import refresh
from bot.slack.house import House
from bot.slack.ids import FACTS
from bot.slack.request import Request, heard
from knowledge.model import Criterion, State

_YES = {yes.value for yes, _ in FACTS}


def register(app: App, house: House) -> None:
    for action in (action for pair in FACTS for action in pair):
        app.action(action.value)(heard(house, "fact", settle))


def settle(request: Request) -> None:
    state: State = "yes" if request.action.get("action_id") in _YES else "no"
    fact = {Criterion(request.value.get("criterion", "")): state}
    found = request.house.office.settle(request.kept, fact)
    refresh(request.house, request.client, request.way, request.user, found)
