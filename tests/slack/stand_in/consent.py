"""Slack's page that asks whether an app may be installed, and the codes and tokens that follow.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from .rules import DOCS, NotPossible
from .workspace import Enterprise, Installation, Member, Team

if TYPE_CHECKING:
    from .standin import SlackStandIn

DOC = f"{DOCS}/authentication/installing-with-oauth"
CODE_SECONDS = 600
TOKEN_SECONDS = 43_200
PAGE = ("https", "slack.com", "/oauth/v2/authorize")


@dataclass(frozen=True)
class Grant:
    """What a code stands for. `redirect_uri` is empty where the app named none."""

    install: Installation
    user: str
    redirect_uri: str
    until: float


class Consent:
    """The page, and everything that was granted on it."""

    def __init__(self, slack: SlackStandIn) -> None:
        self._slack = slack
        self._codes: dict[str, Grant] = {}
        self._refresh: dict[str, Installation] = {}

    def give(
        self, person: Member, url: str, org: Enterprise | None, without: frozenset[str]
    ) -> str:
        """Say yes; where the browser goes then."""
        asked = self._asked(url)
        app = self._slack.app
        if org is not None and not app.org_deploy:
            raise NotPossible("the app is not made for organisations: org_deploy_enabled")
        scopes = frozenset(asked["scope"].split(","))
        if scopes - app.scopes:
            self._slack.complain("invalid_scope", f"{scopes - app.scopes}", DOC)
        code = self.code(person.team, person, asked.get("redirect_uri", ""), org)
        self._codes[code].install.scopes = scopes - without
        return self._back(asked, code=code)

    def refuse(self, url: str) -> str:
        return self._back(self._asked(url), error="access_denied")

    def code(
        self,
        team: Team,
        person: Member | None = None,
        redirect_uri: str = "",
        org: Enterprise | None = None,
    ) -> str:
        """A code for an installation, which is made where there is none yet."""
        slack = self._slack
        code = f"{slack.world.make_id('O')}.code"
        known = (
            i
            for i in slack.world.installations.values()
            if (i.enterprise == org if org else i.team is team and i.enterprise is None)
        )
        install = next(known, None) or slack.add_installation(team, org)
        user = person.id if person else next(iter(slack.world.members))
        until = slack.clock.now() + CODE_SECONDS
        self._codes[code] = Grant(install, user, redirect_uri, until)
        return code

    def redeem(self, code: str) -> Grant | None:
        """Use a code up. Installing again with token rotation gives new tokens."""
        grant = self._codes.pop(code, None)
        if grant is None or self._slack.clock.now() > grant.until:
            return None
        if not grant.install.active or grant.install.refresh_token:
            self.give_tokens(grant.install)
        grant.install.active = True
        return grant

    def refresh(self, token: str) -> Installation | None:
        """Use a refresh token up: the access token before stays good until it expires."""
        install = self._refresh.pop(token, None)
        if install is None or not install.active:
            return None
        self.give_tokens(install)
        return install

    def give_tokens(self, install: Installation) -> None:
        world, rotating = self._slack.world, self._slack.app.token_rotation
        secret = f"{install.team.id}-{install.bot.id}-{world.make_id('S')}"
        install.token = f"xoxe.xoxb-1-{secret}" if rotating else f"xoxb-{secret}"
        world.installations[install.token] = install
        if rotating:
            install.refresh_token = f"xoxe-1-{install.bot.id}-{world.make_id('R')}"
            self._refresh[install.refresh_token] = install
            world.expiries[install.token] = self._slack.clock.now() + TOKEN_SECONDS

    def _asked(self, url: str) -> dict[str, str]:
        """The arguments of the page; what is wrong with them Slack tells the person there."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc, parts.path) != PAGE:
            raise NotPossible(f"{url} is not Slack's page: oauth_authorization_url_mismatch")
        found = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if found.get("client_id") != self._slack.app.client_id:
            raise NotPossible("invalid_client_id")
        if not found.get("scope"):
            raise NotPossible("no_scopes")
        if found.get("redirect_uri", "") not in ("", *self._slack.app.redirect_urls):
            raise NotPossible(f"bad_redirect_uri: {found['redirect_uri']}")
        if not self._slack.app.redirect_urls:
            raise NotPossible("the manifest has no redirect_urls")
        if not found.get("state"):
            self._slack.complain("no_state", "anyone can end this installation", DOC)
        return found

    def _back(self, asked: dict[str, str], **said: str) -> str:
        home = asked.get("redirect_uri") or self._slack.app.redirect_urls[0]
        return f"{home}?{urlencode({**said, 'state': asked.get('state', '')})}"
