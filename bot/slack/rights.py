"""Who may do what only admins may."""

from __future__ import annotations

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.settings import Settings

log = structlog.get_logger(__name__)


def is_admin(settings: Settings, client: WebClient, user: str) -> bool:
    """Whether the settings name a person, or the workspace has them as an admin or owner.

    Without the scope `users:read` only the settings count.
    """
    if user in settings.admins:
        return True
    try:
        found = client.users_info(user=user)["user"]
    except (SlackClientError, OSError) as error:
        log.info("cannot tell whether a person is an admin", error=type(error).__name__)
        return False
    return bool(found.get("is_admin") or found.get("is_owner"))
