"""The slash command: a question is answered privately, a word does what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.evaluation.measured import load_measured
from bot.slack.blocks.command import help_message, status_message
from bot.slack.blocks.form import empty_form
from bot.slack.commands import Word, parse
from bot.slack.drafts import hand_over
from bot.slack.errors import truthfully
from bot.slack.house import House
from bot.slack.ids import COMMAND
from bot.slack.incoming import words_of
from bot.slack.listeners import channel, history, own_data
from bot.slack.listeners.rebuild import rebuild
from bot.slack.request import Request


def register(app: App, house: House) -> None:
    @app.command(COMMAND)
    def commanded(
        ack: Ack,
        body: Mapping[str, Any],
        context: BoltContext,
        client: WebClient,
        respond: Respond,
    ) -> None:
        ack()
        asked = parse(body.get("text") or "")
        request = Request(
            house=house,
            client=client,
            respond=respond,
            team=context.team_id or "",
            channel=body["channel_id"],
            user=body["user_id"],
            trigger=body["trigger_id"],
            rest=asked.rest,
        )
        with truthfully(house.notices, request.tell, f"command {asked.word.name.lower()}"):
            WORDS[asked.word](request)


def answer(request: Request) -> None:
    """A private draft."""
    text = words_of(request.rest)
    found = request.house.office.consult(
        request.place, request.user, text, private=True, alone=True
    )
    hand_over(request.house, request.client, request.way, found)


def open_form(request: Request) -> None:
    view = empty_form(request.house.office.service.checklist, request.way)
    request.client.views_open(trigger_id=request.trigger, view=view)


def tell_how(request: Request) -> None:
    request.tell(help_message())


def tell_status(request: Request) -> None:
    office = request.house.office
    manifest = office.advisor.desk.snapshot.manifest
    kept = office.store.count(request.team)
    settings = request.house.settings
    measured = load_measured(settings.data)
    request.tell(status_message(manifest, kept, settings.keep_days, measured))


def rebuild_now(request: Request) -> None:
    rebuild(
        request.house,
        request.client,
        team=request.team,
        user=request.user,
        tell=request.tell,
        channel=request.channel,
    )


WORDS: Mapping[Word, Callable[[Request], None]] = {
    Word.FORM: open_form,
    Word.QUESTION: answer,
    Word.HELP: tell_how,
    Word.HISTORY: history.tell,
    Word.STATUS: tell_status,
    Word.EXPORT: own_data.export,
    Word.FORGET: own_data.ask_to_forget,
    Word.REINDEX: rebuild_now,
    Word.CHANNEL: channel.open_settings,
}
"""What each word does."""
