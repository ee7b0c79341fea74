"""The shortcut on a message: assesses what someone else wrote, for the person who asks."""

from __future__ import annotations

from slack_bolt import App

from bot.slack.drafts import hand_over
from bot.slack.errors import Declined
from bot.slack.house import House
from bot.slack.ids import Shortcut
from bot.slack.incoming import words_of
from bot.slack.request import Request, heard, mapping
from knowledge.wording import load_draft_wording


def register(app: App, house: House) -> None:
    app.message_shortcut(Shortcut.ASSESS_MESSAGE.value)(heard(house, "message shortcut", assess))


def assess(request: Request) -> None:
    message = mapping(request.body.get("message"))
    text = words_of(str(message.get("text") or ""), request.bot)
    if not text:
        raise Declined(load_draft_wording().no_words)
    thread_ts = str(message.get("thread_ts") or request.body.get("message_ts") or "")
    found = request.house.office.consult(
        request.place.model_copy(update={"thread_ts": thread_ts}),
        request.user,
        text,
        private=True,
        alone=True,
        author=str(message.get("user") or ""),
    )
    hand_over(request.house, request.client, request.way, found)
