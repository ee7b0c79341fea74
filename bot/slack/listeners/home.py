"""The bot's own places: its Home, and the pane in which people write to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.slack.blocks.message import Message
from bot.slack.blocks.shown import gone_view, shown_view
from bot.slack.errors import truthfully
from bot.slack.home import publish
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.listeners.rebuild import rebuild
from bot.slack.manifest import load_manifest
from bot.slack.posting import post_directly
from knowledge.wording import load_home_wording

log = structlog.get_logger(__name__)

Body = Mapping[str, Any]


def register(app: App, house: House) -> None:
    @app.event("app_home_opened")
    def opened(event: Body, context: BoltContext, client: WebClient) -> None:
        if event.get("tab") == "messages":
            suggest(client, event["channel"])
        else:
            publish(house, client, context.team_id or "", event["user"])

    @app.action(Action.HOME_OPEN.value)
    def show(ack: Ack, body: Body, context: BoltContext, client: WebClient) -> None:
        ack()
        user, key = body["user"]["id"], json.loads(body["actions"][0]["value"])["id"]

        def tell(message: Message) -> None:
            post_directly(client, user, message)

        with truthfully(house.notices, tell, "home open"):
            kept = house.office.store.assessment(context.team_id or "", key)
            own = kept is not None and kept.asker == user
            view = shown_view(kept) if kept is not None and own else gone_view()
            client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.action(Action.REBUILD.value)
    def rebuild_now(ack: Ack, body: Body, context: BoltContext, client: WebClient) -> None:
        ack()
        user, team = body["user"]["id"], context.team_id or ""

        def tell(message: Message) -> None:
            post_directly(client, user, message)

        if not rebuild(house, client, team=team, user=user, tell=tell):
            publish(house, client, team, user)


def suggest(client: WebClient, channel: str) -> None:
    """The manifest's prompts, above an empty conversation. Without them nothing is lost.

    https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
    """
    prompts = load_manifest().features.agent_view.suggested_prompts
    try:
        client.assistant_threads_setSuggestedPrompts(
            channel_id=channel,
            title=load_home_wording().prompts_title,
            prompts=[{"title": one.title, "message": one.message} for one in prompts],
        )
    except (SlackClientError, OSError) as error:
        log.debug("no prompts here", error=type(error).__name__)
