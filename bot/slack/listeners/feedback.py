"""Votes on an answer; a bad one may say why. Thanks are private."""

from __future__ import annotations

from dataclasses import replace

from slack_bolt import App

from bot.metrics import VOTES
from bot.slack.blocks.criteria import typed
from bot.slack.blocks.feedback import REASON, reason_form
from bot.slack.errors import notice
from bot.slack.house import House
from bot.slack.ids import Action, View
from bot.slack.request import Request, heard
from bot.store.records import Vote


def register(app: App, house: House) -> None:
    for action in (Action.VOTE, Action.VOTE_UP, Action.VOTE_DOWN):
        app.action(action.value)(heard(house, "vote", vote))
    app.view(View.VOTE_REASON.value)(heard(house, "vote reason", reason))


def vote(request: Request) -> None:
    """The two buttons of one element share its `action_id`: the value tells them apart."""
    said, _, key = str(request.action.get("value") or "").partition(":")
    request = replace(request, way=request.way.to(key))
    kept, helpful = request.kept, said == Action.VOTE_UP
    if not helpful:
        request.open(reason_form(request.way))
    _keep(request, kept.id, helpful)
    VOTES.labels("yes" if helpful else "no").inc()
    if helpful:
        request.tell(notice(request.house.notices.thanks))


def reason(request: Request) -> None:
    _keep(request, request.kept.id, False, typed(request.view, REASON, REASON))
    request.tell(notice(request.house.notices.thanks))


def _keep(request: Request, key: str, helpful: bool, reason: str = "") -> None:
    office = request.house.office
    vote = Vote(
        assessment=key,
        team=request.team,
        voter=request.user,
        helpful=helpful,
        reason=reason,
        voted_at=office.clock(),
    )
    office.store.vote(vote)
