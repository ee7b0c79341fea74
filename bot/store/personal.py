"""What is kept of one person: all of it, and deleting it, words in others' answers too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select, update

from bot.store import tables as t
from bot.store.records import Place, thread_from_json


def kept(connection: Connection, team: str, person: str) -> dict[str, list[dict[str, Any]]]:
    """A person's votes, and their messages that somebody else had assessed."""
    votes = select(t.votes).where(t.votes.c.team == team, t.votes.c.voter == person)
    columns = (t.assessments.c.question, t.assessments.c.asked_at)
    written = select(*columns).where(
        t.assessments.c.team == team,
        t.assessments.c.author == person,
        t.assessments.c.asker != person,
    )
    queries = {"votes": votes, "assessed_by_others": written}
    return {
        name: [dict(row._mapping) for row in connection.execute(query)]
        for name, query in queries.items()
    }


def forget(connection: Connection, team: str, person: str) -> int:
    """Delete all that is kept of a person. Returns how many assessments of theirs there were."""
    here = t.assessments.c.team == team
    named = t.channels.c.contact.contains(person, autoescape=True)
    settings = update(t.channels).where(t.channels.c.team == team, named)
    connection.execute(settings.values(contact=""))
    connection.execute(delete(t.votes).where(t.votes.c.team == team, t.votes.c.voter == person))
    alone = delete(t.threads).where(t.threads.c.team == team, t.threads.c.person == person)
    connection.execute(alone)
    said = _said(connection, team, person)
    asked = connection.execute(delete(t.assessments).where(here, t.assessments.c.asker == person))
    connection.execute(delete(t.assessments).where(here, t.assessments.c.author == person))
    for place, words in said.items():
        connection.execute(delete(t.threads).where(*at(t.threads, place)))
        _forget_words(connection, place, words)
    return asked.rowcount


def at(table: Any, place: Place) -> tuple[Any, ...]:
    """The conditions for rows of a thread."""
    return (
        table.c.team == place.team,
        table.c.channel == place.channel,
        table.c.thread_ts == place.thread_ts,
    )


def place_of(row: Row[Any]) -> Place:
    return Place(team=row.team, channel=row.channel, thread_ts=row.thread_ts)


def _said(connection: Connection, team: str, person: str) -> dict[Place, set[str]]:
    """A person's messages by thread. A private draft belongs to none."""
    theirs = or_(t.assessments.c.asker == person, t.assessments.c.author == person)
    found: dict[Place, set[str]] = {}
    query = select(t.assessments).where(t.assessments.c.team == team, theirs)
    for row in connection.execute(query.where(~t.assessments.c.private)):
        found.setdefault(place_of(row), set()).add(row.question)
    return found


def _forget_words(connection: Connection, place: Place, words: set[str]) -> None:
    """Delete the assessments of a thread that rest on any of these messages, or on their beginning
    (of a long first message a thread keeps no more)."""
    columns = (t.assessments.c.id, t.assessments.c.thread)
    found = connection.execute(select(*columns).where(*at(t.assessments, place))).all()
    gone = [
        key
        for key, thread in found
        for texts in [thread_from_json(thread).texts]
        if any(text and word.startswith(text) for text in texts for word in words)
    ]
    connection.execute(delete(t.assessments).where(t.assessments.c.id.in_(gone)))
