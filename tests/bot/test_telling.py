"""Which sentences an answer on cost or adoption quotes, and in which order."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from bot.advisor.advisor import Advisor
from bot.advisor.guidance import SENTENCES, SENTENCES_OF_A_PART
from bot.advisor.parts import questions_in
from bot.advisor.question import Question
from bot.advisor.telling import POINTERS, SAME_SOURCE
from knowledge.model import Intent
from tests.bot.test_article_claims import CLAIMS

ASKED = [
    "how long until a java dev is productive in rust?",
    "how much slower will we be in the first months?",
    "is the 30-50% velocity drop real?",
    "is rust worth the cost?",
    "how bad are rust compile times really?",
    "what should we measure in a pilot?",
    "do we need fewer code reviews with rust?",
]


def told(advisor: Advisor, text: str, intent: Intent = Intent.COST) -> list[str]:
    return [said.text for said in advisor.answer(Question(text), intent).guidance]


@pytest.mark.parametrize("text", ASKED)
def test_an_answer_on_cost_is_a_few_sentences(advisor: Advisor, text: str) -> None:
    assert 2 <= len(told(advisor, text)) <= SENTENCES


@pytest.mark.parametrize("text", ASKED)
def test_no_sentence_says_what_another_said(advisor: Advisor, text: str) -> None:
    """Of sentences with a source in common, each has rarer words of its own."""
    snapshot = advisor.desk.snapshot
    answer = advisor.answer(Question(text), Intent.COST)
    cited = {answer.cited(said.citations[0]).source_id for said in answer.guidance}
    sources = {
        quote.text: set(quote.references)
        for name in cited
        for stored in snapshot.of_article(name)
        for quote in stored.passage.quotes
    }
    for one, other in combinations([said.text for said in answer.guidance], 2):
        if sources[one] & sources[other]:
            mine, theirs = (set(snapshot.words.tokens(said)) for said in (one, other))
            least = min(snapshot.words.weight(mine), snapshot.words.weight(theirs))
            assert snapshot.words.weight(mine & theirs) < SAME_SOURCE * least


def test_the_figures_of_the_survey_come_before_all_else(advisor: Advisor) -> None:
    answer = advisor.answer(Question(ASKED[0]), Intent.COST)
    assert "Google's surveyed Rust writers" in answer.guidance[0].text
    assert answer.cases == ()  # Temporal's record shares no more than the word Java


def test_what_is_asked_stands_before_the_records_beside_it(advisor: Advisor) -> None:
    answer = advisor.answer(Question("How long did Shopify's port of YJIT take?"), Intent.COST)
    assert answer.cards
    assert answer.text.index(answer.guidance[0].text) < answer.text.index(answer.cards[0].title)


def test_most_claims_of_the_founding_article_are_told_first(advisor: Advisor) -> None:
    """The questions of test_article_claims.py; docs/search.md has the figures."""
    asked = [claim for claim in CLAIMS if claim["intent"] in ("cost", "adoption")]
    first = [
        re.search(claim["says"], told(advisor, claim["question"], Intent(claim["intent"]))[0])
        for claim in asked
    ]
    assert sum(map(bool, first)) >= 0.85 * len(asked)


def test_no_answer_points_to_another_article(advisor: Advisor) -> None:
    answer = advisor.answer(Question("Who treats hiring and the one-person risk?"), Intent.COST)
    assert not any(f"› {POINTERS}" in one.title for one in answer.citations)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Should we use Rust, and if so what does ramp-up cost?",
            ["Should we use Rust", "and if so what does ramp-up cost?"],
        ),
        (
            "Our cache is slow. Should we move it? And how long would that take?",
            ["Should we move it?", "And how long would that take?"],
        ),
        (
            "How long does it take and who teaches it?",
            ["How long does it take", "and who teaches it?"],
        ),
        ("What should we measure in a pilot?", []),
        ("We know how and why it is slow. Should we use Rust?", []),
        ("Why? Who? When? Where?", []),
        ("60k lines of Go. months? years?", []),
        ("", []),
    ],
)
def test_the_single_questions_of_a_message(advisor: Advisor, text: str, parts: list[str]) -> None:
    assert questions_in(text, advisor.desk.vocabulary) == parts


def test_a_message_that_asks_for_a_verdict_and_a_cost_gets_both(advisor: Advisor) -> None:
    text = "Rust for our MVP due in 4 weeks - should we, and if so what does ramp-up cost?"
    answer = advisor.answer(Question(text))
    assert answer.ring is not None
    cited = {answer.cited(said.citations[0]).source_id for said in answer.guidance}
    assert cited & {"what-ramp-up-costs", "budgeting-for-rust"}


def test_each_of_two_questions_on_cost_and_adoption_is_answered(advisor: Advisor) -> None:
    text = "How much does Rust slow us down at first, and how do we start with it in a Java shop?"
    answer = advisor.answer(Question(text), Intent.COST)
    assert SENTENCES_OF_A_PART < len(answer.guidance) <= 2 * SENTENCES_OF_A_PART
    cited = [answer.cited(said.citations[0]).source_id for said in answer.guidance]
    assert "interop-jvm" in cited
    assert {"what-ramp-up-costs", "rust-in-production"} & set(cited)
