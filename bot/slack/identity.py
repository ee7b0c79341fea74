"""Who the bot is in Slack, by its token, and what the token may do."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

APPS = "https://api.slack.com/apps"

_REMEDIES = {
    "invalid_auth": f"copy the token again from {APPS}, your app",
    "not_authed": f"copy the token again from {APPS}, your app",
    "not_allowed_token_type": "it is a token of another kind: xoxb- is the bot's, xapp- the app's",
    "account_inactive": f"the app was removed from the workspace: install it again at {APPS}",
    "token_revoked": f"the token was revoked: install the app again at {APPS}",
    "token_expired": "token rotation is on: let the app be installed at /slack/install instead",
    "missing_scope": f"give it the scope `connections:write` at {APPS}, App-Level Tokens",
}


class SlackRefused(Exception):
    """Slack does not take a token, or cannot be reached. `remedy` is what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Identity:
    """The bot in its workspace."""

    team: str
    team_name: str
    user: str
    user_name: str
    scopes: frozenset[str]


def identify(client: WebClient) -> Identity:
    """Ask Slack who the client's token belongs to. Raises `SlackRefused`.

    https://docs.slack.dev/reference/methods/auth.test; the granted scopes come as a header:
    https://docs.slack.dev/apis/web-api#evaluating-responses
    """
    try:
        found = client.auth_test()
    except (SlackClientError, OSError) as error:
        raise refused(error, "SLACK_BOT_TOKEN") from error
    headers = {str(name).lower(): value for name, value in found.headers.items()}
    granted = str(headers.get("x-oauth-scopes") or "")
    return Identity(
        team=str(found["team_id"]),
        team_name=str(found.get("team") or ""),
        user=str(found["user_id"]),
        user_name=str(found.get("user") or ""),
        scopes=frozenset(part.strip() for part in granted.split(",") if part.strip()),
    )


def refused(error: Exception, setting: str) -> SlackRefused:
    """What an error of slack_sdk means for whoever set `setting`; it never holds the token."""
    if isinstance(error, SlackApiError):
        code = str(error.response.get("error") or "unknown_error")
        remedy = _REMEDIES.get(code, f"see the error at https://docs.slack.dev/reference ({code})")
        return SlackRefused(f"Slack does not take {setting} ({code})", remedy)
    reason = error.reason if isinstance(error, URLError) else type(error).__name__
    return SlackRefused(
        f"Slack cannot be reached ({reason})", "check the network, a proxy, and SLACK_API_URL"
    )
