"""A post that may want an answer, as it lies on the disk until it has one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from slack_bolt import BoltContext

from bot.durable.job import Job
from bot.slack.incoming import words_of
from bot.store.records import Place

Event = Mapping[str, Any]

_LATEST = 2**31 - 1
"""Seconds since 1970 that a job's order holds: until 2038."""


def key_of(team: str, channel: str, ts: str) -> str:
    return f"{team}/{channel}/{ts}"


def answer_id(key: str) -> str:
    """The id of what is answered to a post: the same however often it is worked out."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def lane_of(team: str, channel: str) -> str:
    return f"{team}/{channel}"


class Post(BaseModel):
    """`text` is in plain words, the bot not named. `direct`: in a direct message. `external`: the
    channel is shared with another organisation. `certain`: meant for the bot without doubt.
    `crowded`: too much waits before it. `bot_id` is the bot's own, as its messages carry it."""

    model_config = ConfigDict(frozen=True)

    team: str
    channel: str
    ts: str
    thread_ts: str | None
    user: str
    bot_id: str
    text: str
    direct: bool
    external: bool
    certain: bool
    crowded: bool = False

    @classmethod
    def of(cls, event: Event, body: Event, context: BoltContext, *, certain: bool) -> Self:
        return cls(
            team=context.team_id or "",
            channel=event["channel"],
            ts=event["ts"],
            thread_ts=event.get("thread_ts"),
            user=event["user"],
            bot_id=context.bot_id or "",
            text=words_of(event.get("text") or "", context.bot_user_id),
            direct=event.get("channel_type") == "im",
            external=_external(body) or _external(event),
            certain=certain,
        )

    @property
    def place(self) -> Place:
        return Place(team=self.team, channel=self.channel, thread_ts=self.thread_ts or self.ts)

    @property
    def key(self) -> str:
        """Slack's id of a post: `ts` is unique in its channel."""
        return key_of(self.team, self.channel, self.ts)

    @property
    def assessment(self) -> str:
        return answer_id(self.key)

    @property
    def lane(self) -> str:
        """A channel's posts are answered one after the other; who is turned away does not wait."""
        return lane_of(self.team, self.channel) + ("/crowded" if self.crowded else "")

    @property
    def job(self) -> Job:
        seconds = self.ts.partition(".")[0]
        order = int(seconds) if seconds.isdecimal() else 1
        return Job(
            self.key, self.user, self.lane, min(max(order, 1), _LATEST), self.model_dump_json()
        )


def _external(said: Event) -> bool:
    """Slack Connect: said beside the event, or in it."""
    return bool(said.get("is_ext_shared_channel"))
