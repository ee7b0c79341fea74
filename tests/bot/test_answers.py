"""Answers to decisions, and what holds for every answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import knowledge
from bot.advisor import ring as verdicts
from bot.advisor.advisor import Advisor, about_rust
from bot.advisor.answer import Answer, Check
from bot.advisor.desk import Desk
from bot.advisor.question import MAX_CHARACTERS, Question
from bot.advisor.text import known
from bot.reader.reading import Reading
from bot.service import Service
from knowledge.model import Criterion, Intent, Ring, State
from knowledge.split import shown
from tests.bot.saying import DECISIONS, OTHERS, Literal

KINDS = {".md": "markdown", ".yaml": "case"}
UNTOLD = "Should we use Rust?"
"""A decision about which nothing is told."""
ORDER = [
    "cpu_bound",
    "latency_critical",
    "memory_constrained",
    "systems_domain",
    "high_reliability",
    "sensitive_data",
    "routine_app",
    "prototype_mvp",
    "tight_deadline",
    "changing_logic",
    "many_integrations",
    "team_experience",
    "isolated_component",
    "measured_need",
]
"""The 14 fixed ids in the order of `knowledge/checklist.yaml`."""


@pytest.fixture(scope="module", params=[*DECISIONS, *OTHERS])
def answer(advisor: Advisor, request: pytest.FixtureRequest) -> Answer:
    """The real answer to each question, with whatever the trained reader makes of it."""
    return advisor.answer(Question(request.param))


@pytest.fixture(scope="module", params=DECISIONS)
def decision(advisor: Advisor, request: pytest.FixtureRequest) -> Answer:
    """Each decision answered as one, whatever the reader takes it for."""
    return advisor.answer(Question(request.param), Intent.DECISION)


@cache
def stored(path: str) -> str:
    return (Path(knowledge.__file__).parent / path).read_bytes().decode("utf-8")


def check_quotes(answer: Answer) -> None:
    """Every citation stands verbatim in its file, and every statement is what it cites."""
    for number, citation in enumerate(answer.citations, start=1):
        assert citation.n == number
        assert stored(citation.path)[citation.start : citation.end] == citation.quote
    for statement in answer.statements:
        assert statement.citations
        for n in statement.citations:
            citation = answer.cited(n)
            assert statement.text == shown(KINDS[Path(citation.path).suffix], citation.quote)


def check_of(answer: Answer, criterion: Criterion) -> Check:
    (found,) = [check for check in answer.checklist if check.criterion is criterion]
    return found


def test_every_citation_is_verbatim_and_every_statement_is_what_it_cites(answer: Answer) -> None:
    check_quotes(answer)


def test_the_same_question_gives_the_same_bytes(advisor: Advisor, answer: Answer) -> None:
    again = advisor.answer(Question(answer.question))
    assert again.model_dump_json() == answer.model_dump_json()


def test_the_same_facts_in_another_order_give_the_same_bytes(advisor: Advisor) -> None:
    facts: dict[Criterion, State] = {Criterion.CPU_BOUND: "yes", Criterion.ROUTINE_APP: "no"}
    turned = dict(reversed(facts.items()))
    one, other = (advisor.answer(Question(DECISIONS[0], each)) for each in (facts, turned))
    assert one.model_dump_json() == other.model_dump_json()


def test_another_fact_gives_another_receipt(advisor: Advisor) -> None:
    said: list[dict[Criterion, State]] = [{}]
    said += [{Criterion.CPU_BOUND: "yes"}, {Criterion.CPU_BOUND: "no"}]
    receipts = {advisor.answer(Question("Rust?", facts)).receipt for facts in said}
    assert len(receipts) == 3


def test_a_decision_has_all_items_in_the_order_of_the_checklist(decision: Answer) -> None:
    assert [check.criterion.value for check in decision.checklist] == ORDER


def test_an_item_cites_what_it_rests_on_and_never_a_sentence_for_the_contrary(
    decision: Answer, desk: Desk
) -> None:
    for check in decision.checklist:
        backs = desk.checklist[check.criterion].backs
        fitting = {back.quote for back in backs if check.state in ("unknown", back.speaks_when)}
        assert {decision.cited(n).quote for n in check.citations} == fitting
        assert check.citations or check.state != "unknown"


def test_evidence_stands_verbatim_in_the_question(decision: Answer) -> None:
    for check in decision.checklist:
        for evidence in filter(None, (check.evidence, check.opposite)):
            assert evidence.quote
            assert decision.question[evidence.start : evidence.end] == evidence.quote


def test_evidence_goes_with_what_was_read_and_with_nothing_else(decision: Answer) -> None:
    for check in decision.checklist:
        assert (check.evidence is not None) == (check.state != "unknown")
        both_ways = check.opposite is not None
        if not decision.leaving:
            assert (check.weighs == "neutral") == (check.state == "unknown" or both_ways)


def test_a_decision_shows_a_case_that_points_the_other_way(decision: Answer, desk: Desk) -> None:
    assert decision.ring is not None
    if not known(decision):
        assert decision.cards == ()  # of no use to someone who has told nothing yet
        return
    points = {Ring.ADOPT: True, Ring.TRIAL: True, Ring.HOLD: False}.get(decision.ring)
    for card in decision.cards:
        assert card.favours_rust == desk.snapshot.cases[card.case].favours_rust
        assert card.other_way == (points is not None and card.favours_rust is not points)
    assert {card.favours_rust for card in decision.cards} == {True, False}


def test_where_there_is_no_verdict_no_record_points_the_other_way(
    advisor: Advisor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = verdicts.judge
    monkeypatch.setattr(verdicts, "judge", lambda *given: replace(judge(*given), ring=Ring.ASSESS))
    answer = advisor.answer(Question(DECISIONS[0]), Intent.DECISION)
    assert {card.favours_rust for card in answer.cards} == {True, False}
    assert not any(card.other_way for card in answer.cards)
    assert desk.phrases.labels.other_way not in answer.text


@pytest.mark.parametrize("ring", list(Ring))
def test_whatever_the_verdict_records_for_and_against_rust_are_shown(
    advisor: Advisor, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hold is not illustrated with successes alone, nor an adopt with failures alone."""
    judge = verdicts.judge
    monkeypatch.setattr(verdicts, "judge", lambda *given: replace(judge(*given), ring=ring))
    named = ("Discord, Cloudflare, Figma: Rust?", "Prisma, Roc, curl: Rust?")
    told: dict[Criterion, State] = {Criterion.LATENCY_CRITICAL: "yes"}
    questions = [Question(text) for text in DECISIONS if text != UNTOLD]
    for question in (*questions, *(Question(text, told) for text in named)):
        answer = advisor.answer(question, Intent.DECISION)
        assert {card.favours_rust for card in answer.cards} == {True, False}


def test_no_record_is_shown_twice(decision: Answer) -> None:
    assert len(set(decision.cases)) == len(decision.cases)


def test_records_that_share_something_come_before_those_that_do_not(
    literal: Advisor, decision: Answer
) -> None:
    both = literal.answer(Question("Rust? it is CPU-bound, it is due on Friday"))
    for answer in (decision, both):
        related = [card.related for card in answer.cards]
        assert related == sorted(related, reverse=True)
    assert both.cards[0].matches


def test_a_card_tells_what_only_the_record_has_and_what_only_the_question(
    decision: Answer, desk: Desk
) -> None:
    here = {check.criterion for check in decision.checklist if check.state == "yes"}
    for card in decision.cards:
        there = set(desk.snapshot.cases[card.case].criteria)
        assert set(card.matches) == here & there
        assert set(card.only_there) == there - here
        assert set(card.only_here) == here - there


@pytest.mark.parametrize(
    ("text", "common"),
    [
        ("From Go to Rust? it takes untrusted input.", "Go left behind"),
        ("A database engine, it takes untrusted input. Rust?", "the field (database)"),
    ],
)
def test_a_field_and_a_language_left_are_something_in_common(
    literal: Advisor, text: str, common: str
) -> None:
    cards = literal.answer(Question(text)).cards
    assert any(common in card.common for card in cards)


def test_where_nothing_is_known_there_is_only_the_verdict_and_what_to_ask(
    advisor: Advisor, desk: Desk
) -> None:
    answer = advisor.answer(Question(UNTOLD), Intent.DECISION)
    assert answer.ring is Ring.ASSESS
    assert (answer.statements, answer.cards) == (answer.reasons, ())
    assert len(answer.missing) == len(desk.checklist.items)
    labels = desk.phrases.labels
    for label in (labels.speaks_for, labels.nothing_for, labels.cases):
        assert label not in answer.text


@dataclass(frozen=True)
class Firm(Literal):
    """Reads the phrases, and takes every message as a whole for a hold."""

    def read(self, text: str) -> Reading:
        ring = {ring: float(ring is Ring.HOLD) for ring in Ring}
        return replace(super().read(text), ring=ring)


def test_a_verdict_on_nothing_stated_says_that_only_the_message_as_a_whole_points_there(
    service: Service, desk: Desk
) -> None:
    firm, said = Advisor(desk, Firm(), service.encoder), desk.phrases.headlines.whole_alone
    alone = firm.answer(Question("Rust for the nightly import?"))
    assert (alone.ring, said in alone.text) == (Ring.HOLD, True)
    beside = firm.answer(Question("Rust for the nightly import? nobody knows Rust"))
    assert (beside.ring, said in beside.text) == (Ring.HOLD, False)


def test_leaving_rust_is_not_advised_for_a_deadline_however_the_message_sounds(
    service: Service, desk: Desk
) -> None:
    firm = Advisor(desk, Firm(), service.encoder)
    assert firm.answer(Question("Should we leave Rust? it is due on Friday")).ring is Ring.ASSESS


def test_an_open_question_that_tells_nothing_of_oneself_gets_what_the_sources_say(
    advisor: Advisor,
) -> None:
    general = advisor.answer(Question("When is Rust the wrong choice?"), Intent.DECISION)
    assert general.ring is Ring.ASSESS
    assert general.guidance
    own = advisor.answer(Question("When is Rust the wrong choice for us?"), Intent.DECISION)
    assert own.guidance == ()


def test_an_assess_says_why_what_it_asks_first_matters(advisor: Advisor, desk: Desk) -> None:
    answer = advisor.answer(Question(UNTOLD), Intent.DECISION)
    (why,) = answer.reasons
    backings = [(*desk.backing(n, "yes"), *desk.backing(n, "no")) for n in answer.missing]
    assert why.text in [quote.text for _, quote in next(filter(None, backings))]
    assert why.text in answer.text


def test_where_nothing_is_known_a_record_that_is_named_is_shown_all_the_same(
    literal: Advisor,
) -> None:
    answer = literal.answer(Question("Rust, as Figma did?"))
    assert answer.cases == ("figma-multiplayer",)


def test_what_stands_below_a_verdict_speaks_for_it(literal: Advisor, desk: Desk) -> None:
    """Nothing is quoted against a verdict."""
    quotes = {
        back.quote: (item, back.speaks_when) for item in desk.checklist.items for back in item.backs
    }
    rings = set()
    for text in ("it is CPU-bound, all of us know Rust", "it is a CRUD app, nobody knows Rust", ""):
        answer = literal.answer(Question(f"Rust? {text}"))
        rings.add(answer.ring)
        assert answer.reasons
        for reason in answer.reasons if answer.ring is not Ring.ASSESS else ():
            item, when = quotes[answer.cited(reason.citations[0]).quote]
            assert item.favours(when) == (answer.ring is not Ring.HOLD)
            (check,) = [c for c in answer.checklist if c.criterion is item.id]
            assert check.state == when
    assert rings >= {Ring.HOLD, Ring.ASSESS}
    assert rings & {Ring.ADOPT, Ring.TRIAL}


def test_what_is_missing_is_what_is_not_stated(decision: Answer) -> None:
    silent = {check.criterion for check in decision.checklist if check.state == "unknown"}
    assert set(decision.missing) == silent
    assert len(decision.missing) == len(silent)


def test_each_flip_gives_its_ring_when_it_is_applied(advisor: Advisor, decision: Answer) -> None:
    for flip in decision.flips:
        facts: dict[Criterion, State] = {flip.criterion: flip.state}
        changed = advisor.answer(Question(decision.question, facts), Intent.DECISION)
        assert changed.ring is flip.ring
        assert flip.ring is not decision.ring


@pytest.mark.parametrize("facts", [{}, {Criterion.CPU_BOUND: "yes"}])
def test_the_first_missing_fact_moves_the_rings_most(
    literal: Advisor, facts: dict[Criterion, State]
) -> None:
    """With a reader that expects nothing: an answer moves `score` or ring at least as much."""

    def reach(criterion: Criterion) -> float:
        from bot.advisor.ring import judge

        lean = dict.fromkeys(Ring, 0.25)
        checklist = literal.desk.checklist
        now = judge(facts, lean, checklist).probabilities
        total = 0.0
        for state in ("yes", "no"):
            then = judge({**facts, criterion: state}, lean, checklist).probabilities
            total += sum(abs(now[ring] - then[ring]) for ring in Ring)
        return total

    answer = literal.answer(Question("Should we use Rust?", facts))
    moves = [reach(criterion) for criterion in answer.missing]
    assert moves == sorted(moves, reverse=True)


def test_a_fact_by_button_overrides_what_was_read(literal: Advisor) -> None:
    question = "We write a parser, and it is CPU-bound. Rust?"
    read = literal.answer(Question(question)).checklist[0]
    told = literal.answer(Question(question, {Criterion.CPU_BOUND: "no"})).checklist[0]
    assert (read.state, read.answered, told.state, told.answered) == ("yes", False, "no", True)
    assert told.evidence is None


def test_a_fact_by_button_that_the_text_states_too_keeps_the_words(literal: Advisor) -> None:
    question = Question("We write a parser, and it is CPU-bound.", {Criterion.CPU_BOUND: "yes"})
    evidence = literal.answer(question).checklist[0].evidence
    assert evidence is not None
    assert evidence.quote == "it is CPU-bound"


def test_facts_make_a_decision_of_any_text(advisor: Advisor) -> None:
    answer = advisor.answer(Question("hello", {Criterion.ROUTINE_APP: "yes"}))
    assert answer.intent is Intent.DECISION
    assert answer.checklist[6].state == "yes"


def test_all_facts_stated_leave_nothing_to_ask(advisor: Advisor) -> None:
    facts: dict[Criterion, State] = dict.fromkeys(Criterion, "yes")
    answer = advisor.answer(Question("Rust?", facts))
    assert answer.missing == ()
    assert all(check.answered and check.confidence == 1 for check in answer.checklist)


@pytest.mark.parametrize(
    "text",
    [
        "Should we move away from Rust? Our web app needs no speed.",
        "Is it time to drop Rust and go back to Go?",
        "Keep Rust or rewrite the Rust service in Kotlin?",
        "We want to migrate from Rust to Go because nobody can maintain it.",
    ],
)
def test_a_question_about_leaving_is_answered_in_the_words_of_leaving(
    advisor: Advisor, text: str
) -> None:
    answer = advisor.answer(Question(text), Intent.DECISION)
    assert answer.ring is not None
    assert answer.leaving
    assert answer.headline == advisor.desk.phrases.headlines.leaving[answer.ring]


@pytest.mark.parametrize("fact", ["it is due on Friday", "there is no deadline"])
def test_a_deadline_says_nothing_on_leaving_rust_and_the_reply_says_so(
    literal: Advisor, desk: Desk, fact: str
) -> None:
    asked = "Should we leave Rust? nobody knows Rust"
    answer = literal.answer(Question(f"{asked}, {fact}"))
    assert answer.points == literal.answer(Question(asked)).points
    deadline = check_of(answer, Criterion.TIGHT_DEADLINE)
    assert (deadline.state != "unknown", deadline.weighs) == (True, "neutral")
    backing = {back.quote for back in desk.checklist[Criterion.TIGHT_DEADLINE].backs}
    assert backing.isdisjoint(said.text for said in answer.statements)
    assert Criterion.TIGHT_DEADLINE not in {flip.criterion for flip in answer.flips}
    apart = next(p for p in answer.text.split("\n\n") if desk.phrases.labels.set_aside in p)
    assert f"“{fact}”" in apart


def test_that_nothing_is_measured_says_nothing_on_leaving_rust(literal: Advisor) -> None:
    told: dict[Criterion, State] = {Criterion.MEASURED_NEED: "no"}
    for text, weighs in (("Should we leave Rust?", "neutral"), ("Should we use Rust?", "against")):
        answer = literal.answer(Question(text, told))
        assert check_of(answer, Criterion.MEASURED_NEED).weighs == weighs


def test_what_says_nothing_on_leaving_rust_is_asked_last(literal: Advisor) -> None:
    assert literal.answer(Question("Should we leave Rust?")).missing[-1] is Criterion.TIGHT_DEADLINE


def test_the_verdict_alone_is_that_of_the_answer_on_leaving_too(literal: Advisor) -> None:
    told: dict[Criterion, State] = {Criterion.TIGHT_DEADLINE: "yes", Criterion.CPU_BOUND: "yes"}
    question = Question("Should we leave Rust?", told)
    assert literal.verdict(question).points == literal.answer(question).points


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("Should we use Rust? there is no deadline", Criterion.TIGHT_DEADLINE),
        ("Rust? it is not CPU-bound", Criterion.CPU_BOUND),
    ],
)
def test_no_advice_speaks_for_the_contrary_of_what_was_stated(
    literal: Advisor, desk: Desk, text: str, criterion: Criterion
) -> None:
    (contrary,) = (quote.text for _, quote in desk.backing(criterion, "yes"))
    answer = literal.answer(Question(text))
    assert answer.guidance
    assert contrary not in {said.text for said in answer.guidance}


def test_what_is_only_faintly_like_a_question_is_no_advice_on_it(advisor: Advisor) -> None:
    asked = "We need to ship our payment gateway in two weeks. Should we use Rust for it?"
    answer = advisor.answer(Question(asked), Intent.DECISION)
    assert not any("two weeks off" in said.text for said in answer.guidance)


@pytest.mark.parametrize(
    "text", ["Should we move away from Go to Rust?", "Rewrite our Python job in Rust?"]
)
def test_a_question_about_coming_to_rust_is_not_one_about_leaving(
    advisor: Advisor, text: str
) -> None:
    answer = advisor.answer(Question(text), Intent.DECISION)
    assert answer.ring is not None
    assert answer.headline == advisor.desk.phrases.headlines.rings[answer.ring]


@pytest.mark.parametrize("text", ["hi there!", "What is the weather?", "rust on my bicycle chain"])
def test_an_answer_out_of_scope_has_neither_ring_nor_case_nor_statement(
    advisor: Advisor, text: str
) -> None:
    answer = advisor.answer(Question(text), Intent.OUT_OF_SCOPE)
    assert answer.ring is None
    assert (answer.cases, answer.statements, answer.citations, answer.checklist) == ((),) * 4
    assert answer.headline in answer.text
    assert answer.notes[0] in answer.text


def test_a_greeting_is_greeted(advisor: Advisor) -> None:
    answer = advisor.answer(Question("Good morning!"), Intent.OUT_OF_SCOPE)
    assert answer.headline == advisor.desk.phrases.headlines.greeted


@pytest.mark.parametrize("intent", [Intent.COST, Intent.ADOPTION])
def test_guidance_quotes_sentences_or_says_that_there_are_none(
    advisor: Advisor, intent: Intent
) -> None:
    found = advisor.answer(Question(OTHERS[2]), intent)
    assert found.guidance
    nothing = advisor.answer(Question("zxcvbnm qwertyuiop"), intent)
    assert bool(nothing.guidance) != (
        nothing.headline == advisor.desk.phrases.headlines.nothing_found
    )


def test_a_question_that_mentions_rust_is_searched_for_as_it_is() -> None:
    assert about_rust("How fast is rustc?") == "How fast is rustc?"


def test_trust_is_no_mention_of_rust() -> None:
    assert about_rust("Can we trust it?") == "Rust: Can we trust it?"


def test_a_message_of_the_greatest_length_is_answered(advisor: Advisor) -> None:
    text = ("Our Go cache has GC pauses. " * 2000)[:MAX_CHARACTERS]
    answer = advisor.answer(Question(text), Intent.DECISION)
    check_quotes(answer)
    assert len(answer.text) < 20_000


HOSTILE = (
    *("\x00", "\x1b[2J", "<!channel>", "\u2028", "\ufeff", "ſ", "İ", "K", "diſcord", "fıgma"),
    *("{names}", "%s", "[1]", "[/bold]", "'; DROP TABLE passages; --", "NEAR AND OR NOT *"),
)
ODD = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from((*DECISIONS, *OTHERS, *HOSTILE)),
        max_size=4,
    ).map(" ".join),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ODD, intent=st.sampled_from(Intent))
def test_whatever_is_written_the_answer_is_whole(
    advisor: Advisor, text: str, intent: Intent
) -> None:
    answer = advisor.answer(Question(text), intent)
    check_quotes(answer)
    assert answer.intent is intent
    assert json.loads(answer.model_dump_json())["question"] == text
    for check in answer.checklist:
        if check.evidence:
            assert text[check.evidence.start : check.evidence.end] == check.evidence.quote
