"""Reads and writes what is kept. Every method is one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from bot.advisor.answer import Answer
from bot.advisor.thread import Thread
from bot.store import personal
from bot.store import tables as t
from bot.store.personal import at, place_of
from bot.store.records import (
    Assessment,
    ChannelSettings,
    Departure,
    Place,
    Vote,
    answer_to_json,
    thread_from_json,
    thread_to_json,
)
from bot.store.upsert import upsert


class Store:
    """Everything kept, for all workspaces. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Posts

    def take(self, team: str, channel: str, ts: str, now: float) -> bool:
        """Take up a post. False where it was taken before: by a retry, or its second event."""
        row = {"team": team, "channel": channel, "ts": ts, "taken_at": now}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(t.posts).values(row))
        except IntegrityError:
            return False
        return True

    # Threads

    def thread(self, place: Place, person: str = "") -> Thread | None:
        """What was said in a thread to all, or what one person alone was answered on; None where
        the bot was not asked."""
        own = (*at(t.threads, place), t.threads.c.person == person)
        query = select(t.threads.c.state).where(*own)
        with self._engine.connect() as connection:
            state = connection.scalar(query)
        return None if state is None else thread_from_json(state)

    def keep_thread(self, place: Place, thread: Thread, now: float, person: str = "") -> None:
        with self._engine.begin() as connection:
            _keep_thread(connection, place, thread, now, person)

    # Assessments

    def keep(self, assessment: Assessment, thread: Thread | None = None) -> None:
        """Keep an assessment: a new one, or in place of the one with the same id.

        With it goes what was said in its thread, if given: both or neither.
        """
        row = _row(assessment)
        with self._engine.begin() as connection:
            own = (t.assessments.c.team == row["team"], t.assessments.c.id == row["id"])
            if not connection.execute(update(t.assessments).where(*own).values(row)).rowcount:
                connection.execute(insert(t.assessments).values(row))
            if thread is not None:
                place, person = assessment.place, assessment.listener
                _keep_thread(connection, place, thread, assessment.asked_at, person)

    def note_reply(self, team: str, key: str, reply_ts: str) -> bool:
        """Note where the reply stands. False where there is no such assessment."""
        own = (t.assessments.c.team == team, t.assessments.c.id == key)
        query = update(t.assessments).where(*own).values(reply_ts=reply_ts)
        with self._engine.begin() as connection:
            return bool(connection.execute(query).rowcount)

    def assessment(self, team: str, key: str) -> Assessment | None:
        """The assessment with an id, if it is this workspace's."""
        query = _assessments(team).where(t.assessments.c.id == key)
        return next(self._found(query), None)

    def recent(self, team: str, asker: str, limit: int) -> list[Assessment]:
        """A person's latest assessments, newest first."""
        query = _assessments(team).where(t.assessments.c.asker == asker).limit(limit)
        return list(self._found(query))

    def search(self, team: str, asker: str, words: str, limit: int) -> list[Assessment]:
        """A person's assessments whose question holds all the words, newest first."""
        query = _assessments(team).where(t.assessments.c.asker == asker)
        for word in words.split():
            query = query.where(t.assessments.c.question.icontains(word, autoescape=True))
        return list(self._found(query.limit(limit)))

    def uncovered(self, team: str, limit: int) -> list[Assessment]:
        """The latest questions that no document answered, newest first."""
        query = _assessments(team).where(~t.assessments.c.covered).limit(limit)
        return list(self._found(query))

    def verdicts(self, team: str, limit: int) -> list[Assessment]:
        """The latest assessments that have a ring, newest first."""
        query = _assessments(team).where(t.assessments.c.ring.is_not(None)).limit(limit)
        return list(self._found(query))

    def remove(self, team: str, key: str) -> None:
        """Delete an assessment with its votes, and the thread that it belongs to.

        A private draft belongs to none, even where it was asked for in one; what a person alone was
        answered in a thread, to what they were answered there.
        """
        found = self.assessment(team, key)
        if found is None:
            return
        listener = t.threads.c.person == found.listener if found.listener else true()
        with self._engine.begin() as connection:
            own = (t.assessments.c.team == team, t.assessments.c.id == key)
            connection.execute(delete(t.assessments).where(*own))
            if found.in_thread:
                here = at(t.threads, found.place)
                connection.execute(delete(t.threads).where(*here, listener))

    def claim(self, team: str, key: str) -> bool:
        """Take a private draft for sharing. False where it is public, or taken, already."""
        draft = (t.assessments.c.team == team, t.assessments.c.id == key, t.assessments.c.private)
        with self._engine.begin() as connection:
            query = update(t.assessments).where(*draft).values(private=False)
            return bool(connection.execute(query).rowcount)

    # Votes

    def vote(self, vote: Vote) -> None:
        """Count a vote; a second one of the same person replaces the first.

        A vote on what another workspace keeps, or nobody any more, does not count.
        """
        about = (t.assessments.c.team == vote.team, t.assessments.c.id == vote.assessment)
        with self._engine.begin() as connection:
            if connection.scalar(select(t.assessments.c.id).where(*about)) is not None:
                upsert(connection, t.votes, vote.model_dump())

    def votes(self, team: str, limit: int) -> list[Vote]:
        """A workspace's latest votes, newest first."""
        query = select(t.votes).where(t.votes.c.team == team)
        query = query.order_by(t.votes.c.voted_at.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [Vote(**row._mapping) for row in connection.execute(query)]

    # Channels

    def channel(self, team: str, channel: str) -> ChannelSettings:
        """How the bot behaves in a channel; the defaults where nothing was set."""
        own = (t.channels.c.team == team, t.channels.c.channel == channel)
        columns = (t.channels.c.unaddressed, t.channels.c.private, t.channels.c.contact)
        with self._engine.connect() as connection:
            row = connection.execute(select(*columns).where(*own)).one_or_none()
        return ChannelSettings(**row._mapping) if row else ChannelSettings()

    def set_channel(self, team: str, channel: str, settings: ChannelSettings) -> None:
        row = {"team": team, "channel": channel} | settings.model_dump()
        with self._engine.begin() as connection:
            upsert(connection, t.channels, row)

    # What belongs to a person, a workspace, the past

    def export(self, team: str, person: str) -> dict[str, Any]:
        """Everything kept of a person, as plain data.

        `assessed_by_others` are their messages that somebody else had assessed.
        """
        own = [a.model_dump(mode="json") for a in self.recent(team, person, _ALL)]
        with self._engine.connect() as connection:
            found = {"assessments": own, **personal.kept(connection, team, person)}
        return json.loads(json.dumps(found, default=dict))  # type: ignore[no-any-return]

    def forget_person(self, team: str, person: str) -> int:
        """Delete a person's assessments, their threads and votes. Returns how many assessments.

        What others were answered goes too where it holds words of this person. Settings no longer
        name them.
        """
        with self._engine.begin() as connection:
            return personal.forget(connection, team, person)

    def forget_team(self, team: str) -> None:
        """Delete everything of a workspace."""
        with self._engine.begin() as connection:
            for table in (t.votes, t.assessments, t.threads, t.posts, t.channels):
                connection.execute(delete(table).where(table.c.team == team))

    def leaves(self, departure: Departure) -> None:
        """Remember that someone removed the app, until `left`."""
        row = {
            "enterprise": departure.enterprise or "",
            "team": departure.team or "",
            "told_at": departure.told_at,
        }
        with self._engine.begin() as connection:
            upsert(connection, t.departures, row)

    def departures(self) -> list[Departure]:
        """Who removed the app, and is not wholly deleted yet."""
        c = t.departures.c
        with self._engine.connect() as connection:
            rows = connection.execute(select(t.departures).order_by(c.told_at, c.team)).all()
        return [
            Departure(enterprise=row.enterprise or None, team=row.team or None, told_at=row.told_at)
            for row in rows
        ]

    def left(self, departure: Departure) -> None:
        """Nothing is left to be deleted, unless Slack has said so again since."""
        c = t.departures.c
        own = (c.enterprise == (departure.enterprise or ""), c.team == (departure.team or ""))
        with self._engine.begin() as connection:
            connection.execute(delete(t.departures).where(*own, c.told_at <= departure.told_at))

    def forget_before(self, moment: float) -> int:
        """Delete what is older than `moment`. Returns how many assessments."""
        with self._engine.begin() as connection:
            connection.execute(delete(t.posts).where(t.posts.c.taken_at < moment))
            connection.execute(delete(t.threads).where(t.threads.c.updated_at < moment))
            old = t.assessments.c.asked_at < moment
            return connection.execute(delete(t.assessments).where(old)).rowcount

    def count(self, team: str) -> int:
        """How many assessments a workspace has."""
        query = select(func.count()).where(t.assessments.c.team == team)
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def _found(self, query: Select[Any]) -> Iterator[Assessment]:
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        yield from map(_assessment, rows)


_ALL = 100_000
"""More than a person asks."""


def _keep_thread(
    connection: Connection, place: Place, thread: Thread, now: float, person: str
) -> None:
    body = {"person": person, "state": thread_to_json(thread), "updated_at": now}
    upsert(connection, t.threads, place.model_dump() | body)


def _assessments(team: str) -> Select[Any]:
    newest = (t.assessments.c.asked_at.desc(), t.assessments.c.id)
    return select(t.assessments).where(t.assessments.c.team == team).order_by(*newest)


def _row(assessment: Assessment) -> dict[str, Any]:
    answer = assessment.answer
    return assessment.place.model_dump() | {
        "id": assessment.id,
        "reply_ts": assessment.reply_ts,
        "asker": assessment.asker,
        "question": assessment.question,
        "thread": thread_to_json(assessment.thread),
        "answer": answer_to_json(answer),
        "intent": answer.intent.value,
        "ring": answer.ring.value if answer.ring else None,
        "covered": assessment.covered,
        "private": assessment.private,
        "alone": assessment.alone,
        "author": assessment.author,
        "shared_by": assessment.shared_by,
        "snapshot": answer.snapshot,
        "receipt": answer.receipt,
        "asked_at": assessment.asked_at,
    }


def _assessment(row: Row[Any]) -> Assessment:
    return Assessment(
        id=row.id,
        place=place_of(row),
        reply_ts=row.reply_ts,
        asker=row.asker,
        question=row.question,
        thread=thread_from_json(row.thread),
        answer=Answer.model_validate(row.answer),
        private=row.private,
        alone=row.alone,
        author=row.author,
        shared_by=row.shared_by,
        covered=row.covered,
        asked_at=row.asked_at,
    )
