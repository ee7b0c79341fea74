"""Every record and every figure on record, asked for in the words of people who want to know it.

The questions asked once were written after all constants were set. docs/search.md has the figures.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer, Citation
from bot.advisor.question import Question

QUESTIONS = Path(__file__).parents[1] / "data" / "asked_facts.jsonl"

QUESTIONS_OF: dict[str, list[tuple[str, str]]] = {}
for line in QUESTIONS.read_text("utf-8").splitlines():
    question = json.loads(line)
    QUESTIONS_OF.setdefault(question["of"], []).append((question["text"], question["shows"]))


@pytest.mark.parametrize(
    ("of", "shown", "first"),
    [
        ("record by name", 54, 54),
        ("record by description", 52, 51),
        ("record by description, asked once", 15, 11),
    ],
)
def test_who_asks_for_a_record_is_shown_it(
    advisor: Advisor, of: str, shown: int, first: int
) -> None:
    answers = [(advisor.answer(Question(text)).cases, case) for text, case in QUESTIONS_OF[of]]
    assert sum(case in cases for cases, case in answers) >= shown
    assert sum(cases[:1] == (case,) for cases, case in answers) >= first


def test_who_asks_for_a_figure_is_told_it(advisor: Advisor) -> None:
    asked = QUESTIONS_OF["figure"]
    places = [_place(advisor, advisor.answer(Question(text)), figure) for text, figure in asked]
    assert sum(place > 0 for place in places) >= 48
    assert sum(place == 1 for place in places) >= 41


def _place(advisor: Advisor, answer: Answer, figure: str) -> int:
    """The place of the first sentence that rests on a figure, 0 where there is none."""
    for place, statement in enumerate(answer.guidance, start=1):
        if figure in _references(advisor, answer.cited(statement.citations[0])):
            return place
    return 0


def _references(advisor: Advisor, citation: Citation) -> tuple[str, ...]:
    passages = advisor.desk.snapshot.of_article(citation.source_id)
    return next(
        (
            quote.references
            for stored in passages
            for quote in stored.passage.quotes
            if (quote.start, quote.end) == (citation.start, citation.end)
        ),
        (),
    )
