"""Sources: every quote of an answer in its context, in a modal that opens at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View as Modal

from bot.advisor.context import in_context
from bot.slack.blocks.message import Message
from bot.slack.blocks.sources import sources_modal, sources_note
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.posting import answer_privately
from knowledge.content import load_phrases
from knowledge.wording import load_sources_wording

Body = Mapping[str, Any]

_TOO_LATE = {"expired_trigger_id", "trigger_expired", "exchanged_trigger_id"}


def register(app: App, house: House) -> None:
    wording = load_sources_wording()

    @app.action(Action.SOURCES.value)
    def opened(
        ack: Ack, body: Body, context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        ack()

        def tell(message: Message) -> None:
            if body.get("response_url"):
                answer_privately(respond, message, replace=False)
            else:  # from the Home or a modal, where there is no message to answer to
                view = sources_note(message.blocks, wording)
                client.views_open(trigger_id=body["trigger_id"], view=view)

        with truthfully(house.notices, tell, "sources"):
            view = _page(house, context, body)
            if view is None:
                tell(notice(house.notices.gone))
                return
            try:
                client.views_open(trigger_id=body["trigger_id"], view=view)
            except SlackApiError as error:
                if error.response.get("error") not in _TOO_LATE:
                    raise
                tell(notice(wording.too_late))

    def turned(ack: Ack, body: Body, context: BoltContext, client: WebClient) -> None:
        ack()
        shown = body["view"]

        def put(view: Modal) -> None:
            client.views_update(view_id=shown["id"], hash=shown["hash"], view=view)

        def tell(message: Message) -> None:
            put(sources_note(message.blocks, wording))

        with truthfully(house.notices, tell, "sources"):
            view = _page(house, context, body)
            put(view or sources_note(notice(house.notices.gone).blocks, wording))

    for action in (Action.SOURCES_BACK, Action.SOURCES_NEXT):
        app.action(action.value)(turned)


def _page(house: House, context: BoltContext, body: Body) -> Modal | None:
    """The page that a button asks for; None where the assessment is no longer kept."""
    value = json.loads(body["actions"][0]["value"])
    kept = house.office.store.assessment(context.team_id or "", value["id"])
    if kept is None:
        return None
    quotes = in_context(kept.answer, house.office.service.store)
    page = int(value.get("page", 0))
    return sources_modal(kept.id, quotes, load_phrases(), load_sources_wording(), page)
