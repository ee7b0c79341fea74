"""Conversations: facts persist, later ones win, and what changed is said."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer, Check
from bot.advisor.question import MAX_CHARACTERS, QuestionError
from bot.advisor.text import stated, uncapitalised
from bot.advisor.thread import Thread, Turn, question_of, reply, settle, settle_all
from bot.reader.reading import Reading, SignalReading
from bot.store.records import thread_from_json, thread_to_json
from knowledge.model import Criterion, Intent, Ring, State
from tests.bot.saying import Literal

CUES = {
    "how did": Intent.CASE_STUDY,
    "How long": Intent.COST,
    "How do we start": Intent.ADOPTION,
    "lunch": Intent.OUT_OF_SCOPE,
    "by the way": Intent.OUT_OF_SCOPE,
}


_DATA = Path(__file__).parents[1] / "data"
SAID_BOTH_WAYS = [
    json.loads(line) for line in (_DATA / "said_both_ways.jsonl").read_text("utf-8").splitlines()
]


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


@dataclass(frozen=True)
class Weighing(Literal):
    """Reads a criterion that is stated both ways so, and one with "perhaps" with little faith."""

    def read(self, text: str) -> Reading:
        reading, signals = super().read(text), {}
        for criterion, signal in reading.signals.items():
            words = (at for at, named in self.phrases.items() if named[0] is criterion)
            spans = [(text.find(at), text.find(at) + len(at)) for at in words if at in text]
            others = [span for span in spans if span != (signal.start, signal.end)]
            doubt = 0.4 if "perhaps " in text[max(signal.start - 8, 0) : signal.start] else 0.9
            signals[criterion] = replace(signal, probability=doubt, opposite=(others or [None])[0])
        return replace(reading, signals=signals)


@pytest.fixture(scope="module")
def weighing(literal: Advisor) -> Advisor:
    return Advisor(literal.desk, Weighing(), literal._encoder)


BOTH = "it is CPU-bound. But it is not CPU-bound."


def check(answer: Answer, criterion: Criterion) -> Check:
    return next(c for c in answer.checklist if c.criterion is criterion)


@pytest.mark.parametrize("before", ["Rust?", "Rust? it is CPU-bound", "Rust? it is not CPU-bound"])
def test_a_later_message_that_states_both_is_shown_both_ways_and_not_counted(
    weighing: Advisor, before: str
) -> None:
    turn = said(weighing, before, BOTH)
    cpu = check(turn.answer, Criterion.CPU_BOUND)
    assert (cpu.weighs, cpu.answered) == ("neutral", False)
    assert {e.quote for e in (cpu.evidence, cpu.opposite) if e} == {
        "it is CPU-bound",
        "it is not CPU-bound",
    }
    assert Criterion.CPU_BOUND not in turn.thread.known
    turn = reply(weighing, turn.thread, "it is due on Friday")
    assert check(turn.answer, Criterion.CPU_BOUND).opposite is not None


def test_a_clear_message_settles_what_was_stated_both_ways(weighing: Advisor) -> None:
    turn = said(weighing, "Rust?", BOTH, "measured again: it is CPU-bound")
    cpu = check(turn.answer, Criterion.CPU_BOUND)
    assert (cpu.state, cpu.weighs, cpu.opposite) == ("yes", "for", None)


def test_doubt_in_a_later_message_stays_doubt(weighing: Advisor) -> None:
    turn = said(weighing, "Rust?", "perhaps it is CPU-bound")
    cpu = check(turn.answer, Criterion.CPU_BOUND)
    assert (cpu.state, cpu.confidence) == ("yes", 0.4)
    desk = weighing.desk
    assert stated(cpu, desk.checklist, desk.phrases).startswith("Perhaps ")


@pytest.mark.parametrize("later", ["perhaps it is not CPU-bound", BOTH])
def test_neither_doubt_nor_both_at_once_outdo_what_was_answered(
    weighing: Advisor, later: str
) -> None:
    turn = settle(weighing, said(weighing, "Rust?").thread, Criterion.CPU_BOUND, "yes")
    turn = reply(weighing, turn.thread, later)
    assert turn.thread.known[Criterion.CPU_BOUND] == "yes"


def test_doubt_does_not_outdo_what_was_stated_clearly(weighing: Advisor) -> None:
    turn = said(weighing, "Rust? it is CPU-bound", "perhaps it is not CPU-bound")
    assert check(turn.answer, Criterion.CPU_BOUND).confidence == 0.9
    assert turn.thread.known[Criterion.CPU_BOUND] == "yes"


@dataclass(frozen=True)
class Inventive(Literal):
    """Of a text of several lines, reads words that no line states by itself."""

    words: str = ""

    def read(self, text: str) -> Reading:
        reading = super().read(text)
        if "\n" not in text or self.words not in text:
            return reading
        start = text.index(self.words)
        told = SignalReading("no", 0.6, start, start + len(self.words))
        return replace(reading, signals={**reading.signals, Criterion.TIGHT_DEADLINE: told})


@pytest.mark.parametrize(("words", "known"), [("may be due", False), ("no hurry", True)])
def test_a_later_message_makes_no_earlier_one_say_more(
    literal: Advisor, words: str, known: bool
) -> None:
    """What only both together tell counts where the later one has the words."""
    advisor = Advisor(literal.desk, Inventive(words=words), literal._encoder)
    turn = said(advisor, "Rust? It may be due some day.", "nobody knows Rust, and no hurry")
    assert (Criterion.TIGHT_DEADLINE in states(turn.answer)) is known
    assert check(turn.answer, Criterion.TEAM_EXPERIENCE).state == "no"


def test_what_was_written_is_never_said_to_be_answered(literal: Advisor) -> None:
    advisor = Advisor(literal.desk, Shortsighted(), literal._encoder)
    turn = said(advisor, "Rust?", "nobody knows Rust", "x" * 60 + " it is due on Friday")
    turn = settle(advisor, turn.thread, Criterion.CPU_BOUND, "yes")
    checks = {c.criterion: c for c in turn.answer.checklist if c.state != "unknown"}
    assert {c for c, one in checks.items() if one.answered} == {Criterion.CPU_BOUND}
    team = checks[Criterion.TEAM_EXPERIENCE]
    line = stated(team, advisor.desk.checklist, advisor.desk.phrases)
    assert "nobody knows Rust" in line
    assert "will not learn" not in line


def test_words_stand_where_they_are_said_to_or_are_not_shown(hearing: Advisor) -> None:
    first, second = "Rust? it is CPU-bound. " + "a" * 9_000, "nobody knows Rust " + "b" * 15_000
    last = "c" * 20_000 + " it is due on Friday"
    turn = said(hearing, first, second, last)
    assert second not in turn.thread.texts
    quotes = {}
    for one in turn.answer.checklist:
        if one.evidence:
            quotes[one.criterion] = turn.answer.question[one.evidence.start : one.evidence.end]
            assert quotes[one.criterion] == one.evidence.quote
    assert quotes == {
        Criterion.CPU_BOUND: "it is CPU-bound",
        Criterion.TIGHT_DEADLINE: "it is due on Friday",
    }
    desk = hearing.desk
    line = stated(check(turn.answer, Criterion.TEAM_EXPERIENCE), desk.checklist, desk.phrases)
    assert desk.phrases.labels.earlier in line
    assert "will not learn" not in line


def test_what_was_stated_both_ways_is_forgotten_with_the_words(weighing: Advisor) -> None:
    turn = said(weighing, "Rust? " + "a" * 9_000, BOTH + "b" * 15_000, "Is it? " + "c" * 20_000)
    assert Criterion.CPU_BOUND not in states(turn.answer)


def stored(thread: Thread, *without: str) -> Thread:
    """A thread that was kept and loaded, by a version that did not know some of it."""
    body = json.loads(json.dumps(thread_to_json(thread)))
    return thread_from_json({name: body[name] for name in body.keys() - set(without)})


def test_a_thread_is_kept_with_the_words_of_its_facts(weighing: Advisor) -> None:
    turn = said(weighing, "Rust? nobody knows Rust", BOTH, "perhaps it is due on Friday")
    assert stored(turn.thread) == turn.thread
    assert question_of(weighing, stored(turn.thread)) == question_of(weighing, turn.thread)


def test_a_thread_kept_without_the_words_goes_on_with_its_facts(weighing: Advisor) -> None:
    turn = said(weighing, "Rust? nobody knows Rust", BOTH)
    old = replace(turn.thread, known={**turn.thread.known, Criterion.SYSTEMS_DOMAIN: "yes"})
    turn = settle(weighing, stored(old, "said", "work"), Criterion.ROUTINE_APP, "yes")
    team, field = (
        check(turn.answer, c) for c in (Criterion.TEAM_EXPERIENCE, Criterion.SYSTEMS_DOMAIN)
    )
    assert team.evidence is not None
    assert (field.state, field.evidence, field.answered) == ("yes", None, False)
    assert check(turn.answer, Criterion.CPU_BOUND).opposite is not None


PROXY = "Should the proxy be in Rust? it is a database engine, all of us know Rust"


def test_another_piece_of_work_is_judged_by_its_own_facts_and_the_team(hearing: Advisor) -> None:
    first = settle(hearing, said(hearing, PROXY).thread, Criterion.CPU_BOUND, "yes")
    turn = reply(hearing, first.thread, "And what about our admin panel? it is a CRUD app")
    assert turn.thread.known == {Criterion.ROUTINE_APP: "yes", Criterion.TEAM_EXPERIENCE: "yes"}
    assert (turn.change, turn.thread.work) == ("", first.thread.work + 1)
    another = hearing.desk.phrases.headlines.another
    assert another in turn.answer.notes
    assert another in turn.answer.text
    assert "proxy" not in turn.answer.question
    later = reply(hearing, turn.thread, "it is due on Friday")
    assert later.thread.known.keys() == {*turn.thread.known, Criterion.TIGHT_DEADLINE}
    assert another not in later.answer.notes


@pytest.mark.parametrize(
    "text",
    [
        "What about our tight deadline, it is due on Friday?",
        "What about only our parser, it takes untrusted input?",
        "It calls another service, it is due on Friday. Still Rust?",
        "It runs for our shop and for our partners, it is due on Friday. Still Rust?",
    ],
)
def test_a_side_of_the_work_or_a_part_of_it_is_no_other_work(hearing: Advisor, text: str) -> None:
    turn = said(hearing, PROXY, text)
    assert turn.thread.known[Criterion.SYSTEMS_DOMAIN] == "yes"
    assert turn.thread.work == 0


@pytest.mark.parametrize("number", range(28))
def test_what_one_message_says_both_ways_a_follow_up_does_not_make_certain(
    advisor: Advisor, number: int
) -> None:
    text = SAID_BOTH_WAYS[number]["text"]
    alone = said(advisor, text).answer
    turn = said(advisor, "Should we write our log shipper in Rust?", text)
    disputed = {c.criterion for c in alone.checklist if c.opposite}
    assert disputed <= {c.criterion for c in turn.answer.checklist if c.opposite}
    assert not disputed & turn.thread.known.keys()


def test_the_same_conversation_gives_the_same_bytes(hearing: Advisor) -> None:
    messages = ("Rust? it is CPU-bound", "it is due on Friday", "nobody knows Rust")
    one, other = said(hearing, *messages), said(hearing, *messages)
    assert one.answer.model_dump_json() == other.answer.model_dump_json()
    assert one == other
