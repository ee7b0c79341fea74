"""The forms: assessment, What if, sources, reason of a vote, settings of a channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.slack.blocks.channel import MOST_WORDS, PERSON, WORDS
from bot.slack.ids import COMMAND, Action
from tools.screens.scenes.asking import CACHE, HOLD
from tools.screens.screen import Screen
from tools.screens.stage import Stage
from tools.screens.surfaces import conversation, modal


def play(on: Stage) -> Iterator[Screen]:
    yield from _assessment(on)
    _, reply = on.answered(CACHE)
    view = on.opened(on.ada, lambda: on.ada.clicks(reply, Action.REFINE))
    yield Screen("form-filled", "*Refine*: the form with what was read.", modal(view, on.shown))
    view = on.opened(on.ada, lambda: on.ada.clicks(reply, Action.WHAT_IF))
    before = view.data
    on.ada.clicks(view, Action.SUPPOSE, "yes", within="team_experience")
    on.until(lambda: on.slack.modal(on.ada).data["hash"] != before.get("hash"))
    on.slack.settle()
    shown = on.slack.modal(on.ada)
    assert shown is not None
    seen = modal(shown, on.shown)
    yield Screen("what-if", "*What if…*: a changed answer and the verdict that would follow.", seen)
    view = on.opened(on.ada, lambda: on.ada.clicks(reply, Action.SOURCES))
    seen = modal(view, on.shown)
    yield Screen("sources", "*Sources*: every quote in its context.", seen, wide=True)
    view = on.opened(on.ada, lambda: on.ada.clicks(reply, Action.VOTE, "negative"))
    yield Screen("reason", "A reason for *Not helpful*.", modal(view, on.shown))
    thanks = on.whispered(
        on.ada, lambda: on.ada.submits(view, {"reason": "p99 is what matters here, not the mean."})
    )
    yield Screen("thanks", "Thanks for a reason are private.", conversation([thanks], on.shown))
    yield from _settings(on)


def _assessment(on: Stage) -> Iterator[Screen]:
    view = on.opened(on.ada, lambda: on.ada.slash(COMMAND, "", on.channel))
    yield Screen("form", f"`{COMMAND}` alone opens the form.", modal(view, on.shown))
    on.ada.submits(view)
    errors = replace(on.shown, errors=on.slack.form_errors(on.ada))
    yield Screen("form-errors", "Sent empty, it says what is missing.", modal(view, errors))


def _settings(on: Stage) -> Iterator[Screen]:
    view = on.opened(on.grace, lambda: on.grace.slash(COMMAND, "channel", on.channel))
    seen = modal(view, on.shown)
    yield Screen("channel", f"`{COMMAND} channel`: how the bot behaves in a channel.", seen)
    on.grace.submits(view, {WORDS: "x" * (MOST_WORDS - 4) + "&&&&"})
    errors = replace(on.shown, errors=on.slack.form_errors(on.grace))
    assert errors.errors
    saved = on.whispered(
        on.grace,
        lambda: on.grace.submits(view, {PERSON: on.grace.id, WORDS: "office hours on Tuesday"}),
    )
    yield Screen(
        "channel-saved", "What was kept is told in words.", conversation([saved], on.shown)
    )
    _, reply = on.answered(HOLD)
    yield Screen(
        "contact",
        "From then on, each reply in the channel names whom to ask for human help.",
        conversation([reply], on.shown),
    )
