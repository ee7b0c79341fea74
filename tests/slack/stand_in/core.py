"""The core of the stand-in: what it holds, how it delivers, what it complains of."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from .app import SlackApp
from .clock import Clock
from .consent import Consent
from .envelopes import Envelope
from .faults import Faults, Limiter
from .http_mode import HttpMode
from .interactions import Interactions
from .limits import ACK_SECONDS
from .people import Person
from .rules import DOCS, Call, Complaint, Ping
from .socket_mode import Sockets
from .web_server import WebServer
from .workspace import Channel, Enterprise, Installation, Json, Member, Team, Workspace

if TYPE_CHECKING:
    from .standin import SlackStandIn

ACKNOWLEDGE = f"{DOCS}/apis/events-api#responding"


class Core:
    """What everything else rests on: state, workspace, delivery, complaints."""

    def __init__(
        self,
        app: SlackApp | None = None,
        *,
        manifest: Json | None = None,
        optional_scopes: bool = True,
        installed: bool = True,
    ) -> None:
        if app is None and manifest is not None:
            app = SlackApp.from_manifest(manifest, optional_scopes=optional_scopes)
        self.app = app or SlackApp()
        self.clock = Clock()
        self.world = Workspace(self.clock)
        self.faults = Faults()
        self.limiter = Limiter(self.clock)
        self.interactions = Interactions(self.clock)
        whole = cast("SlackStandIn", self)
        self.sockets = Sockets(whole)
        self.web = WebServer(whole)
        self.http = HttpMode(self.app)
        self.revoked = False
        self.deliver_twice = False
        self.pings: list[Ping] = []
        self.envelopes: list[Envelope] = []
        self.message_state: dict[tuple[str, str, str], Json] = {}
        self.form_errors_of: dict[str, dict[str, str]] = {}
        self._calls: list[Call] = []
        self._complaints: list[Complaint] = []
        self._forgiven: set[str] = set()
        self._broken: list[BaseException] = []
        self._waiting: list[Envelope] = []
        self.consent = Consent(whole)
        self.team = self.world.add_team("Acme")
        self.install = self.add_installation(self.team)
        self.install.active = installed

    # Addresses and secrets

    @property
    def base_url(self) -> str:
        return self.web.url

    @property
    def api_url(self) -> str:
        """For `SLACK_API_URL` and `WebClient(base_url=…)`."""
        return f"{self.web.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.install.token

    @property
    def bot(self) -> Member:
        """The bot user in the first team."""
        return self.install.bot

    def env(self) -> dict[str, str]:
        """The environment variables with which the app finds this Slack."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app.app_token,
            "SLACK_SIGNING_SECRET": self.app.signing_secret,
            "SLACK_CLIENT_ID": self.app.client_id,
            "SLACK_CLIENT_SECRET": self.app.client_secret,
        }

    # Building the workspace

    def add_team(self, name: str, enterprise: Enterprise | None = None) -> Team:
        """Another workspace, such as the other side of a shared channel, or of an organisation."""
        return self.world.add_team(name, enterprise)

    def add_enterprise(self, name: str) -> Enterprise:
        """An organisation, still without workspaces."""
        return Enterprise(self.world.make_id("E"), name)

    def add_installation(self, team: Team, enterprise: Enterprise | None = None) -> Installation:
        """Install the app in a team, or a whole organisation: a bot user and tokens of its own."""
        bot = self.world.add_member(
            self.app.name, team, is_bot=True, bot_id=self.world.make_id("B"), app_id=self.app.id
        )
        made = Installation(team, bot, "", self.app.scopes, enterprise=enterprise)
        self.consent.give_tokens(made)
        return made

    def installed(self, team: Team) -> Installation:
        """The installation that serves a team; the first one where there is none."""
        found = (i for i in self.world.installations.values() if i.active and i.covers(team))
        return next(found, self.install)

    def add_user(self, name: str, *, team: Team | None = None, **traits: Any) -> Person:
        """A person. Traits: `is_admin`, `is_restricted` (a guest), `is_bot`, `locale`, `tz`."""
        return Person(
            cast("SlackStandIn", self), self.world.add_member(name, team or self.team, **traits)
        )

    def add_channel(
        self,
        name: str,
        *members: Person,
        bot: bool = True,
        private: bool = False,
        group_dm: bool = False,
        team: Team | None = None,
        **traits: Any,
    ) -> Channel:
        """A channel with these people and, unless `bot=False`, the team's bot in it.

        Traits: `is_archived`, `is_ext_shared`, `is_read_only`, `creator` (a person's id).
        """
        team = team or self.team
        kind = "mpim" if group_dm else "group" if private else "channel"
        inside = [p.id for p in members] + ([self.installed(team).bot.id] if bot else [])
        return self.world.add_channel(name, kind, team, inside, **traits)

    def channel(self, wanted: Channel | str) -> Channel:
        """A channel by record, id or name."""
        if isinstance(wanted, Channel):
            return wanted
        found = self.world.channels.get(wanted) or next(
            (c for c in self.world.channels.values() if c.name == wanted.lstrip("#")), None
        )
        if found is None:
            raise KeyError(f"no channel {wanted!r}")
        return found

    def dm(self, member: Member, install: Installation | None = None) -> Channel:
        """The DM of a member with the bot, made when first needed."""
        bot = (install or self.installed(member.team)).bot
        with self.world.changed:
            found = self.world.im(member.id, bot.id)
            if found is None:
                found = self.world.add_channel(member.name, "im", member.team, [member.id, bot.id])
            return found

    def authorize_code(self, team: Team | None = None) -> str:
        """A one-time OAuth code that oauth.v2.access exchanges for a token of the team."""
        return self.consent.code(team or self.team)

    # Delivery

    def use_http(self, url: str) -> None:
        """Deliver by HTTP to the app's Request URL from now on, instead of by socket."""
        self.http.url = url

    def deliver(self, kind: str, payload: Json) -> Envelope:
        """Send one payload to the app, by HTTP where a Request URL is known, else by socket.

        An event that finds no connection waits for the next one and then counts as a retry; a
        command or interaction is lost, as the person sees an error at once.
        """
        envelope = Envelope(kind, json.loads(json.dumps(payload)))
        self._send(envelope)
        if self.deliver_twice and kind == "events_api":
            self.redeliver(envelope)
        return envelope

    def _send(self, envelope: Envelope) -> None:
        with self.world.changed:
            self.envelopes.append(envelope)
        if self.http.url is not None:
            self.http.send(envelope)
        elif not self.sockets.send(envelope):
            if envelope.kind == "events_api":
                self._waiting.append(envelope)
            else:
                envelope.fail()

    def flush(self) -> None:
        """Send what waited for a connection."""
        with self.world.changed:
            waiting, self._waiting = self._waiting, []
        for envelope in waiting:
            envelope.retry_attempt, envelope.retry_reason = 1, "timeout"
            if not self.sockets.send(envelope):
                self._waiting.append(envelope)

    def redeliver(self, envelope: Envelope, reason: str = "timeout") -> Envelope:
        """Send an event once more, acknowledged or not: delivery is at least once.

        https://docs.slack.dev/apis/events-api#retries
        """
        first = envelope.first or envelope
        tries = sum(1 for e in self.envelopes if first in (e, e.first))
        again = Envelope(envelope.kind, envelope.payload, tries, reason, first)
        self._send(again)
        return again

    def redeliver_unacked(self, reason: str = "timeout") -> list[Envelope]:
        """Send every event again that nobody acknowledged, as Slack does up to three times."""
        with self.world.changed:
            firsts = [e for e in self.envelopes if e.first is None and e.kind == "events_api"]
            due = [e for e in firsts if not self.was_acked(e) and e not in self._waiting]
        return [self.redeliver(e, reason) for e in due if self.tries(e) <= 3]

    def tries(self, first: Envelope) -> int:
        return sum(1 for e in self.envelopes if first in (e, e.first))

    def was_acked(self, first: Envelope) -> bool:
        """Whether any delivery of this event was acknowledged."""
        return any(e.acked for e in self.envelopes if first in (e, e.first))

    # Judging the app

    def complain(self, rule: str, detail: str = "", doc: str = "", method: str = "") -> None:
        """Note a rule that the app broke."""
        with self.world.changed:
            self._complaints.append(Complaint(rule, detail, doc or DOCS, method))
            self.world.changed.notify_all()

    @property
    def complaints(self) -> list[Complaint]:
        """Every rule the app broke and no test forgave; empty at the end of a good test."""
        with self.world.changed:
            found = [*self._complaints, *self._late()]
        return [c for c in found if c.rule not in self._forgiven]

    def _late(self) -> Iterator[Complaint]:
        now = time.monotonic()
        for e in self.envelopes:
            if e.sent_at is None or e.lost:
                continue
            what = e.event.get("type") or e.payload.get("command") or e.payload.get("type")
            took = e.ack_seconds
            if took is not None and took > ACK_SECONDS:
                yield Complaint("late_ack", f"{what} after {took:.1f} s", ACKNOWLEDGE)
            elif took is None and (e.status is not None or now - e.sent_at > ACK_SECONDS):
                yield Complaint("no_ack", f"{what} (HTTP {e.status})", ACKNOWLEDGE)

    def forgive(self, *rules: str) -> None:
        """Leave these rules out of `complaints` for the rest of the test."""
        self._forgiven.update(rules)

    def note_ping(self, ping: Ping) -> None:
        """Note who was notified; a whole channel at once is a rule broken."""
        self.pings.append(ping)
        if ping.who in ("channel", "here", "everyone"):
            doc = f"{DOCS}/messaging/formatting-message-text#special-mentions"
            self.complain("broadcast_ping", f"@{ping.who} in {ping.text[:80]!r}", doc, ping.method)

    def note_call(self, call: Call) -> None:
        with self.world.changed:
            self._calls.append(call)

    def broken(self, error: BaseException | None) -> None:
        """Note a fault of the stand-in itself; it fails the test at the end."""
        if error is not None:
            self._broken.append(error)
