"""A workspace that removes the app leaves nothing of its own behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import App, BoltContext

from bot.logs import get_logger
from bot.slack.house import House

log = get_logger(__name__)


def register(app: App, house: House) -> None:
    def forget(context: BoltContext) -> None:
        if context.team_id:
            house.office.store.forget_team(context.team_id)
            log.info("a workspace left, all of it is deleted", team=context.team_id)

    @app.event("app_uninstalled")
    def uninstalled(context: BoltContext) -> None:
        forget(context)

    @app.event("tokens_revoked")
    def revoked(event: Mapping[str, Any], context: BoltContext) -> None:
        """Without its bot token the bot is out; tokens of people are none of its own.

        https://docs.slack.dev/reference/events/tokens_revoked
        """
        if event["tokens"].get("bot"):
            forget(context)
