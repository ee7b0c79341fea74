"""The assessment form: opened by shortcut, Home or Refine, and what is sent with it."""

from __future__ import annotations

from slack_bolt import Ack, App

from bot.advisor.question import QuestionError, ask
from bot.slack.blocks.criteria import answered, filled, shown, withdrawn
from bot.slack.blocks.form import WORDS, empty_form, form_of, words_filled, words_shown
from bot.slack.drafts import hand_over, refresh
from bot.slack.house import House
from bot.slack.ids import Action, Shortcut, View
from bot.slack.request import Json, Request, heard, sent
from knowledge.wording import load_form_wording


def register(app: App, house: House) -> None:
    app.global_shortcut(Shortcut.OPEN_FORM.value)(heard(house, "form", open_form))
    app.action(Action.FORM.value)(heard(house, "form", open_form))
    app.action(Action.REFINE.value)(heard(house, "refine", refine))
    app.view(View.FORM.value)(sent(house, "form sent", take))


def open_form(request: Request) -> None:
    """An empty one, for a new piece of work."""
    request.open(empty_form(request.house.office.service.checklist, request.way))


def refine(request: Request) -> None:
    kept, checklist = request.kept, request.house.office.service.checklist
    request.open(form_of(kept, checklist, request.way, own=request.user == kept.asker))


def take(request: Request, ack: Ack) -> None:
    if fault := what_is_wrong(request.view):
        ack(response_action="errors", errors={WORDS: fault})
        return
    ack()
    if request.way.assessment:
        _change(request)
    else:
        _assess(request)


def what_is_wrong(view: Json) -> str:
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


def _assess(request: Request) -> None:
    facts, words = answered({}, filled(request.view)), words_filled(request.view) or ""
    office = request.house.office
    found = office.consult_with(request.place, request.user, words, facts, private=True)
    hand_over(request.house, request.client, request.way, found)


def _change(request: Request) -> None:
    view = request.view
    before, now, words = shown(view), filled(view), words_filled(view)
    text = None if words in (None, words_shown(view)) else words
    facts, gone = answered(before, now), withdrawn(before, now)
    found = request.house.office.settle(request.kept, facts, gone, text)
    refresh(request.house, request.client, request.way, request.user, found)
