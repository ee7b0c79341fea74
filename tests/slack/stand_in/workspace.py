"""The model of a workspace: who and what there is, as plain mutable records."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock

Json = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True)
class Enterprise:
    """An organisation with several workspaces."""

    id: str
    name: str


@dataclass
class Team:
    """One Slack workspace."""

    id: str
    name: str
    domain: str
    enterprise: Enterprise | None = None


@dataclass
class Member:
    """A person or a bot. `channels` they are in is kept by `Channel.members`."""

    id: str
    name: str
    team: Team
    real_name: str = ""
    is_admin: bool = False
    is_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False
    locale: str = "en-US"
    tz: str = "Europe/London"
    bot_id: str | None = None
    app_id: str | None = None

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass
class Message:
    """A posted message. `ts` is unique in its channel and grows; `data` is Slack's own JSON.

    `deliveries` are the envelopes by which the app was told of it.
    """

    channel: Channel
    ts: str
    data: Json
    ephemeral_to: str | None = None
    deleted: bool = False
    history: list[Json] = field(default_factory=list)
    deliveries: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        return str(self.data.get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        return list(self.data.get("blocks") or [])

    @property
    def thread_ts(self) -> str | None:
        return self.data.get("thread_ts")

    @property
    def user(self) -> str | None:
        return self.data.get("user")

    @property
    def from_bot(self) -> bool:
        return bool(self.data.get("bot_id"))


@dataclass
class Channel:
    """A conversation. `kind` is `channel`, `group`, `im` or `mpim`, as `channel_type` has it."""

    id: str
    name: str
    kind: str
    team: Team
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    is_ext_shared: bool = False
    is_read_only: bool = False
    creator: str = ""
    messages: list[Message] = field(default_factory=list)

    def find(self, ts: str) -> Message | None:
        return next((m for m in self.messages if m.ts == ts and not m.deleted), None)


@dataclass
class View:
    """A modal or a Home, as Slack holds it. `data` is what payloads carry as `view`."""

    id: str
    data: Json
    user: str
    parent: str | None = None


@dataclass
class File:
    """An uploaded file; `content` is None until its bytes came."""

    id: str
    name: str
    length: int
    title: str = ""
    content: bytes | None = None
    shared_in: list[str] = field(default_factory=list)
    complete: bool = False


@dataclass
class Installation:
    """The app in one team: its bot user, its token and the scopes granted.

    With an `enterprise` it is in the whole organisation, and serves those `granted` of its teams;
    `team` is then only where its bot was made. `refresh_token` is there with token rotation.
    """

    team: Team
    bot: Member
    token: str
    scopes: frozenset[str]
    active: bool = True
    enterprise: Enterprise | None = None
    granted: set[str] = field(default_factory=set)
    refresh_token: str | None = None

    def covers(self, team: Team) -> bool:
        return team.id in self.granted if self.enterprise else team.id == self.team.id


class Workspace:
    """All that exists. Guarded by one lock; `changed` wakes whoever waits for something."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changed = threading.Condition(threading.RLock())
        self.teams: dict[str, Team] = {}
        self.members: dict[str, Member] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.modals: dict[str, list[View]] = {}
        self.installations: dict[str, Installation] = {}
        self.expiries: dict[str, float] = {}
        self.statuses: dict[tuple[str, str], Json] = {}
        self.status_log: list[Json] = []
        self.prompts: dict[tuple[str, str | None], Json] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self._numbers = itertools.count(1)
        self._last_ts = 0

    def make_id(self, kind: str) -> str:
        """An id as Slack writes them: a capital that tells the kind, then ten characters."""
        return f"{kind}0{next(self._numbers):09X}"

    def make_ts(self) -> str:
        """The next message timestamp: seconds and microseconds, never the same twice.

        See https://docs.slack.dev/messaging/retrieving-messages
        """
        with self.changed:
            self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_team(self, name: str, enterprise: Enterprise | None = None) -> Team:
        team = Team(self.make_id("T"), name, name.lower().replace(" ", "-"), enterprise)
        self.teams[team.id] = team
        return team

    def add_member(self, name: str, team: Team, **traits: Any) -> Member:
        member = Member(self.make_id("U"), name, team, **traits)
        self.members[member.id] = member
        return member

    def add_channel(
        self, name: str, kind: str, team: Team, members: Iterable[str], **traits: Any
    ) -> Channel:
        prefix = {"channel": "C", "group": "C", "im": "D", "mpim": "G"}[kind]
        channel = Channel(self.make_id(prefix), name, kind, team, set(members), **traits)
        self.channels[channel.id] = channel
        return channel

    def im(self, a: str, b: str) -> Channel | None:
        pair = {a, b}
        return next(
            (c for c in self.channels.values() if c.kind == "im" and c.members == pair), None
        )

    def post(self, channel: Channel, data: Json, *, ephemeral_to: str | None = None) -> Message:
        """Store a message, give it a `ts`, and keep the thread's parent's counts as Slack does."""
        with self.changed:
            ts = self.make_ts()
            message = Message(channel, ts, {"type": "message", **data, "ts": ts}, ephemeral_to)
            channel.messages.append(message)
            parent_ts = data.get("thread_ts")
            parent = channel.find(parent_ts) if parent_ts else None
            if parent is not None and ephemeral_to is None:
                repliers = parent.data.setdefault("reply_users", [])
                if data.get("user") and data["user"] not in repliers:
                    repliers.append(data["user"])
                parent.data["thread_ts"] = parent_ts
                parent.data["reply_count"] = parent.data.get("reply_count", 0) + 1
                parent.data["latest_reply"] = ts
            self.changed.notify_all()
            return message

    def push_view(self, user: str, data: Json, *, fresh: bool) -> View:
        """Open (`fresh`) or push a modal for a user; the caller has checked the depth."""
        with self.changed:
            stack = self.modals.setdefault(user, [])
            if fresh:
                stack.clear()
            view_id = self.make_id("V")
            view = View(view_id, data, user, stack[-1].id if stack else None)
            data.update(
                id=view_id,
                root_view_id=stack[0].id if stack else view_id,
                previous_view_id=view.parent,
            )
            stack.append(view)
            self.views[view_id] = view
            self.changed.notify_all()
            return view
