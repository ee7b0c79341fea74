"""What people are told instead of an answer."""

from __future__ import annotations

from collections.abc import Iterator

from bot.slack.ids import Action
from tests.slack.stand_in import refusal
from tools.screens.scenes.asking import VAGUE
from tools.screens.screen import Screen
from tools.screens.stage import Stage
from tools.screens.surfaces import conversation, thread


def play(on: Stage) -> Iterator[Screen]:
    seen = thread(on.answered(""), on.shown)
    yield Screen("empty", "A mention without a question.", seen)
    shared = on.slack.add_channel("with-partners", on.ada, is_ext_shared=True)
    asked = on.ada.mentions_bot(shared, VAGUE)
    seen = thread([asked, on.replied(asked)], on.shown)
    yield Screen("external", "In a channel that is shared with another organisation.", seen)
    works, on.house.office.work_out = on.house.office.work_out, _fails  # type: ignore[method-assign]
    try:
        asked, told = on.answered(VAGUE)
    finally:
        on.house.office.work_out = works  # type: ignore[method-assign]
    assert "reference" in told.text
    seen = thread([asked, told], on.shown)
    yield Screen("failed", "A fault of the bot's own: a reference for the log.", seen)
    _, reply = on.answered(VAGUE)
    on.slack.faults.add("views.open", refusal("expired_trigger_id"))
    late = on.whispered(on.ada, lambda: on.ada.clicks(reply, Action.REFINE))
    seen = conversation([late], on.shown)
    yield Screen("too-late", "A form that Slack gave too little time to open.", seen)
    other = on.whispered(on.bob, lambda: on.bob.clicks(reply, Action.DELETE))
    yield Screen("others", "Something that only the asker can do.", conversation([other], on.shown))


def _fails(*_: object, **__: object) -> None:
    raise RuntimeError
