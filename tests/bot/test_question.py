"""What is let in as a question, and what is refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.advisor.question import MAX_CHARACTERS, QuestionError, ask
from knowledge.model import Criterion


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00\x1b\x07", "\u200b\u202e", "\u2028\xa0"])
def test_a_text_without_anything_readable_is_called_empty(text: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        ask(text)


@pytest.mark.parametrize("text", [None, 7, ["a"], {"text": "a"}, b"bytes", True])
def test_what_is_no_text_is_refused_by_its_kind(text: object) -> None:
    with pytest.raises(QuestionError, match=type(text).__name__):
        ask(text)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(QuestionError, match="UTF-8"):
        ask("Rust \ud800?")


def test_the_longest_text_is_let_in_and_one_character_more_is_not() -> None:
    assert len(ask("x" * MAX_CHARACTERS).text) == MAX_CHARACTERS
    with pytest.raises(QuestionError, match=r"40,001 characters, at most 40,000"):
        ask("x" * (MAX_CHARACTERS + 1))


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31mred", "😀", "<!channel> rust?", "ﷺ"])
def test_a_readable_text_stays_as_it_was_written(text: str) -> None:
    assert ask(text).text == text


@pytest.mark.parametrize("facts", ["cpu_bound", ["cpu_bound"], 3, True])
def test_facts_that_are_no_object_are_refused(facts: object) -> None:
    with pytest.raises(QuestionError, match="facts must be an object"):
        ask("Rust?", facts)


def test_an_unknown_criterion_is_named_beside_the_known_ones() -> None:
    with pytest.raises(QuestionError, match=r"'cpu'.*cpu_bound.*measured_need"):
        ask("Rust?", {"cpu": "yes"})


@pytest.mark.parametrize("state", ["maybe", "YES", True, None, 1, ["yes"], {"yes": "yes"}])
def test_a_fact_is_yes_or_no_and_nothing_else(state: object) -> None:
    with pytest.raises(QuestionError, match='cpu_bound must be "yes" or "no"'):
        ask("Rust?", {"cpu_bound": state})


@pytest.mark.parametrize("facts", [None, {}])
def test_facts_may_be_left_out(facts: object) -> None:
    assert ask("Rust?", facts).facts == {}


KEYS = st.one_of(st.text(), st.integers(), st.none(), st.sampled_from([*map(str, Criterion)]))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=4,
)


@given(VALUES, VALUES)
def test_anything_is_either_a_question_or_refused_with_a_reason(
    text: object, facts: object
) -> None:
    try:
        question = ask(text, facts)
    except QuestionError as error:
        assert str(error)
    else:
        assert question.text == text
        assert set(question.facts.values()) <= {"yes", "no"}
