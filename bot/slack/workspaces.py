"""Several workspaces: whose token a request is answered with, renewed before it expires."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slack_bolt import BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from slack_bolt.oauth import OAuthFlow
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation import TokenRotator

from bot.logs import get_logger
from bot.settings import Settings
from bot.slack.client import make_client
from bot.store.installations import Installations, Workspace

log = get_logger(__name__)

_MINUTES_AHEAD = 120
"""A token of twelve hours is renewed when it has so many minutes left.

https://docs.slack.dev/authentication/using-token-rotation
"""
_AGAIN_SECONDS = 60
"""After a failed renewal, until the next try; the old token is good meanwhile."""

_ENDED = {"account_inactive", "invalid_auth", "token_revoked"}
"""What auth.test says of a token that is good no more, and not only for the moment.

https://docs.slack.dev/reference/methods/auth.test
"""


class NotInstalled(Exception):
    """There is no installation for a workspace, or its tokens are no good any more."""


class Unclear(Exception):
    """Slack does not say whether a token is good; the words are its code, or the kind of error."""


class Workspaces(Authorize):
    """Everything that depends on which workspace it is. Safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        installations: Installations,
        flow: OAuthFlow,
        clock: Callable[[], float] = time.time,
    ) -> None:
        secret = settings.slack_client_secret
        self.installations, self.flow = installations, flow
        self._client, self.clock = make_client(settings), clock
        self._rotator = TokenRotator(
            client_id=settings.slack_client_id or "",
            client_secret=secret.get_secret_value() if secret else "",
            client=self._client,
        )
        self._not_before: dict[Workspace, float] = {}
        self._noted: set[str] = set()

    def __call__(
        self,
        *,
        context: BoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **_: object,
    ) -> AuthorizeResult | None:
        """What Bolt asks before each request; None where the app is not installed."""
        workspace = Workspace.of(enterprise_id, team_id, org=bool(context.is_enterprise_install))
        try:
            found = self._current(workspace)
        except NotInstalled:
            log.warning("not installed", team=team_id, enterprise=enterprise_id)
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_id=found.bot_id,
            bot_user_id=found.bot_user_id,
            bot_token=found.bot_token,
            bot_scopes=found.bot_scopes,
            user_id=user_id,
        )

    def client(self, team: str) -> WebClient:
        """A client for a workspace, outside of a request. Raises `NotInstalled`, `KeyFault`."""
        workspace = self.installations.of_team(team)
        if workspace is None:
            raise NotInstalled
        return self.client_of(workspace)

    def client_of(self, workspace: Workspace) -> WebClient:
        """The same for an installation."""
        return self._with(self._current(workspace))

    def belong(
        self,
        body: Mapping[str, Any],
        context: BoltContext,
        next: Callable[[], BoltResponse],  # Bolt injects it by this name
    ) -> BoltResponse:
        """See to it that a request belongs to a workspace before any listener runs.

        Through an organisation's installation Slack may name the workspace beside the
        authorization only, where Bolt does not look.
        """
        team = context.team_id or body.get("context_team_id") or body.get("team_id")
        if not team:
            log.error("a request names no workspace", enterprise=context.enterprise_id)
            return BoltResponse(status=200, body="")
        context["team_id"] = team
        if context.is_enterprise_install and context.enterprise_id:
            self._note(str(team), context.enterprise_id)
        return next()

    def leave(self, workspace: Workspace, now: float) -> bool:
        """Slack said that the app was removed: delete the installation, and make departures of an
        organisation's workspaces. Whether it is gone.

        Such an event may come late, after the app was installed again: then nothing is deleted.
        Raises `Unclear` where Slack does not say now.
        """
        with self.installations.alone(workspace):
            found = self.installations.installation(workspace)
            if found is not None and found.bot_token is not None and works(self._with(found)):
                log.info("installed again meanwhile", team=workspace.team)
                return False
            self._noted.difference_update(self.installations.end(workspace, found, now))
        return True

    def lose(self, enterprise: str, teams: Iterable[str], now: float) -> None:
        """These workspaces are no longer served through their organisation: they become
        departures, none that was not."""
        self._noted.difference_update(self.installations.lose(enterprise, teams, now))

    def serves(self, team: str) -> bool:
        """Whether the app is installed for a workspace, by itself or through its organisation."""
        return self.installations.of_team(team) is not None

    def _note(self, team: str, enterprise: str) -> None:
        if team not in self._noted:
            self.installations.note(team, enterprise)
            self._noted.add(team)

    def _current(self, workspace: Workspace) -> Installation:
        """The installation with a token that is good now."""
        found = self.installations.installation(workspace)
        if found is None or found.bot_token is None:
            raise NotInstalled
        if not self._is_due(workspace, found):
            return found
        with self.installations.alone(workspace):
            found = self.installations.installation(workspace)  # another may have renewed it
            if found is None:
                raise NotInstalled
            return self._renewed(workspace, found) if self._is_due(workspace, found) else found

    def _renewed(self, workspace: Workspace, found: Installation) -> Installation:
        try:
            renewed = self._rotator.perform_token_rotation(
                installation=found, minutes_before_expiration=_MINUTES_AHEAD
            )
        except (SlackTokenRotationError, SlackClientError, OSError) as error:
            log.error("a token is not renewed", team=workspace.team, error=_code(error))
            self._not_before[workspace] = self.clock() + _AGAIN_SECONDS
            if (found.bot_token_expires_at or 0) <= self.clock():
                raise NotInstalled from error
            return found
        self._not_before.pop(workspace, None)
        if renewed is None:
            return found
        self.installations.save(renewed)
        log.info("a token is renewed", team=workspace.team, enterprise=workspace.enterprise)
        return renewed

    def _is_due(self, workspace: Workspace, found: Installation) -> bool:
        left = (found.bot_token_expires_at or float("inf")) - self.clock()
        waits = self._not_before.get(workspace, 0.0) > self.clock()
        return left < _MINUTES_AHEAD * 60 and (left <= 0 or not waits)

    def _with(self, found: Installation) -> WebClient:
        base = self._client
        return WebClient(
            token=found.bot_token, base_url=base.base_url, retry_handlers=base.retry_handlers.copy()
        )


def works(client: WebClient) -> bool:
    """Whether Slack takes a token. Raises `Unclear` where that cannot be told."""
    try:
        client.auth_test()
    except Exception as error:
        code = _code(error)
        if code in _ENDED:
            log.info("the token is no good", error=code)
            return False
        raise Unclear(code) from error
    return True


def _code(error: Exception) -> str:
    """What Slack said, or what kind of error it is; never more, which might hold a token."""
    cause = getattr(error, "api_error", error)
    if isinstance(cause, SlackApiError):
        return str(cause.response.get("error") or "unknown_error")
    return type(error).__name__
