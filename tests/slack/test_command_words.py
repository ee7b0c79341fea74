"""What is taken for a word of the slash command, and what for a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.commands import Command, Word, parse


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Command(Word.FORM)),
        (" \n\t", Command(Word.FORM)),
        ("help", Command(Word.HELP)),
        (" HELP! ", Command(Word.HELP)),
        ("status?", Command(Word.STATUS)),
        ("export", Command(Word.EXPORT)),
        ("Forget  Me.", Command(Word.FORGET)),
        ("reindex", Command(Word.REINDEX)),
        ("history", Command(Word.HISTORY)),
        ("history  go cache", Command(Word.HISTORY, "go cache")),
    ],
)
def test_a_word_alone_is_a_command(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "help us choose between Go and Rust",
        "status quo is Go, why Rust?",
        "export of CSV files in Rust?",
        "forget me not, a flower shop in Rust",
        "reindexing 4 TB, is Rust faster?",
        "history of Rust at Discord?",
        "question",
        "forget",
        "?",
    ],
)
def test_anything_else_is_a_question_in_its_own_words(text: str) -> None:
    assert parse(f"  {text} ") == Command(Word.QUESTION, text)


@given(st.text())
def test_whatever_is_written_is_understood_as_something(text: str) -> None:
    found = parse(text)
    assert (found.word is Word.FORM) is (not text.split())
    if found.word is Word.QUESTION:
        assert found.rest == text.strip()
