"""What is kept, as frozen types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot.advisor.answer import Answer
from bot.advisor.fact import Fact
from bot.advisor.thread import Thread
from knowledge.model import Criterion, Ring, State


class Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(Kept):
    """A thread in Slack; for a reply outside threads `thread_ts` is the post itself."""

    team: str
    channel: str
    thread_ts: str


class Departure(Kept):
    """Who removed the app: a workspace, or an organisation, which then has no `team`. `told_at` is
    when Slack said so last."""

    enterprise: str | None
    team: str | None
    told_at: float


class Assessment(Kept):
    """One reply and everything it rests on. `asked_at` is in seconds since 1970.

    `private` is true for a draft that only the asker sees, `shared_by` says who made one public.
    `alone`: the question stands nowhere but in the reply (a command, a form, someone else's
    message, whose `author` is then known). `covered` is false where nothing in the documents
    answered: these are the gaps that admins see.
    """

    id: str
    place: Place
    reply_ts: str | None = None
    asker: str
    question: str
    thread: Thread
    answer: Answer
    private: bool = False
    alone: bool = False
    author: str | None = None
    shared_by: str | None = None
    covered: bool = True
    asked_at: float

    @property
    def listener(self) -> str:
        """The person who alone can read it; empty where all can."""
        return self.asker if self.private else ""

    @property
    def in_thread(self) -> bool:
        """Whether it goes on with what was said in its thread. A draft stands for itself."""
        return not (self.private and self.alone)


class Vote(Kept):
    assessment: str
    team: str
    voter: str
    helpful: bool
    reason: str = ""
    voted_at: float


class ChannelSettings(Kept):
    """How the bot behaves in one channel.

    `unaddressed`: answer questions about Rust that do not mention the bot. `private`: reply so
    that only the asker sees it. `contact`: whom to point to for human help, as Slack mrkdwn.
    """

    unaddressed: bool = False
    private: bool = False
    contact: str = ""


_SAID = TypeAdapter[Mapping[Criterion, Fact] | None](Mapping[Criterion, Fact] | None)


def thread_to_json(thread: Thread) -> dict[str, Any]:
    return {
        "texts": list(thread.texts),
        "facts": _plain(thread.facts),
        "withdrawn": sorted(thread.withdrawn),
        "ring": thread.ring.value if thread.ring else None,
        "known": _plain(thread.known),
        "said": _SAID.dump_python(thread.said, mode="json"),
        "work": thread.work,
    }


def thread_from_json(body: Mapping[str, Any]) -> Thread:
    return Thread(
        texts=tuple(body["texts"]),
        facts={Criterion(name): state for name, state in body["facts"].items()},
        ring=Ring(body["ring"]) if body["ring"] else None,
        known={Criterion(name): state for name, state in body["known"].items()},
        withdrawn=frozenset(map(Criterion, body.get("withdrawn", ()))),
        said=_SAID.validate_python(body.get("said")),
        work=body.get("work", 0),
    )


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """The fields that make the answer; what is worked out from them is left out."""
    return answer.model_dump(mode="json", exclude={"statements", "cases"})


def _plain(facts: Mapping[Criterion, State]) -> dict[str, str]:
    return {criterion.value: state for criterion, state in facts.items()}
