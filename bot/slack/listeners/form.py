"""The assessment form: opened by shortcut or Refine, and what is sent with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.advisor.question import QuestionError, ask
from bot.slack.blocks.criteria import answered, filled, shown, withdrawn
from bot.slack.blocks.form import WORDS, empty_form, form_of, words_filled, words_shown
from bot.slack.blocks.message import Message
from bot.slack.drafts import hand_over, refresh
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Action, Shortcut, View
from bot.slack.posting import post_directly
from bot.slack.reaching import say
from bot.slack.way import Way
from bot.store.records import Place
from knowledge.wording import load_form_wording

Body = Mapping[str, Any]


def register(app: App, house: House) -> None:
    @app.shortcut({"type": "shortcut", "callback_id": Shortcut.OPEN_FORM.value})
    def shortcut(ack: Ack, body: Body, client: WebClient) -> None:
        ack()

        def tell(message: Message) -> None:
            post_directly(client, body["user"]["id"], message)

        with truthfully(house.notices, tell, "form"):
            view = empty_form(house.office.service.checklist, Way())
            client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.action(Action.REFINE.value)
    def refine(
        ack: Ack, body: Body, context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        ack()
        user, key = body["user"]["id"], json.loads(body["actions"][0]["value"])["id"]
        way = Way(body["channel"]["id"], respond.response_url or "", key)

        def tell(message: Message) -> None:
            say(client, way, user, message)

        with truthfully(house.notices, tell, "refine"):
            kept = house.office.store.assessment(context.team_id or "", key)
            if kept is None:
                tell(notice(house.notices.gone))
                return
            checklist = house.office.service.checklist
            view = form_of(kept, checklist, way, own=user == kept.asker)
            client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view(View.FORM.value)
    def sent(ack: Ack, body: Body, context: BoltContext, client: WebClient) -> None:
        view, user = body["view"], body["user"]["id"]
        if fault := what_is_wrong(view):
            ack(response_action="errors", errors={WORDS: fault})
            return
        ack()
        way = Way.of(view)

        def tell(message: Message) -> None:
            say(client, way, user, message)

        with truthfully(house.notices, tell, "form sent"):
            if way.assessment:
                _change(house, client, context, way, user, view)
            else:
                _assess(house, client, context, way, user, view)


def what_is_wrong(view: Mapping[str, Any]) -> str:
    """Why a form cannot be answered; empty where it can. Someone else's words are not checked."""
    words = words_filled(view)
    if words is None:
        return ""
    try:
        if words:
            ask(words)
    except QuestionError as error:
        return str(error)
    nothing = not words and set(filled(view).values()) <= {"unknown"}
    return load_form_wording().nothing_said if nothing else ""


def _assess(
    house: House, client: WebClient, context: BoltContext, way: Way, user: str, view: Body
) -> None:
    place = Place(team=context.team_id or "", channel=way.channel or user, thread_ts="")
    facts, words = answered({}, filled(view)), words_filled(view) or ""
    found = house.office.consult_with(place, user, words, facts, private=True)
    hand_over(house, client, way, found)


def _change(
    house: House, client: WebClient, context: BoltContext, way: Way, user: str, view: Body
) -> None:
    kept = house.office.store.assessment(context.team_id or "", way.assessment)
    if kept is None:
        say(client, way, user, notice(house.notices.gone))
        return
    before, now, words = shown(view), filled(view), words_filled(view)
    text = None if words in (None, words_shown(view)) else words
    found = house.office.settle(kept, answered(before, now), withdrawn(before, now), text)
    refresh(house, client, way, user, found)
