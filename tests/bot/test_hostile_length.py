"""A message as long as Slack lets through costs no more than its length, whatever it says."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.advisor.names import Names
from bot.advisor.parts import questions_in
from bot.advisor.question import MAX_CHARACTERS
from bot.reader.clauses import clause_spans
from bot.reader.markup import plain
from bot.slack.incoming import words_of
from index.tokens import Tokens
from knowledge.content import load_content
from knowledge.sentences import sentence_spans
from knowledge.vocabulary import load_vocabulary

WORDS = load_vocabulary()
NAMES = Names(WORDS, {loaded.case.id: loaded.case for loaded in load_content().cases})

READS: dict[str, Callable[[str], object]] = {
    "markup": plain,
    "words": words_of,
    "clauses": clause_spans,
    "sentences": lambda text: list(sentence_spans(text)),
    "tokens": Tokens(),
    "questions": lambda text: questions_in(text, WORDS),
    "further questions": WORDS.questions_of,
    "domains": WORDS.domains_in,
    "languages left": WORDS.languages_left_in,
    "against Rust": WORDS.speaks_against_rust,
    "leaving Rust": WORDS.asks_about_leaving,
    "tongue": WORDS.in_another_tongue,
    "oneself": WORDS.speaks_of_oneself,
    "in general": WORDS.asks_in_general,
    "fillers": WORDS.without_fillers,
    "greeting": WORDS.greets,
    "names": lambda text: NAMES.named_in(text, ()),
    "names removed": NAMES.removed_from,
    "names asked of": NAMES.asked_about,
}
PIECES = {
    "blanks": " ",
    "no-break blanks": "\u00a0",
    "lines": "\n",
    "blank lines": " \n",
    "letters": "a",
    "capitals": "A",
    "digits": "1",
    "stops": ".",
    "colons": ":",
    "emoji": ":a",
    "links": "<a|",
    "mentions": "<@",
    "brackets": "([",
    "further": "and ",
    "further in one letter": "y ",
    "buts": ", but ",
    "in Rust": "we have a ",
    "moving": "move ",
    "left": "replaced a ",
}
TEXTS = {name: piece * (MAX_CHARACTERS // len(piece) - 1) for name, piece in PIECES.items()}
TEXTS["emoji of one word"] = ":" + "a" * (MAX_CHARACTERS - 1)
TEXTS["strange names"] = " and ".join(f"of Foo{n}bar" for n in range(2200))


@pytest.mark.parametrize("read", READS)
def test_hostile_text_costs_no_more_than_its_length(read: str) -> None:
    """40 000 characters each; what grew with the square of that took from 3 s to minutes."""
    for name, text in TEXTS.items():
        assert len(text) <= MAX_CHARACTERS
        begun = time.process_time()
        READS[read](f"{text[:-1]}b")
        assert time.process_time() - begun < 2, name


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("it is slow, but it works", ["it is slow", "it works"]),
        ("it is slow  ,  but it works", ["it is slow  ,", "it works"]),
        ("es ist schnell aber  es lebt", ["es ist schnell", "es lebt"]),
        ("it is slow \n but it works", ["it is slow", "it works"]),
        ("a button is here", ["a button is here"]),
    ],
)
def test_a_but_begins_a_clause_whatever_blanks_stand_around_it(
    text: str, clauses: list[str]
) -> None:
    assert [text[start:end] for start, end in clause_spans(text)] == clauses


@pytest.mark.parametrize(
    ("text", "read"),
    [(":crab:", "crab"), (":+1a_b-2:", "+1a_b-2"), ("12:30:45", "12:30:45"), (":+1:", ":+1:")],
)
def test_an_emoji_code_has_a_letter(text: str, read: str) -> None:
    assert plain(text).text == read
