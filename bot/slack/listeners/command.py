"""The slash command: a question is answered privately, a word does what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.evaluation.measured import load_measured
from bot.slack.blocks.command import help_message, status_message
from bot.slack.commands import Word, parse
from bot.slack.drafts import hand_over
from bot.slack.errors import truthfully
from bot.slack.house import House
from bot.slack.ids import COMMAND
from bot.slack.incoming import words_of
from bot.slack.listeners import channel, form, history, own_data
from bot.slack.listeners.rebuild import rebuild
from bot.slack.request import Request


def register(app: App, house: House) -> None:
    @app.command(COMMAND)
    def commanded(
        ack: Ack,
        body: Mapping[str, Any],
        context: BoltContext,
        client: WebClient,
    ) -> None:
        ack()
        asked = parse(str(body.get("text") or ""))
        request = replace(Request.of(house, client, body, context), rest=asked.rest)
        with truthfully(house.notices, request.tell, f"command {asked.word.name.lower()}"):
            WORDS[asked.word](request)


def answer(request: Request) -> None:
    """A private draft."""
    text = words_of(request.rest)
    found = request.house.office.consult(
        request.place, request.user, text, private=True, alone=True
    )
    hand_over(request.house, request.client, request.way, found)


def tell_how(request: Request) -> None:
    request.tell(help_message())


def tell_status(request: Request) -> None:
    office = request.house.office
    manifest = office.advisor(request.team).desk.snapshot.manifest
    kept = office.store.count(request.team)
    settings = request.house.settings
    measured = load_measured(settings.data)
    own = office.service.teams.answering(request.team) is not None
    request.tell(status_message(manifest, kept, settings.keep_days, measured, own=own))


WORDS: Mapping[Word, Callable[[Request], object]] = {
    Word.FORM: form.open_form,
    Word.QUESTION: answer,
    Word.HELP: tell_how,
    Word.HISTORY: history.tell,
    Word.STATUS: tell_status,
    Word.EXPORT: own_data.export,
    Word.FORGET: own_data.ask_to_forget,
    Word.REINDEX: rebuild,
    Word.CHANNEL: channel.open_settings,
}
"""What each word does."""
