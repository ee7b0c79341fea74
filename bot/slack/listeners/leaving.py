"""A workspace that removes the app leaves nothing of its own behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slack_bolt import App, BoltContext
from sqlalchemy.exc import SQLAlchemyError

from bot.logs import get_logger
from bot.slack.house import House
from bot.store.installations import Workspace
from index.snapshot import SnapshotError
from index.store import BuildInProgress

log = get_logger(__name__)


def register(app: App, house: House) -> None:
    def forget(teams: Iterable[str]) -> None:
        for team in teams:
            house.office.store.forget_team(team)
            house.posts.forget(f"{team}/")
            _remove_index(house, team)
            log.info("a workspace left, all of it is deleted", team=team)

    def leave(context: BoltContext) -> None:
        if house.workspaces is not None:
            org = bool(context.is_enterprise_install)
            left = Workspace.of(context.enterprise_id, context.team_id, org=org)
            forget(house.workspaces.leave(left))
        elif context.team_id:
            forget([context.team_id])

    @app.event("app_uninstalled")
    def uninstalled(context: BoltContext) -> None:
        leave(context)

    @app.event("tokens_revoked")
    def revoked(event: Mapping[str, Any], context: BoltContext) -> None:
        """Without its bot token the bot is out; tokens of people are none of its own.

        https://docs.slack.dev/reference/events/tokens_revoked
        """
        if event["tokens"].get("bot"):
            leave(context)

    @app.event("team_access_revoked")
    def lost(event: Mapping[str, Any], context: BoltContext) -> None:
        """An organisation took the app away from some of its workspaces.

        https://docs.slack.dev/reference/events/team_access_revoked
        """
        if house.workspaces is not None and context.enterprise_id:
            forget(house.workspaces.lose(context.enterprise_id, event["team_ids"]))


def _remove_index(house: House, team: str) -> None:
    """The workspace's own index. Its documents belong to whoever runs the bot."""
    try:
        house.office.service.teams.remove(team)
    except (BuildInProgress, SnapshotError, SQLAlchemyError, OSError) as error:
        log.error(
            "its own index is not removed; run `rust-or-not index remove --team`",
            team=team,
            why=type(error).__name__,
        )
