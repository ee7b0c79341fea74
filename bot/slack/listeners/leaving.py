"""A workspace that removes the app leaves nothing of its own behind.

That is noted before Slack is told that it was heard, and done after; see `bot.slack.leaving`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse

from bot.slack.house import House
from bot.slack.leaving import finish
from bot.store.records import Departure


def register(app: App, house: House) -> None:
    def leaves(context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
        org = house.workspaces is not None and bool(context.is_enterprise_install)
        team = None if org else context.team_id
        if team or context.enterprise_id:
            house.office.store.leaves(
                Departure(enterprise=context.enterprise_id, team=team, told_at=house.office.clock())
            )
        return next()

    def revoked(
        event: Mapping[str, Any], context: BoltContext, next: Callable[[], BoltResponse]
    ) -> BoltResponse:
        """Without its bot token the bot is out; tokens of people are none of its own.

        https://docs.slack.dev/reference/events/tokens_revoked
        """
        tokens = event.get("tokens")
        if isinstance(tokens, Mapping) and tokens.get("bot"):
            return leaves(context, next)
        return next()

    def lost(
        event: Mapping[str, Any], context: BoltContext, next: Callable[[], BoltResponse]
    ) -> BoltResponse:
        """An organisation took the app away from some of its workspaces.

        https://docs.slack.dev/reference/events/team_access_revoked
        """
        teams = event.get("team_ids")
        if house.workspaces is not None and context.enterprise_id and isinstance(teams, list):
            named = [team for team in teams if isinstance(team, str)]
            house.workspaces.lose(context.enterprise_id, named, house.office.clock())
        return next()

    def heard() -> None:
        finish(house, app.client)

    app.event("app_uninstalled", middleware=[leaves])(heard)
    app.event("tokens_revoked", middleware=[revoked])(heard)
    app.event("team_access_revoked", middleware=[lost])(heard)
