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

log = get_logger(__name__)


def is_admin(settings: Settings, client: WebClient, user: str) -> bool:
    """Whether the settings name a person, or the workspace has them as an admin or owner.

    Without the scope `users:read` only the settings count.
    """
    if user in settings.admins:
        return True
    found = _told("user", lambda: client.users_info(user=user))
    return bool(found.get("is_admin") or found.get("is_owner"))


def may_set_channel(settings: Settings, client: WebClient, user: str, channel: str) -> bool:
    """Whether a person may change the settings of a channel that they can choose or are in.

    Guests may not, and by RUST_OR_NOT_CHANNEL_SETTINGS only its creator and admins may.
    """
    if settings.channel_settings == "members":
        found = _told("user", lambda: client.users_info(user=user))
        return not (found.get("is_restricted") or found.get("is_ultra_restricted"))
    if is_admin(settings, client, user):
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
