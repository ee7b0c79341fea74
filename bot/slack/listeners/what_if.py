"""What if one thing were otherwise: the ring that would follow, kept only where it is applied."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from slack_bolt import App

from bot.slack.blocks.criteria import answered, filled, shown, withdrawn
from bot.slack.blocks.what_if import what_if
from bot.slack.drafts import refresh
from bot.slack.house import House
from bot.slack.ids import Action, View
from bot.slack.request import Request, heard
from knowledge.content import load_phrases


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


def register(app: App, house: House) -> None:
    latest = Latest()

    def supposed(request: Request) -> None:
        view, at = str(request.view["id"]), str(request.action["action_ts"])
        latest.note(view, at)
        kept = request.kept
        before, now = shown(request.view), filled(request.view)
        facts, gone = answered(before, now), withdrawn(before, now)
        verdict = house.office.suppose(kept, facts, gone) if facts or gone else None
        checklist = house.office.service.checklist
        fresh = what_if(kept, checklist, load_phrases(), request.way, verdict)
        if latest.is_latest(view, at):
            request.update(fresh, anyhow=True)

    app.action(Action.WHAT_IF.value)(heard(house, "what if", opened))
    app.action(Action.SUPPOSE.value)(heard(house, "suppose", supposed))
    app.view(View.WHAT_IF.value)(heard(house, "what if applied", applied))


def opened(request: Request) -> None:
    checklist = request.house.office.service.checklist
    request.open(what_if(request.kept, checklist, load_phrases(), request.way))


def applied(request: Request) -> None:
    kept = request.kept
    before, now = shown(request.view), filled(request.view)
    facts, gone = answered(before, now), withdrawn(before, now)
    if facts or gone:
        found = request.house.office.settle(kept, facts, gone)
        refresh(request.house, request.client, request.way, request.user, found)
