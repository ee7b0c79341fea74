"""An answer on the terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer
from bot.advisor.desk import Desk
from bot.advisor.question import Question
from bot.advisor.text import sources
from bot.cli.render import WIDEST, show
from knowledge.model import Intent, Ring
from tests.bot.saying import DECISIONS, OTHERS
from tests.bot.test_text import STEERING, echoing

WIDTHS = (1, 20, 45, 80, 300)
STYLES = re.compile(r"\x1b\[[0-9;]*m")
"""What rich itself writes on a terminal with colours."""


def shown(answer: Answer, desk: Desk, width: int = 80, colours: bool = False) -> str:
    out = io.StringIO()
    show(answer, desk, Console(file=out, width=width, force_terminal=colours, highlight=False))
    return out.getvalue()


@pytest.fixture(scope="module", params=[DECISIONS[0], DECISIONS[1], *OTHERS[:3], "hello"])
def answer(advisor: Advisor, request: pytest.FixtureRequest) -> Answer:
    return advisor.answer(Question(request.param))


@pytest.mark.parametrize("width", WIDTHS)
def test_only_addresses_are_longer_than_a_line(answer: Answer, desk: Desk, width: int) -> None:
    places = {source.place for source in sources(answer)}
    for line in shown(answer, desk, width).split("\n"):
        mark = 5  # the widest mark before a text, as in "  1. "
        assert len(line) <= max(min(width, WIDEST), mark + 1) or line.strip() in places


def test_addresses_stand_whole_on_a_line_of_their_own(answer: Answer, desk: Desk) -> None:
    lines = [line.strip() for line in shown(answer, desk, 40).split("\n")]
    for source in sources(answer):
        assert source.place in lines


def test_no_line_ends_in_spaces_and_no_gap_is_wider_than_one_line(
    answer: Answer, desk: Desk
) -> None:
    text = shown(answer, desk)
    assert [line for line in text.split("\n") if line != line.rstrip()] == []
    assert "\n\n\n" not in text


def test_the_verdict_is_the_first_line_and_the_receipt_the_last(answer: Answer, desk: Desk) -> None:
    first, *_, last, _, _ = shown(answer, desk, 200).split("\n")
    assert first == answer.headline
    assert last == f"snapshot {answer.snapshot}, receipt {answer.receipt}"


def test_the_terminal_says_all_that_the_text_twin_says(answer: Answer, desk: Desk) -> None:
    said = set(re.findall(r"\w+", shown(answer, desk, 80)))
    assert set(re.findall(r"\w+", answer.text)) <= said


@pytest.mark.parametrize("ring", Ring)
def test_each_ring_has_a_colour_of_its_own(literal: Advisor, ring: Ring) -> None:
    answer = literal.answer(Question("Rust?")).model_copy(update={"ring": ring})
    assert shown(answer, literal.desk, colours=True).startswith("\x1b[1;3")


def test_without_a_terminal_there_is_no_colour(answer: Answer, desk: Desk) -> None:
    assert "\x1b" not in shown(answer, desk)


@pytest.mark.parametrize("colours", [False, True])
@pytest.mark.parametrize("words", STEERING.values(), ids=STEERING)
def test_words_of_others_cannot_steer_the_terminal(desk: Desk, words: str, colours: bool) -> None:
    text = STYLES.sub("", shown(echoing(desk, words, path=f"{words}.md"), desk, colours=colours))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize(
    "words",
    ["[bold]", "[/]", "[/bold]", "[link=http://evil]x[/link]", "<!channel>", ":boom:", "\\[bold]"],
)
def test_words_of_others_are_no_markup(desk: Desk, words: str) -> None:
    text = shown(echoing(desk, words, path=words, title=words), desk, width=200)
    assert f"“{words}”" in text
    assert text.count(words) == 4


def test_a_broken_mark_in_a_question_breaks_no_answer(advisor: Advisor, desk: Desk) -> None:
    question = Question("[/bold] It parses untrusted input [/] in C. [red]Rust?[/red] \x1b[2J")
    assert shown(advisor.answer(question, Intent.DECISION), desk)
