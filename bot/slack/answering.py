"""Answers posts that lie on the disk: works the answer out once, and says it once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from dbos import error as dbos_error
from pydantic import BaseModel, ConfigDict
from slack_sdk import WebClient
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.advisor.question import QuestionError
from bot.durable.database import work_url
from bot.durable.job import Run
from bot.durable.pace import Pace
from bot.logs import get_logger
from bot.office import Consulted
from bot.slack.blocks.kit import section
from bot.slack.blocks.reply import Message, reply
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.once import Search, mark, patient, say_once
from bot.slack.posting import delete_once, thinking, whisper
from bot.slack.posting import post as send
from bot.slack.posts import Post
from bot.slack.room import Room
from bot.store.database import away
from bot.store.records import Assessment

log = get_logger(__name__)

SECONDS_APART = 1.05
"""Slack takes about one message a second in a channel.

https://docs.slack.dev/apis/web-api/rate-limits
"""
_AT_ONCE = 2
"""Answers worked out at one time; more would only wait for each other's processor."""
_DEATHS = 5
"""Times that the process died while a post was worked out, until that is taken to be why."""
_CAUTION = (2.0, 4.0, 8.0, 16.0)
"""Seconds that a post waits, after one, two, three and four such deaths, for others to be answered
before it. Then it is worked out alone, so that none is blamed for what another one did."""
_PAUSES = (1.0, 2.0)
"""Seconds between tries of what a disk or a database refuses."""
_AWAY_SECONDS = 2.0
_TURNED_AWAY_SECONDS = 60.0
"""A person is told that a channel is full so often, at most."""

Result = TypeVar("Result")


class Outcome(BaseModel):
    """What to say to a post: an assessment, or a notice in mrkdwn; neither where nothing is."""

    model_config = ConfigDict(frozen=True)

    assessment: Assessment | None = None
    change: str = ""
    notice: str = ""

    def as_json(self) -> str:
        """Without what an answer works out from itself, and does not read."""
        derived = {"assessment": {"answer": {"statements", "cases"}}}
        return self.model_dump_json(exclude=derived)


class TooOften(Exception):
    """The process died each time that a post was worked out."""


def open_posts(house: House, client: WebClient) -> Answering:
    """Take posts, and answer them once `ready` is set, first those of a former process.

    The other end is `house.posts.close`.
    """
    answering = Answering(house, client)
    house.posts.open(work_url(house.settings.database), answering, SECONDS_APART)
    return answering


class Answering:
    """The work of one process; safe to share between threads. Nothing is answered before `ready`:
    models are loaded once, not by each who finds them missing."""

    def __init__(self, house: House, client: WebClient) -> None:
        self.ready = threading.Event()
        self._house = house
        self._own = patient(client)
        self._room = Room(_AT_ONCE)
        self._turned_away = Pace(_TURNED_AWAY_SECONDS)

    def __call__(self, run: Run, body: str) -> None:
        """Answer the post that `body` holds. Raises what a step could not be noted for."""
        while not self.ready.is_set():
            run.pause(0.1)
        asked = Post.model_validate_json(body)
        try:
            self._answered(run, asked)
        except (SQLAlchemyError, dbos_error.DBOSException):
            raise
        except Exception:
            with truthfully(self._house.notices, lambda said: self._post(run, asked, said), "post"):
                raise

    def _answered(self, run: Run, asked: Post) -> None:
        outcome = Outcome.model_validate_json(self._worked_out(run, asked))
        if outcome.assessment and (failure := run.step("keep", lambda: self._keep(run, outcome))):
            outcome = Outcome(notice=failure)
        if outcome.assessment or outcome.notice:
            run.step("post", lambda: self._say(run, asked, outcome) or "")

    def _worked_out(self, run: Run, asked: Post) -> str:
        """The outcome as JSON. That it is begun is noted first, to know what kills the process."""
        known, begun = "consult" in run.done, run.done.count("begin")
        shown = nullcontext() if known or not asked.certain else self._thinking(asked)
        suspect = not known and 0 < begun < _DEATHS
        with shown:
            if suspect:
                run.pause(_CAUTION[begun - 1])
            with self._room.inside(alone=suspect):
                run.pause(0)
                for _ in range(begun + (not known)):
                    run.step("begin", str)
                return run.step("consult", lambda: self._consult(run, asked, begun).as_json())

    def _thinking(self, asked: Post) -> AbstractContextManager[None]:
        try:
            client = self._client(asked)
        except Exception:  # met again where it counts
            log.info("no status shown", exc_info=True)
            return nullcontext()
        status = self._house.notices.thinking
        return thinking(client, asked.channel, asked.place.thread_ts, status)

    def _client(self, asked: Post) -> WebClient:
        """Raises `NotInstalled`."""
        workspaces = self._house.workspaces
        return self._own if workspaces is None else patient(workspaces.client(asked.team))

    def _consult(self, run: Run, asked: Post, begun: int) -> Outcome:
        """Never raises `Exception`: what fails becomes a notice. Nothing is kept, so that it can be
        done again."""
        notices, told = self._house.notices, list[Message]()
        with truthfully(notices, told.append, "post"):
            if asked.crowded:
                first = self._turned_away.free(f"{asked.lane}/{asked.user}")
                return Outcome(notice=notice(notices.crowded).text if first else "")
            if begun >= _DEATHS:
                raise TooOften
            if not asked.certain and not _again(run, lambda: self._meant_for_us(asked)):
                return Outcome()
            if asked.external and not self._house.settings.shared_channels:
                return Outcome(notice=notice(notices.external).text)
            if not asked.text:
                return Outcome(notice=notice(notices.empty).text)
            return self._answer(run, asked)
        return Outcome(notice=told[0].text)

    def _answer(self, run: Run, asked: Post) -> Outcome:
        office = self._house.office

        def work_out() -> Consulted:
            private = self._private(asked)
            return office.work_out(
                asked.assessment, asked.place, asked.user, asked.text, private=private
            )

        found = _again(run, work_out)
        return Outcome(assessment=found.assessment, change=found.change)

    def _meant_for_us(self, asked: Post) -> bool:
        office = self._house.office
        try:
            if asked.thread_ts:
                return office.concerns(asked.place, asked.user, asked.text)
            return office.about_rust(asked.team, asked.text)
        except QuestionError:
            return False

    def _keep(self, run: Run, outcome: Outcome) -> str:
        """Keep what is answered. A step of its own: what a person deletes does not come back.

        Returns what to say instead where that fails, else nothing.
        """
        told, made = list[Message](), outcome.assessment
        assert made is not None
        with truthfully(self._house.notices, told.append, "post"):
            _again(run, lambda: self._house.office.keep(made))
        return told[0].text if told else ""

    def _say(self, run: Run, asked: Post, outcome: Outcome) -> str | None:
        """Never raises `Exception` either."""
        made, office = outcome.assessment, self._house.office
        with truthfully(self._house.notices, lambda said: self._post(run, asked, said), "post"):
            if made and not _again(run, lambda: office.store.assessment(asked.team, made.id)):
                log.info("deleted before it was posted")
                if "consult" in run.done:  # a former run may have posted it all the same
                    self._take_away(run, asked, self._look(asked))
                return None
            ts = self._post(run, asked, _again(run, lambda: self._message(asked, outcome)))
            if made and ts:
                self._note(run, asked, made, ts)
            return ts
        return None

    def _note(self, run: Run, asked: Post, made: Assessment, ts: str) -> None:
        """Note where a reply stands; take it away where it was deleted before that was known."""
        try:
            kept = _again(run, lambda: self._house.office.posted(made, ts))
        except Exception:
            log.exception("a reply stands, but not where it is noted")
            return
        if not kept:
            self._take_away(run, asked, lambda: ts)

    def _take_away(self, run: Run, asked: Post, look: Callable[[], str | None]) -> None:
        """Delete a reply that is not kept any more, where `look` finds it."""

        def delete() -> None:
            if ts := look():
                delete_once(self._client(asked), asked.channel, ts)

        pace = self._house.posts.pace
        try:
            say_once(run, pace, asked.lane, delete, lambda: None, doubtful=False)
        except Exception:
            log.exception("a deleted answer still stands in Slack")

    def _message(self, asked: Post, outcome: Outcome) -> Message:
        if outcome.assessment is None:
            return Message([section(outcome.notice)], outcome.notice)
        contact = self._house.office.store.channel(asked.team, asked.channel).contact
        return reply(outcome.assessment, self._house.words, outcome.change, contact)

    def _post(self, run: Run, asked: Post, message: Message) -> str | None:
        """Say it to all, or to the asker only where that is wished; that is not found again."""
        place, key = asked.place, asked.assessment

        def sure() -> None:
            run.pause(0)

        def publicly() -> str | None:
            client = self._client(asked)
            return send(client, asked.channel, message, place.thread_ts, mark(key), sure)

        def privately() -> str | None:
            client = self._client(asked)
            whisper(client, asked.channel, asked.user, message, asked.thread_ts, sure)
            return None

        doubtful = "consult" in run.done
        pace = self._house.posts.pace
        if asked.crowded or _again(run, lambda: self._private(asked)):
            return say_once(run, pace, asked.lane, privately, lambda: None, doubtful=doubtful)
        look = self._look(asked)
        return say_once(run, pace, asked.lane, publicly, look, doubtful=doubtful)

    def _look(self, asked: Post) -> Callable[[], str | None]:
        search = Search(
            asked.channel, asked.place.thread_ts, asked.ts, asked.bot_id, asked.assessment
        )
        return lambda: search.find(self._client(asked))

    def _private(self, asked: Post) -> bool:
        settings = self._house.office.store.channel(asked.team, asked.channel)
        return settings.private and not asked.direct


def _again(run: Run, work: Callable[[], Result]) -> Result:
    """Do what a disk or a database may refuse for a moment, a few times; where the database is
    away, until it is back: nothing that is said meanwhile could be noted."""
    pauses = iter(_PAUSES)
    while True:
        try:
            return work()
        except (OSError, SQLAlchemyError) as error:
            gone = away(error)
            pause = _AWAY_SECONDS if gone else next(pauses, None)
            if pause is None or not (gone or isinstance(error, (OSError, OperationalError))):
                raise
            log.warning("will try again", error=type(error).__name__)
            run.pause(pause)
