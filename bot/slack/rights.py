"""Who may do what: admins, and whoever may change how the bot behaves in a channel.

What Slack does not tell, for want of a scope, counts as not so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.web import SlackResponse

from bot.logs import get_logger
from bot.settings import Settings
from bot.team_indexes import TeamIndexes

log = get_logger(__name__)


def is_admin(settings: Settings, client: WebClient, team: str, user: str) -> bool:
    """Whether the settings name a person, or their workspace has them as an admin or owner.

    Without the scope `users:read` only the settings count.
    """
    if _named(settings, team, user):
        return True
    found = _told("user", lambda: client.users_info(user=user))
    return _belongs(found, team) and bool(found.get("is_admin") or found.get("is_owner"))


def may_rebuild(settings: Settings, client: WebClient, team: str, user: str) -> bool:
    """Whether a person may rebuild the index. With several workspaces it belongs to none of them,
    so only those may whom the settings name."""
    if settings.several:
        return _named(settings, team, user)
    return is_admin(settings, client, team, user)


def may_rebuild_own(
    settings: Settings, client: WebClient, team: str, user: str, teams: TeamIndexes
) -> bool:
    """Whether a person may rebuild their workspace's own index, which is its admins' to do."""
    return teams.exists(team) and is_admin(settings, client, team, user)


def may_set_channel(
    settings: Settings, client: WebClient, team: str, user: str, channel: str
) -> bool:
    """Whether a person may change the settings of a channel that they can choose or are in.

    Guests may not, and by RUST_OR_NOT_CHANNEL_SETTINGS only its creator and admins may.
    """
    if settings.channel_settings == "members":
        found = _told("user", lambda: client.users_info(user=user))
        return not (found.get("is_restricted") or found.get("is_ultra_restricted"))
    if is_admin(settings, client, team, user):
        return True
    found = _told("channel", lambda: client.conversations_info(channel=channel))
    return bool(user) and found.get("creator") == user


def _told(what: str, call: Callable[[], SlackResponse]) -> Mapping[str, Any]:
    """What Slack says of a person or a channel."""
    try:
        found = call()[what]
    except (SlackClientError, OSError) as error:
        log.info("not told", what=what, error=type(error).__name__)
        return {}
    return found if isinstance(found, Mapping) else {}


def _belongs(person: Mapping[str, Any], team: str) -> bool:
    """Whether a person is of this workspace: in a shared channel there are admins of others.

    https://docs.slack.dev/reference/objects/user-object
    """
    teams = (person.get("enterprise_user") or {}).get("teams") or ()
    return team in (person.get("team_id"), *teams)


def _named(settings: Settings, team: str, user: str) -> bool:
    """A person's id says who it is only together with the workspace's, where there are several."""
    return f"{team}/{user}" in settings.admins or (not settings.several and user in settings.admins)
