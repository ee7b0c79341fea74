"""Answers and remembers: the advisor and the store together. Knows nothing of Slack's API."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer
from bot.advisor.question import ask
from bot.advisor.ring import Verdict
from bot.advisor.thread import Thread, Turn, reply, settle_all, suppose
from bot.metrics import measured
from bot.service import Service
from bot.store.records import Assessment, Place
from bot.store.store import Store
from knowledge.content import load_phrases
from knowledge.model import Criterion, Intent, State

_CHATTER = 0.95
"""So sure must the reader be that a message is about something else, for a fact read from it not to
count where nobody asked. "The deadline is next Friday." comes to 0.80, "I'm on it" to 0.955."""
_RUST = re.compile(r"\brust\b", re.IGNORECASE)


@dataclass(frozen=True)
class Consulted:
    """A kept assessment, and a sentence on what a new fact did to the verdict."""

    assessment: Assessment
    change: str = ""


def names_rust(text: str) -> bool:
    """Whether a text may ask about Rust: cheap, for every post of a channel."""
    return bool(_RUST.search(text)) and "?" in text


class Office:
    """One for each process; safe to share between threads."""

    def __init__(
        self, service: Service, store: Store, clock: Callable[[], float] = time.time
    ) -> None:
        self.service, self.store, self.clock = service, store, clock

    def advisor(self, team: str) -> Advisor:
        """A workspace's, over the snapshot that is current now. Raises as `Service.advisor_of`."""
        return self.service.advisor_of(team)

    def consult(
        self,
        place: Place,
        asker: str,
        text: str,
        *,
        private: bool = False,
        alone: bool = False,
        author: str | None = None,
    ) -> Consulted:
        """Answer a message in a thread and keep all of it. Raises `QuestionError`.

        See `Assessment` for `private`, `alone` and `author`.
        """
        draft = private and alone
        thread = Thread() if draft else self._said(place, asker if private else "")
        turn = measured(lambda: reply(self.advisor(place.team), thread, text))
        return self._keep(place, asker, text, turn, private=private, alone=alone, author=author)

    def work_out(
        self, key: str, place: Place, asker: str, text: str, *, private: bool = False
    ) -> Consulted:
        """What `consult` answers, as the assessment of a given id. Nothing is kept yet."""
        thread = self._said(place, asker if private else "")
        turn = measured(lambda: reply(self.advisor(place.team), thread, text))
        made = self._assessment(key, place, asker, text, turn, private=private, alone=False)
        return Consulted(made, turn.change)

    def keep(self, made: Assessment) -> None:
        """Keep what was worked out, once: it may have been changed by a button since."""
        if self.store.assessment(made.place.team, made.id) is None:
            self.store.keep(made, made.thread if made.in_thread else None)

    def consult_with(
        self,
        place: Place,
        asker: str,
        text: str,
        facts: Mapping[Criterion, State],
        *,
        private: bool = False,
    ) -> Consulted:
        """Judge a piece of work described in words and by answered criteria (the form).

        One of the two may be empty. Raises `QuestionError`.
        """
        if text or not facts:
            ask(text)
        advisor = self.advisor(place.team)
        turn = measured(lambda: settle_all(advisor, Thread(), facts, text=text))
        return self._keep(place, asker, text, turn, private=private, alone=True)

    def settle(
        self,
        kept: Assessment,
        facts: Mapping[Criterion, State],
        withdrawn: Iterable[Criterion] = (),
        text: str | None = None,
    ) -> Consulted:
        """Work a verdict out anew with facts answered or withdrawn; the assessment keeps its id.

        What was said in the thread about this piece of work since then counts too, unless a `text`
        takes its place.
        """
        said = self._thread(kept)
        advisor = self.advisor(kept.place.team)
        turn = measured(lambda: settle_all(advisor, said, facts, withdrawn, text))
        question = kept.question if text is None else text
        update = {"thread": turn.thread, "answer": turn.answer, "question": question}
        now = kept.model_copy(update=update)
        self.store.keep(now)
        latest = self.store.thread(kept.place, kept.listener) if kept.in_thread else None
        if kept.in_thread and (latest is None or latest.work == said.work):
            self.store.keep_thread(kept.place, turn.thread, self.clock(), kept.listener)
        return Consulted(now, turn.change)

    def suppose(
        self,
        kept: Assessment,
        facts: Mapping[Criterion, State],
        withdrawn: Iterable[Criterion] = (),
    ) -> Verdict:
        """The verdict that `settle` would come to. Nothing is kept."""
        return suppose(self.advisor(kept.place.team), self._thread(kept), facts, withdrawn)

    def posted(self, kept: Assessment, reply_ts: str) -> bool:
        """Remember where the reply stands; False where it is not kept any more."""
        return self.store.note_reply(kept.place.team, kept.id, reply_ts)

    def share(
        self, kept: Assessment, channel: str, ts: str, thread_ts: str | None = None
    ) -> Assessment:
        """A private draft becomes a post of its own at `ts`, and that a thread with its facts; or
        a post in the thread `thread_ts`, which has them from then on."""
        place = Place(team=kept.place.team, channel=channel, thread_ts=thread_ts or ts)
        update = {"place": place, "private": False, "reply_ts": ts, "alone": True}
        now = kept.model_copy(update=update)
        self.store.keep(now)
        self.store.keep_thread(place, now.thread, self.clock())
        return now

    def engaged(self, place: Place, person: str) -> bool:
        """Whether a person who writes in a thread may be going on with what was answered there."""
        return any(self.store.thread(place, whom) is not None for whom in ("", person))

    def concerns(self, place: Place, person: str, text: str) -> bool:
        """Whether what a person writes in an engaged thread, naming nobody, is meant for the bot.

        It is where it asks for something in scope or states a fact. People may talk among
        themselves, and a deadline may be read from "lunch at noon?": then the bot stays out.
        """
        if not self.engaged(place, person):
            return False
        thread = self._said(place, person)
        question, advisor = ask(text), self.advisor(place.team)
        reading = advisor.read(question)
        in_scope = advisor.intent(question, reading) is not Intent.OUT_OF_SCOPE
        states = "?" not in text and reading.intent[Intent.OUT_OF_SCOPE] < _CHATTER
        return in_scope or bool(thread.texts and reading.signals and states)

    def about_rust(self, team: str, text: str) -> bool:
        """Whether a post that names nobody asks about Rust."""
        if not names_rust(text):
            return False
        question, advisor = ask(text), self.advisor(team)
        return advisor.intent(question, advisor.read(question)) is not Intent.OUT_OF_SCOPE

    def _said(self, place: Place, person: str) -> Thread:
        """What was said in a thread: where a person alone is answered, what they were answered on,
        and before that what all can read. Never the other way round."""
        own = self.store.thread(place, person) if person else None
        return own or self.store.thread(place) or Thread()

    def _thread(self, kept: Assessment) -> Thread:
        """What was said by now about the work of an assessment."""
        found = self.store.thread(kept.place, kept.listener) if kept.in_thread else None
        return found if found and found.work == kept.thread.work else kept.thread

    def _keep(
        self,
        place: Place,
        asker: str,
        text: str,
        turn: Turn,
        *,
        private: bool,
        alone: bool,
        author: str | None = None,
    ) -> Consulted:
        key = secrets.token_hex(8)
        kept = self._assessment(
            key, place, asker, text, turn, private=private, alone=alone, author=author
        )
        self.store.keep(kept, turn.thread if kept.in_thread else None)
        return Consulted(kept, turn.change)

    def _assessment(
        self,
        key: str,
        place: Place,
        asker: str,
        text: str,
        turn: Turn,
        *,
        private: bool,
        alone: bool,
        author: str | None = None,
    ) -> Assessment:
        return Assessment(
            id=key,
            place=place,
            asker=asker,
            question=text,
            thread=turn.thread,
            answer=turn.answer,
            private=private,
            alone=alone,
            author=author,
            covered=_covered(turn.answer),
            asked_at=self.clock(),
        )


def _covered(answer: Answer) -> bool:
    """Whether everything asked for was found. A greeting lacks nothing."""
    headlines = load_phrases().headlines
    absent, _, _ = headlines.not_covered.partition("{")
    if any(note.startswith(absent) for note in answer.notes):
        return False  # what else was found is about others
    return bool(answer.ring or answer.statements) or answer.headline == headlines.greeted
