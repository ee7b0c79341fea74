"""Conversations: facts persist, later ones win, and what changed is said."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer
from bot.advisor.question import MAX_CHARACTERS, QuestionError
from bot.advisor.text import uncapitalised
from bot.advisor.thread import Thread, Turn, reply, settle, settle_all
from bot.reader.reading import Reading
from knowledge.model import Criterion, Intent, Ring, State
from tests.bot.saying import Literal

CUES = {
    "how did": Intent.CASE_STUDY,
    "How long": Intent.COST,
    "How do we start": Intent.ADOPTION,
    "lunch": Intent.OUT_OF_SCOPE,
    "by the way": Intent.OUT_OF_SCOPE,
}


@pytest.fixture(scope="module")
def hearing(literal: Advisor) -> Advisor:
    """Reads fixed phrases and takes some cues for another intent."""
    return Advisor(literal.desk, Literal(intents=CUES), literal._encoder)


def said(advisor: Advisor, *messages: str) -> Turn:
    """The last turn of a conversation."""
    thread = Thread()
    for message in messages:
        turn = reply(advisor, thread, message)
        thread = turn.thread
    return turn


def states(answer: Answer) -> dict[Criterion, State]:
    return {c.criterion: c.state for c in answer.checklist if c.state != "unknown"}


def test_a_first_verdict_changes_nothing(hearing: Advisor) -> None:
    assert said(hearing, "Rust? it is CPU-bound").change == ""


def test_facts_of_earlier_messages_stay(hearing: Advisor) -> None:
    turn = said(hearing, "Rust? it is CPU-bound", "it is due on Friday", "all of us know Rust")
    assert states(turn.answer) == {
        Criterion.CPU_BOUND: "yes",
        Criterion.TIGHT_DEADLINE: "yes",
        Criterion.TEAM_EXPERIENCE: "yes",
    }


def test_a_later_message_overrides_an_earlier_one(hearing: Advisor) -> None:
    turn = said(hearing, "Rust? it is due on Friday", "sorry, there is no deadline")
    assert states(turn.answer) == {Criterion.TIGHT_DEADLINE: "no"}


def test_a_later_message_overrides_a_button_and_a_button_a_message(hearing: Advisor) -> None:
    turn = said(hearing, "Rust? it is CPU-bound")
    turn = settle(hearing, turn.thread, Criterion.CPU_BOUND, "no")
    assert states(turn.answer)[Criterion.CPU_BOUND] == "no"
    turn = reply(hearing, turn.thread, "no: it is CPU-bound")
    assert states(turn.answer)[Criterion.CPU_BOUND] == "yes"


def test_the_words_behind_a_fact_are_shown_as_long_as_they_are_there(hearing: Advisor) -> None:
    turn = said(hearing, "Rust? it is CPU-bound", "it is due on Friday")
    quotes = {c.criterion: c.evidence.quote for c in turn.answer.checklist if c.evidence}
    assert quotes == {
        Criterion.CPU_BOUND: "it is CPU-bound",
        Criterion.TIGHT_DEADLINE: "it is due on Friday",
    }


def test_a_change_of_ring_is_said_with_the_fact_that_made_it(hearing: Advisor) -> None:
    labels = hearing.desk.phrases.labels
    first = said(hearing, "Rust for our little thing?")
    turn = reply(hearing, first.thread, "it is a CRUD app, it is due on Friday")
    assert (first.answer.ring, turn.answer.ring) == (Ring.ASSESS, Ring.HOLD)
    why = [hearing.desk.checklist[c] for c in (Criterion.ROUTINE_APP, Criterion.TIGHT_DEADLINE)]
    facts = "; ".join(uncapitalised(item.yes) for item in why)
    rings = {"before": "assess", "after": "hold"}
    assert turn.change == labels.changed_because.format(**rings, facts=facts)


def test_only_what_speaks_the_way_the_ring_went_is_said_to_be_why(hearing: Advisor) -> None:
    labels, checklist = hearing.desk.phrases.labels, hearing.desk.checklist
    first = said(hearing, "Rust for our little thing?")
    turn = reply(hearing, first.thread, "it is a CRUD app, it is due on Friday, it is CPU-bound")
    assert turn.answer.ring is Ring.HOLD
    why, _, besides = turn.change.partition(labels.added.partition("{")[0])
    assert uncapitalised(checklist[Criterion.ROUTINE_APP].yes) in why
    assert uncapitalised(checklist[Criterion.CPU_BOUND].yes) in besides


def test_a_ring_that_stays_is_said_too(hearing: Advisor) -> None:
    turn = said(hearing, "Rust? it is a CRUD app, it is due on Friday", "nobody knows Rust")
    assert turn.change.startswith(hearing.desk.phrases.labels.unchanged.format(ring="hold"))


def test_what_was_known_before_is_not_said_to_be_new(hearing: Advisor) -> None:
    turn = said(hearing, "Rust? it is CPU-bound", "as I said, it is CPU-bound")
    assert turn.change
    assert uncapitalised(hearing.desk.checklist[Criterion.CPU_BOUND].yes) not in turn.change


def test_several_facts_by_button_are_settled_at_once(hearing: Advisor) -> None:
    turn = said(hearing, "Rust?")
    facts: dict[Criterion, State] = {Criterion.ROUTINE_APP: "yes", Criterion.TIGHT_DEADLINE: "no"}
    turn = settle_all(hearing, turn.thread, facts)
    assert states(turn.answer) == facts
    assert turn.thread.known == facts


def test_a_button_says_what_it_changed(hearing: Advisor) -> None:
    turn = said(hearing, "Rust? it is due on Friday")
    turn = settle(hearing, turn.thread, Criterion.ROUTINE_APP, "yes")
    assert uncapitalised(hearing.desk.checklist[Criterion.ROUTINE_APP].yes) in turn.change


def test_a_fact_settled_before_anything_was_said_is_judged(hearing: Advisor) -> None:
    turn = settle(hearing, Thread(), Criterion.ROUTINE_APP, "yes")
    assert states(turn.answer) == {Criterion.ROUTINE_APP: "yes"}


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("how did Discord do it, where p99 must stay under 5 ms?", Intent.CASE_STUDY),
        ("How long does it take when nobody knows Rust?", Intent.COST),
        ("How do we start if it is due on Friday?", Intent.ADOPTION),
    ],
)
def test_a_question_about_others_leaves_the_thread_as_it_was(
    hearing: Advisor, question: str, intent: Intent
) -> None:
    before = said(hearing, "Rust? it is CPU-bound").thread
    turn = reply(hearing, before, question)
    assert (turn.answer.intent, turn.thread, turn.change) == (intent, before, "")


def test_small_talk_leaves_the_thread_as_it_was(hearing: Advisor) -> None:
    before = said(hearing, "Rust? it is CPU-bound").thread
    turn = reply(hearing, before, "what is for lunch?")
    assert turn.answer.intent is Intent.OUT_OF_SCOPE
    assert turn.thread == before


def test_a_statement_adds_its_facts_whatever_else_it_is_taken_for(hearing: Advisor) -> None:
    turn = said(hearing, "Rust? it is CPU-bound", "by the way it is due on Friday")
    assert turn.answer.intent is Intent.DECISION
    assert Criterion.TIGHT_DEADLINE in states(turn.answer)


def test_small_talk_opens_no_thread(hearing: Advisor) -> None:
    assert said(hearing, "by the way it is due on Friday").thread == Thread()


@pytest.mark.parametrize("text", ["", " ", "\x00", "x" * (MAX_CHARACTERS + 1), "\udcff"])
def test_what_is_no_question_is_refused_in_a_thread_too(hearing: Advisor, text: str) -> None:
    with pytest.raises(QuestionError):
        reply(hearing, said(hearing, "Rust? it is CPU-bound").thread, text)


def test_a_very_long_thread_stays_within_the_limit_and_keeps_its_facts(hearing: Advisor) -> None:
    thread = said(hearing, "Rust? it is CPU-bound. " + "a" * 9_000).thread
    thread = reply(hearing, thread, "it is due on Friday " + "b" * 15_000).thread
    for letter in "cdefg":
        thread = reply(hearing, thread, "Is it? " + letter * 9_000).thread
        assert len("\n".join(thread.texts)) <= MAX_CHARACTERS
    assert thread.texts[0].startswith("Rust? it is CPU-bound")
    assert thread.texts[-1].endswith("g")
    assert "it is due on Friday" not in "".join(thread.texts)
    assert dict(thread.known) == {Criterion.CPU_BOUND: "yes", Criterion.TIGHT_DEADLINE: "yes"}


@pytest.mark.parametrize("length", [MAX_CHARACTERS - 7, MAX_CHARACTERS])
def test_facts_outlast_a_message_that_leaves_no_room_for_the_first(
    hearing: Advisor, length: int
) -> None:
    turn = said(hearing, "Rust? " + "a" * 30_000 + " it is CPU-bound", "Is it? ".ljust(length, "b"))
    assert states(turn.answer) == {Criterion.CPU_BOUND: "yes"}
    assert len("\n".join(turn.thread.texts)) <= MAX_CHARACTERS


@dataclass(frozen=True)
class Shortsighted(Literal):
    """Reads the end of a text only, as the trained reader skips the middle of a long one."""

    def read(self, text: str) -> Reading:
        return super().read(" " * (len(text) - 60) + text[-60:])


def test_a_fact_that_the_texts_together_no_longer_tell_stays(literal: Advisor) -> None:
    advisor = Advisor(literal.desk, Shortsighted(), literal._encoder)
    first = said(advisor, "Rust? it is CPU-bound, it is due on Friday")
    turn = reply(advisor, first.thread, "there is no deadline, and that is all. Is it Rust then?")
    assert dict(turn.thread.known) == {Criterion.CPU_BOUND: "yes", Criterion.TIGHT_DEADLINE: "no"}
    assert states(turn.answer) == dict(turn.thread.known)


def test_the_same_conversation_gives_the_same_bytes(hearing: Advisor) -> None:
    messages = ("Rust? it is CPU-bound", "it is due on Friday", "nobody knows Rust")
    one, other = said(hearing, *messages), said(hearing, *messages)
    assert one.answer.model_dump_json() == other.answer.model_dump_json()
    assert one == other
