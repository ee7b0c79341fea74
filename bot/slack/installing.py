"""Installing by OAuth: from /slack/install to Slack and back to /slack/oauth_redirect.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import html
import re
from typing import Any

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.error import BoltError
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.callback_options import CallbackOptions, FailureArgs, SuccessArgs
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.logs import get_logger
from bot.settings import Settings
from bot.slack.manifest import INSTALL_PATH, REDIRECT_PATH, load_manifest
from bot.store.installations import Installations
from bot.store.states import SECONDS, States
from knowledge.wording import InstallWording, load_install_wording

log = get_logger(__name__)

_TEAM = re.compile(r"[A-Z0-9]{1,32}")
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""The address of the page holds a code and a state: no other site is to learn of them."""


def make_flow(
    settings: Settings, engine: Engine, installations: Installations, client: WebClient
) -> Flow:
    """The flow for the scopes of the manifest, with state and installations in the database."""
    secret = settings.slack_client_secret
    words = load_install_wording()
    return Flow(
        client=client,
        settings=OAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=secret.get_secret_value() if secret else None,
            scopes=load_manifest().scopes,
            user_scopes=(),
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            install_page_rendering_enabled=False,
            installation_store=installations,
            state_store=States(engine),
            state_expiration_seconds=SECONDS,
            callback_options=CallbackOptions(
                success=lambda args: _installed(args, words),
                failure=lambda args: _failed(args, words),
            ),
        ),
    )


class Flow(OAuthFlow):
    """Bolt's flow, which alone would log the code, and pass on whatever stands in the address."""

    def build_authorize_url(self, state: str, request: BoltRequest) -> str:
        given = (request.query.get("team") or [""])[0]
        team = given if _TEAM.fullmatch(given) else None
        return str(self.settings.authorize_url_generator.generate(state=state, team=team))

    def run_installation(self, code: str) -> Installation | None:
        """Exchange the code. None where Slack refuses it or cannot be reached."""
        try:
            answer = self.client.oauth_v2_access(
                code=code,
                client_id=self.settings.client_id,
                client_secret=self.settings.client_secret,
                redirect_uri=self.settings.redirect_uri,
            )
            bot = self.client.auth_test(token=answer["access_token"])
        except SlackApiError as error:
            log.warning("Slack refuses an installation", error=error.response.get("error"))
            return None
        except (SlackClientError, OSError, KeyError) as error:
            log.warning("an installation failed", error=type(error).__name__)
            return None
        return _installation(answer.data, str(bot["bot_id"]))

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:
        try:
            super().store_installation(request, installation)
        except SQLAlchemyError as error:
            log.error("an installation is not kept", error=type(error).__name__)
            raise BoltError("the installation cannot be kept") from error


def _installation(answer: Any, bot_id: str) -> Installation:
    """What oauth.v2.access says: https://docs.slack.dev/reference/methods/oauth.v2.access"""
    enterprise, team = answer.get("enterprise") or {}, answer.get("team") or {}
    return Installation(
        app_id=answer.get("app_id"),
        enterprise_id=enterprise.get("id"),
        enterprise_name=enterprise.get("name"),
        team_id=team.get("id"),
        team_name=team.get("name"),
        bot_token=answer["access_token"],
        bot_id=bot_id,
        bot_user_id=answer.get("bot_user_id"),
        bot_scopes=answer.get("scope") or "",
        bot_refresh_token=answer.get("refresh_token"),
        bot_token_expires_in=answer.get("expires_in"),
        user_id=(answer.get("authed_user") or {}).get("id") or "",
        is_enterprise_install=bool(answer.get("is_enterprise_install")),
        token_type=answer.get("token_type"),
    )


def _installed(args: SuccessArgs, words: InstallWording) -> BoltResponse:
    found = args.installation
    log.info("installed", team=found.team_id, enterprise=found.enterprise_id)
    if found.is_enterprise_install:
        address = (
            f"https://app.slack.com/manage/{found.enterprise_id}/integrations/profile/"
            f"{found.app_id}/workspaces/add"
        )
        said = words.installed_org.format(name=found.enterprise_name)
        return _page(args, 200, words.installed_title, said, address, words.choose_workspaces)
    address = f"https://slack.com/app_redirect?app={found.app_id}&team={found.team_id}"
    said = words.installed.format(name=found.team_name)
    return _page(args, 200, words.installed_title, said, address, words.open_slack)


def _failed(args: FailureArgs, words: InstallWording) -> BoltResponse:
    known = {
        "access_denied": words.denied,
        "invalid_browser": words.stale,
        "invalid_state": words.stale,
        "storage_error": words.storage,
    }
    reason = args.reason if args.reason in known else "other"
    log.info("not installed", reason=reason)
    said = known.get(reason, words.refused)
    status = args.suggested_status_code
    return _page(args, status, words.failed_title, said, INSTALL_PATH, words.again)


def _page(
    args: SuccessArgs | FailureArgs, status: int, title: str, said: str, address: str, label: str
) -> BoltResponse:
    """A page that needs nothing else. The state's cookie is done with."""
    title, said, label = html.escape(title), html.escape(said), html.escape(label)
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title></head><body><main><h1>{title}</h1><p>{said}</p>"
        f'<p><a href="{html.escape(address)}">{label}</a></p></main></body></html>'
    )
    cookie = args.settings.state_utils.build_set_cookie_for_deletion()
    return BoltResponse(status=status, body=body, headers={**_HEADERS, "Set-Cookie": cookie})
