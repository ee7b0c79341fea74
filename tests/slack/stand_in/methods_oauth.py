"""Installing and uninstalling: codes and refresh tokens for access tokens.

https://docs.slack.dev/authentication/installing-with-oauth,
https://docs.slack.dev/authentication/using-token-rotation
"""

from __future__ import annotations

from .rules import SlackError
from .web_api import Request, method
from .workspace import Installation, Json

EXPIRES_IN = 43_200
"""Twelve hours."""


@method("auth.revoke")
def revoke(request: Request) -> Json:
    request.install.active = False
    request.slack.revoked = True
    return {"revoked": True}


@method("apps.uninstall", required=("client_id", "client_secret"))
def uninstall(request: Request) -> None:
    _check_client(request)
    request.install.active = False


@method("oauth.v2.access", token="none")
def exchange(request: Request) -> Json:
    """A code, or a refresh token, for an access token.

    https://docs.slack.dev/reference/methods/oauth.v2.access
    """
    _check_client(request)
    consent = request.slack.consent
    match request.arg("grant_type", "authorization_code"):
        case "authorization_code":
            grant = consent.redeem(request.arg("code"))
            if grant is None:
                raise SlackError("invalid_code", "used, expired or never given", doc=request.doc)
            if request.arg("redirect_uri") != grant.redirect_uri:
                raise SlackError("bad_redirect_uri", "another than at first", doc=request.doc)
            return {**_tokens(request, grant.install), "authed_user": {"id": grant.user}}
        case "refresh_token":
            renewed = consent.refresh(request.arg("refresh_token"))
            if renewed is None:
                raise SlackError("invalid_refresh_token", "used or never given", doc=request.doc)
            return _tokens(request, renewed)
        case other:
            raise SlackError("invalid_grant_type", other, doc=request.doc)


def _tokens(request: Request, install: Installation) -> Json:
    org = install.enterprise
    within = org or install.team.enterprise
    rotating = {"refresh_token": install.refresh_token, "expires_in": EXPIRES_IN}
    return {
        "access_token": install.token,
        "token_type": "bot",
        "scope": ",".join(sorted(install.scopes)),
        "bot_user_id": install.bot.id,
        "app_id": request.slack.app.id,
        "team": None if org else {"id": install.team.id, "name": install.team.name},
        "enterprise": {"id": within.id, "name": within.name} if within else None,
        "is_enterprise_install": bool(org),
        **(rotating if install.refresh_token else {}),
    }


def _check_client(request: Request) -> None:
    app = request.slack.app
    if request.arg("client_id") != app.client_id:
        raise SlackError("invalid_client_id", doc=request.doc)
    if request.arg("client_secret") != app.client_secret:
        raise SlackError("bad_client_secret", doc=request.doc)
