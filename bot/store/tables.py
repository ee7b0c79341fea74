"""The tables. Every row belongs to a workspace (`team`); text of people stands in few columns.

A change here needs a migration in `migrations/versions`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)
from sqlalchemy.engine import Dialect

from bot.store.installation_tables import declare_installations

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

_ID = String(32)
"""Slack's ids are 9 to 11 characters today; Slack says to leave room."""


class Words(TypeDecorator[str]):
    """What a person wrote, without the characters that a database cannot hold: PostgreSQL has no
    NUL, and a half of a surrogate pair is none in UTF-8."""

    impl: type[String] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.replace("\0", "").encode("utf-8", "replace").decode()


class Line(Words):
    """Words of a bounded length."""

    impl = String
    cache_ok = True


posts = Table(
    "posts",
    metadata,
    Column("team", _ID, primary_key=True),
    Column("channel", _ID, primary_key=True),
    Column("ts", _ID, primary_key=True),
    Column("taken_at", Float, nullable=False),
    Column("done_at", Float),
    Index(None, "taken_at"),
    comment="posts that were taken up, so that a retry or a second event is not answered again",
)

threads = Table(
    "threads",
    metadata,
    Column("team", _ID, primary_key=True),
    Column("channel", _ID, primary_key=True),
    Column("thread_ts", _ID, primary_key=True),
    Column("person", _ID, primary_key=True, server_default=""),  # who alone was answered, if so
    Column("state", JSON, nullable=False),
    Column("updated_at", Float, nullable=False),
    Index(None, "updated_at"),
    comment="what was said about one piece of work: texts, answered facts, last verdict",
)

assessments = Table(
    "assessments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("team", _ID, nullable=False),
    Column("channel", _ID, nullable=False),
    Column("thread_ts", _ID, nullable=False),
    Column("reply_ts", _ID),
    Column("asker", _ID, nullable=False),
    Column("question", Words, nullable=False),
    Column("thread", JSON, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("intent", String(16), nullable=False),
    Column("ring", String(8)),
    Column("covered", Boolean, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("alone", Boolean, nullable=False, server_default=false()),
    Column("author", _ID),
    Column("shared_by", _ID),
    Column("snapshot", String(64), nullable=False),
    Column("receipt", String(16), nullable=False),
    Column("asked_at", Float, nullable=False),
    Index(None, "team", "asker", "asked_at"),
    Index(None, "team", "channel", "reply_ts"),
    Index(None, "asked_at"),
    comment="each reply with all it rests on; `covered` is false where no document answered",
)

votes = Table(
    "votes",
    metadata,
    Column(
        "assessment",
        String(32),
        ForeignKey("assessments.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("voter", _ID, primary_key=True),
    Column("team", _ID, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", Words, nullable=False, default=""),
    Column("voted_at", Float, nullable=False),
    Index(None, "team", "voted_at"),
)

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("expires_at", Float, nullable=False),
    comment="installs that were begun: each may be finished once, soon, by the same browser",
)

org_teams = Table(
    "org_teams",
    metadata,
    Column("team", _ID, primary_key=True),
    Column("enterprise", _ID, nullable=False),
    Index(None, "enterprise"),
    comment="workspaces served through an organisation's installation",
)

departures = Table(
    "departures",
    metadata,
    Column("enterprise", _ID, primary_key=True),
    Column("team", _ID, primary_key=True),
    Column("told_at", Float, nullable=False),
    comment="who removed the app and is not wholly deleted yet; an organisation has no team",
)

declare_installations(metadata)

channels = Table(
    "channels",
    metadata,
    Column("team", _ID, primary_key=True),
    Column("channel", _ID, primary_key=True),
    Column("unaddressed", Boolean, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("contact", Line(200), nullable=False),
    comment="settings of a channel, by its id: names change",
)
