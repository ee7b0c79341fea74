"""What only the asker sees, until they share it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.slack.ids import COMMAND, Action, Shortcut
from tools.screens.screen import Screen
from tools.screens.stage import Stage
from tools.screens.surfaces import conversation

QUESTION = (
    "Our Python job reads 4 TB of logs a night; profiling shows regex matching takes 80 % of the"
    " CPU. Should we write the matcher in Rust?"
)
OTHERS = (
    "I keep thinking that we should move the billing service from Rails to Rust. It is not slow,"
    " but the crashes on bad invoices cost us a customer last month."
)


def play(on: Stage) -> Iterator[Screen]:
    draft = on.whispered(on.ada, lambda: on.ada.slash(COMMAND, QUESTION, on.channel))
    seen = conversation([draft], on.shown)
    yield Screen("draft", f"`{COMMAND}` with a question: a draft that only the asker sees.", seen)
    before = len(on.slack.messages(on.channel, by_bot=True))
    on.ada.clicks(draft, Action.SHARE)
    on.until(lambda: len(on.slack.messages(on.channel, by_bot=True)) > before)
    on.slack.settle()
    public = on.slack.messages(on.channel, by_bot=True)[-1]
    yield Screen("shared", "The draft, shared with the channel.", conversation([public], on.shown))
    written = on.grace.writes(on.channel, OTHERS)
    on.slack.settle()
    other = on.whispered(
        on.ada, lambda: on.ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, written)
    )
    yield Screen(
        "message-shortcut",
        "The shortcut on someone's message: assessed for whoever asks, and for nobody else.",
        conversation([written, other], on.shown),
    )
