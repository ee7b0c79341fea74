"""Sources: every quote of an answer in its context, in a modal that opens at once."""

from __future__ import annotations

from slack_bolt import App
from slack_sdk.models.views import View as Modal

from bot.advisor.context import in_context
from bot.slack.blocks.sources import sources_modal, sources_note
from bot.slack.errors import notice
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.request import Request, heard
from knowledge.content import load_phrases
from knowledge.wording import load_sources_wording


def register(app: App, house: House) -> None:
    app.action(Action.SOURCES.value)(heard(house, "sources", opened))
    for action in (Action.SOURCES_BACK, Action.SOURCES_NEXT):
        app.action(action.value)(heard(house, "sources", turned))


def opened(request: Request) -> None:
    request.open(_page(request))


def turned(request: Request) -> None:
    """In the modal itself, also where the answer is gone."""
    request.update(_page(request) if request.found else _gone(request))


def _gone(request: Request) -> Modal:
    return sources_note(notice(request.house.notices.gone).blocks, load_sources_wording())


def _page(request: Request) -> Modal:
    """The page that a button asks for."""
    kept = request.kept
    quotes = in_context(kept.answer, request.house.office.service.stores_of(request.team))
    number = request.value.get("page", "")
    page = int(number) if number.isdecimal() and len(number) < 4 else 0
    return sources_modal(kept.id, quotes, load_phrases(), load_sources_wording(), page)
