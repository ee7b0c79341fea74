"""Several workspaces: whose token a request is answered with, renewed before it expires."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from slack_bolt import BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.authorize import Authorize
from slack_bolt.oauth import OAuthFlow
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation import TokenRotator
from sqlalchemy.exc import SQLAlchemyError

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
_SAVE_AGAIN_SECONDS = 5
"""Until it is tried again to keep a renewed token."""

_ENDED = {"account_inactive", "invalid_auth", "token_revoked"}
"""What auth.test says of a token that is good no more, and not only for the moment.

https://docs.slack.dev/reference/methods/auth.test
"""


class NotInstalled(Exception):
    """There is no installation for a workspace, or its tokens are no good any more."""


class Unclear(Exception):
    """Slack does not say whether a token is good; the words are its code, or the kind of error."""


class _Unsaved(NamedTuple):
    """An installation that Slack has renewed and no database knows yet, and the refresh token of
    the one that it is to replace, which is good no more."""

    used: str | None
    renewed: Installation


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
            client=WebClient(base_url=settings.slack_api_url, retry_handlers=[]),
        )
        self._not_before: dict[Workspace, float] = {}
        self._unsaved: dict[Workspace, _Unsaved] = {}
        self._renewing = threading.Lock()
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
            found = self._latest(workspace)
            if found is not None and found.bot_token and self._stands(workspace, found):
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

    def renew(self) -> None:
        """Renew every token that is due, in the background."""

        def every() -> None:
            for workspace in self.installations.workspaces():
                try:
                    self._renewed(workspace)
                except Exception as error:  # noqa: BLE001 (the others' turn comes all the same)
                    log.error("a token is not renewed", team=workspace.team, error=_code(error))

        self._in_background(every)

    def _current(self, workspace: Workspace) -> Installation:
        """The installation with a token that is good now. While it is, nothing waits for a new one:
        Bolt acknowledges a request after this."""
        found = self._latest(workspace)
        if found is None or found.bot_token is None:
            raise NotInstalled
        if not self._is_due(workspace, found):
            return found
        if self._left(found) <= 0:
            return self._renewed(workspace)
        self._in_background(lambda: self._renewed(workspace))
        return found

    def _in_background(self, work: Callable[[], object]) -> None:
        """One at a time: what is due meanwhile is so with the next request too."""

        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 (it may hold a token, and is tried again)
                log.error("a token is not renewed", error=_code(error))
            finally:
                self._renewing.release()

        if self._renewing.acquire(blocking=False):
            threading.Thread(target=run, name="renewing", daemon=True).start()

    def _latest(self, workspace: Workspace) -> Installation | None:
        """As it is kept; or as it was renewed, while that cannot be kept."""
        found = self.installations.installation(workspace)
        unsaved = self._unsaved.get(workspace)
        if unsaved is None:
            return found
        if found is not None and found.bot_refresh_token == unsaved.used:
            return unsaved.renewed
        self._unsaved.pop(workspace, None)  # kept by now, installed again, or gone
        return found

    def _renewed(self, workspace: Workspace) -> Installation:
        """The installation, renewed where it is due."""
        with self.installations.alone(workspace):
            found = self._latest(workspace)  # another may have renewed it
            if found is None:
                raise NotInstalled
            if not self._is_due(workspace, found):
                return found
            if workspace in self._unsaved:
                self._save(workspace, found)
                return found
            return self._rotated(workspace, found)

    def _rotated(self, workspace: Workspace, found: Installation) -> Installation:
        try:
            renewed = self._rotator.perform_token_rotation(
                installation=found, minutes_before_expiration=_MINUTES_AHEAD
            )
        except Exception as error:  # a refusal, or anything that is no answer
            log.error("a token is not renewed", team=workspace.team, error=_code(error))
            self._not_before[workspace] = self.clock() + _AGAIN_SECONDS
            if self._left(found) <= 0:
                raise NotInstalled from error
            return found
        if renewed is None:
            self._not_before.pop(workspace, None)
            return found
        self._unsaved[workspace] = _Unsaved(found.bot_refresh_token, renewed)
        self._save(workspace, renewed)
        return renewed

    def _save(self, workspace: Workspace, renewed: Installation) -> None:
        """Its refresh token is the only one that is good: it stays in memory until it is kept."""
        named = {"team": workspace.team, "enterprise": workspace.enterprise}
        try:
            self.installations.save(renewed)
        except SQLAlchemyError as error:
            log.error("a renewed token is not kept yet", error=type(error).__name__, **named)
            self._not_before[workspace] = self.clock() + _SAVE_AGAIN_SECONDS
            return
        self._unsaved.pop(workspace, None)
        self._not_before.pop(workspace, None)
        log.info("a token is renewed", **named)

    def _stands(self, workspace: Workspace, found: Installation) -> bool:
        """Whether Slack takes the token, or renews it where it has expired. Raises `Unclear`."""
        try:
            return works(self._with(found))
        except Unclear as error:
            if str(error) != "token_expired":
                raise
        try:
            renewed = self._rotated(workspace, found)
        except NotInstalled as error:
            code = _code(error.__cause__ or error)
            if code == "invalid_refresh_token" or code in _ENDED:
                return False
            raise Unclear(code) from error
        if renewed is found:
            raise Unclear("token_expired")
        return True

    def _is_due(self, workspace: Workspace, found: Installation) -> bool:
        left = self._left(found)
        if left <= 0:
            return True
        waits = self._not_before.get(workspace, 0.0) > self.clock()
        return not waits and (workspace in self._unsaved or left < _MINUTES_AHEAD * 60)

    def _left(self, found: Installation) -> float:
        """Seconds until the token expires."""
        return (found.bot_token_expires_at or float("inf")) - self.clock()

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


def _code(error: BaseException) -> str:
    """What Slack said, or what kind of error it is; never more, which might hold a token."""
    cause = getattr(error, "api_error", error)
    if isinstance(cause, SlackApiError):
        return str(cause.response.get("error") or "unknown_error")
    return type(error).__name__
