"""Questions about others, as people ask them: the reader's intent and the rule beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.advisor.advisor import Advisor
from bot.advisor.guidance import asked_for
from bot.advisor.others import asks_nothing_of_own, asks_of_others
from bot.advisor.question import Question
from bot.reader.reading import Reading
from knowledge.model import Intent, Ring
from tests.bot.saying import Literal

QUESTIONS = Path(__file__).parents[1] / "data" / "asked_cases.jsonl"


QUESTIONS_OF: dict[str, list[tuple[str, str]]] = {}
for line in QUESTIONS.read_text("utf-8").splitlines():
    question = json.loads(line)
    QUESTIONS_OF.setdefault(question["of"], []).append((question["text"], question["case"]))


@pytest.mark.parametrize(
    ("text", "case"), [*QUESTIONS_OF["the founding article"], *QUESTIONS_OF["other records"]]
)
def test_who_names_or_describes_a_record_is_shown_it(
    advisor: Advisor, text: str, case: str
) -> None:
    assert case in advisor.answer(Question(text)).cases


def test_so_are_most_who_describe_records_that_no_constant_was_set_by(advisor: Advisor) -> None:
    """Written after the constants were set, and asked once: docs/search.md tells which miss."""
    asked = QUESTIONS_OF["records not looked at"]
    found = [case in advisor.answer(Question(text)).cases for text, case in asked]
    assert sum(found) >= len(asked) - 2


def sounding(case_study: float, read: Intent) -> Reading:
    """A reading that sees one intent and gives a case study some probability."""
    intents = {**dict.fromkeys(Intent, 0.0), read: 1 - case_study, Intent.CASE_STUDY: case_study}
    return Reading(
        intent=intents,
        signals={},
        probabilities={},
        ring=dict.fromkeys(Ring, 0.25),
        explained=dict.fromkeys(Ring, 0.25),
    )


@pytest.mark.parametrize(
    ("text", "likely", "found"),
    [
        ("who rewrote the server behind a collaborative design tool?", 0.06, True),
        ("who rewrote the server behind a collaborative design tool?", 0.0005, False),
        ("our server is behind a collaborative design tool, who rewrote it?", 0.06, False),
        ("is Cloudflare down?", 0.005, False),
        ("dropbox sync is stuck at indexing 12 files", 0.005, False),
        ("What is PyO3 good for?", 0.06, True),
        ("which browsers does the design system support", 0.03, False),
        ("how much faster is Polars than pandas?", 0.012, True),
        ("what makes ruff so fast?", 0.06, True),
        ("who ordered the fish?", 0.26, False),
        ("is Discord slow for anyone else?", 0.032, False),
        ("the coffee machine on floor 3 is broken again", 0.3, False),
    ],
)
def test_small_talk_becomes_a_question_about_a_record_only_where_the_record_says_the_like(
    advisor: Advisor, text: str, likely: float, found: bool
) -> None:
    reading = sounding(likely, Intent.OUT_OF_SCOPE)
    assert asks_of_others(text, reading, advisor.embed, advisor.desk) is found


@pytest.mark.parametrize(
    ("text", "likely", "asked"),
    [
        ("what's the ramp-up for python devs", 0.27, True),
        ("what's the ramp-up for python devs", 0.2, False),
        ("is hiring hard", 0.39, True),
        ("the coffee machine on floor 3 is broken again", 0.39, False),
    ],
)
def test_what_is_read_as_off_topic_asks_of_cost_where_an_article_answers_it_well(
    advisor: Advisor, text: str, likely: float, asked: bool
) -> None:
    reading = sounding(0.0, Intent.OUT_OF_SCOPE)
    heard = replace(reading, intent=reading.intent | {Intent.COST: likely})
    found = asked_for(text, heard, advisor.embed, advisor.desk)
    assert found is (Intent.COST if asked else None)


def test_a_decision_about_ones_own_work_stays_one_though_it_names_a_record(
    advisor: Advisor,
) -> None:
    reading = sounding(0.3, Intent.DECISION)
    assert asks_nothing_of_own(
        "Tell me about Cloudflare and Rust", reading, advisor.embed, advisor.desk
    )
    assert not asks_nothing_of_own(
        "Should we do as Cloudflare did?", reading, advisor.embed, advisor.desk
    )
    assert not asks_nothing_of_own("Tell me about Rust", reading, advisor.embed, advisor.desk)
    stated = Literal().read("As Cloudflare did: it is CPU-bound. Rust?").signals
    assert not asks_nothing_of_own(
        "As Cloudflare did: it is CPU-bound. Rust?",
        replace(reading, signals=stated),
        advisor.embed,
        advisor.desk,
    )


def test_an_answer_on_cost_shows_the_record_that_it_describes(advisor: Advisor) -> None:
    described = Question("the dataframe library in place of pandas, how much faster is it?")
    assert advisor.answer(described, Intent.COST).cases == ("polars",)
    own = Question("our dataframe library in place of pandas, how much faster is it?")
    assert advisor.answer(own, Intent.COST).cases == ()
