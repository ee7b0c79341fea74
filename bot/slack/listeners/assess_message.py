"""The shortcut on a message: assesses what someone else wrote, for the person who asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.slack.blocks.message import Message
from bot.slack.drafts import hand_over
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.ids import Shortcut
from bot.slack.incoming import words_of
from bot.slack.reaching import say
from bot.slack.way import Way
from bot.store.records import Place
from knowledge.wording import load_draft_wording


def register(app: App, house: House) -> None:
    @app.shortcut({"type": "message_action", "callback_id": Shortcut.ASSESS_MESSAGE.value})
    def assess(
        ack: Ack,
        body: Mapping[str, Any],
        context: BoltContext,
        client: WebClient,
        respond: Respond,
    ) -> None:
        ack()
        message, user, channel = body["message"], body["user"]["id"], body["channel"]["id"]
        way = Way(channel, respond.response_url or "")

        def tell(said: Message) -> None:
            say(client, way, user, said)

        with truthfully(house.notices, tell, "message shortcut"):
            text = words_of(message.get("text") or "", context.bot_user_id)
            if not text:
                tell(notice(load_draft_wording().no_words))
                return
            thread_ts = message.get("thread_ts") or body["message_ts"]
            place = Place(team=context.team_id or "", channel=channel, thread_ts=thread_ts)
            author = message.get("user") or ""
            found = house.office.consult(place, user, text, private=True, alone=True, author=author)
            hand_over(house, client, way, found)
