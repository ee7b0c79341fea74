"""What if one thing were otherwise: the ring that would follow, kept only where it is applied."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.blocks.criteria import answered, filled, shown, withdrawn
from bot.slack.blocks.message import Message
from bot.slack.blocks.what_if import what_if
from bot.slack.drafts import refresh
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Action, View
from bot.slack.reaching import say
from bot.slack.way import Way
from knowledge.content import load_phrases

Body = Mapping[str, Any]


def register(app: App, house: House) -> None:
    latest = Latest()

    @app.action(Action.WHAT_IF.value)
    def opened(
        ack: Ack, body: Body, context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        ack()
        user, key = body["user"]["id"], json.loads(body["actions"][0]["value"])["id"]
        way = Way(body["channel"]["id"], respond.response_url or "", key)

        def tell(message: Message) -> None:
            say(client, way, user, message)

        with truthfully(house.notices, tell, "what if"):
            kept = house.office.store.assessment(context.team_id or "", key)
            if kept is None:
                tell(notice(house.notices.gone))
                return
            view = what_if(kept, house.office.service.checklist, load_phrases(), way)
            client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.action(Action.SUPPOSE.value)
    def supposed(ack: Ack, body: Body, context: BoltContext, client: WebClient) -> None:
        ack()
        view, user, at = body["view"], body["user"]["id"], body["actions"][0]["action_ts"]
        way = Way.of(view)
        latest.note(view["id"], at)

        def tell(message: Message) -> None:
            say(client, way, user, message)

        with truthfully(house.notices, tell, "suppose"):
            kept = house.office.store.assessment(context.team_id or "", way.assessment)
            if kept is None:
                tell(notice(house.notices.gone))
                return
            before, now = shown(view), filled(view)
            facts, gone = answered(before, now), withdrawn(before, now)
            verdict = house.office.suppose(kept, facts, gone) if facts or gone else None
            fresh = what_if(kept, house.office.service.checklist, load_phrases(), way, verdict)
            if latest.is_latest(view["id"], at):
                _update(client, view["id"], fresh)

    @app.view(View.WHAT_IF.value)
    def applied(ack: Ack, body: Body, context: BoltContext, client: WebClient) -> None:
        ack()
        view, user = body["view"], body["user"]["id"]
        way = Way.of(view)

        def tell(message: Message) -> None:
            say(client, way, user, message)

        with truthfully(house.notices, tell, "what if applied"):
            kept = house.office.store.assessment(context.team_id or "", way.assessment)
            if kept is None:
                tell(notice(house.notices.gone))
                return
            before, now = shown(view), filled(view)
            facts, gone = answered(before, now), withdrawn(before, now)
            if facts or gone:
                found = house.office.settle(kept, facts, gone)
                refresh(house, client, way, user, found)


class Latest:
    """The latest change in each open form: an earlier one, worked out late, must not be shown."""

    def __init__(self, most: int = 1000) -> None:
        self._most, self._lock = most, Lock()
        self._seen: OrderedDict[str, float] = OrderedDict()

    def note(self, view: str, at: str) -> None:
        with self._lock:
            self._seen[view] = max(float(at), self._seen.get(view, 0.0))
            self._seen.move_to_end(view)
            while len(self._seen) > self._most:
                self._seen.popitem(last=False)

    def is_latest(self, view: str, at: str) -> bool:
        with self._lock:
            return self._seen.get(view, 0.0) <= float(at)


def _update(client: WebClient, view: str, fresh: Any) -> None:
    try:
        client.views_update(view_id=view, view=fresh)
    except SlackApiError as error:
        if error.response.get("error") != "not_found":
            raise  # a form that was closed meanwhile needs no update
