"""The bot's own places: its Home, and the pane in which people write to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import App, BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.logs import get_logger
from bot.slack.blocks.shown import gone_view, shown_view
from bot.slack.home import publish
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.listeners.rebuild import rebuild
from bot.slack.manifest import load_manifest
from bot.slack.request import Request, heard
from knowledge.wording import load_home_wording

log = get_logger(__name__)


def register(app: App, house: House) -> None:
    @app.event("app_home_opened")
    def opened(event: Mapping[str, Any], context: BoltContext, client: WebClient) -> None:
        if event.get("tab") == "messages":
            suggest(client, str(event.get("channel") or ""))
        elif context.user_id:
            publish(house, client, context.team_id or "", context.user_id)

    app.action(Action.HOME_OPEN.value)(heard(house, "home open", show))
    app.action(Action.REBUILD.value)(heard(house, "rebuild", rebuild_now))


def show(request: Request) -> None:
    """An assessment of the person's own, in full."""
    kept = request.found
    own = kept is not None and kept.asker == request.user
    request.open(shown_view(kept, request.house.words) if kept and own else gone_view())


def rebuild_now(request: Request) -> None:
    if not rebuild(request):
        publish(request.house, request.client, request.team, request.user)


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
