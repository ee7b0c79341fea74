"""Words of questions: which languages were left, who turns Rust down, who only greets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from knowledge import CONTENT
from knowledge.faults import ContentError
from knowledge.vocabulary import Vocabulary, load_vocabulary

WORDS = load_vocabulary()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("who moved from Go to Rust?", {"go"}),
        ("Python to Rust", {"python"}),
        ("from C++ to Rust", {"c++"}),
        ("from c to rust", {"c"}),
        ("from C# to Rust", {"csharp"}),
        ("from .NET", {"csharp"}),
        ("from node.js to Rust", {"javascript"}),
        ("rewrite of Node.js -> Rust", {"javascript"}),
        ("golang → rust", {"go"}),
        ("they replaced our Java service", {"java"}),
        ("replacing Ruby", {"ruby"}),
        ("we ditched Scala and left Kotlin", {"scala", "kotlin"}),
        ("get out of PHP", {"php"}),
        ("moved off Elixir", {"elixir"}),
        ("from  \n Go\nto Rust", {"go"}),
        ("FROM GO TO RUST", {"go"}),
        ("from JavaScript", {"javascript"}),
        ("from TypeScript into Rust", {"typescript"}),
        ("we moved two of our services from Java for good", {"java"}),
        ("from Java services to Rust", {"java"}),
    ],
)
def test_the_language_left_is_read(text: str, left: set[str]) -> None:
    assert set(WORDS.languages_left_in(text)) == left


@pytest.mark.parametrize(
    "text",
    [
        "",
        "should we go to Rust?",
        "how do we go into Rust with a small team",
        "our Go service calls a Rust library",
        "is Rust better than Python?",
        "from Google to Rust",
        "from Gorilla",
        "from cobol",
        "from scratch to Rust",
        "a .go to rust converter",
        "we wrote it in C",
        "our tool reads data from Java services",
        "it is called from Python",
    ],
)
def test_a_language_that_nobody_left_is_not_read(text: str) -> None:
    assert WORDS.languages_left_in(text) == ()


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("Sollten wir Rust für unseren Codec verwenden? Das Team kennt Rust.", True),
        ("le CPU est à 100 % et personne ne connaît Rust", True),
        ("¿Deberíamos usar Rust para el proxy? El equipo lo conoce", True),
        ("パーサーをRustで書くべきですか", True),
        ("Нужно ли нам писать парсер на Rust?", True),
        ("Our team in São Paulo asks: Rust para el proxy, or Go?", False),
        ("rust for etl pipeline k8s jobs?", False),
        ("Should we use Rust? 🦀🦀🦀", False),
        ("", False),
    ],
)
def test_a_text_in_another_language_is_told_from_english(text: str, so: bool) -> None:
    assert WORDS.in_another_tongue(text) is so


def test_no_small_word_is_one_of_two_languages() -> None:
    assert not WORDS.english & WORDS.other_tongues


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Should we drop Rust?", True),
        ("we think of moving from Rust to Go", True),
        ("is it time to\nleave  Rust", True),
        ("KEEP RUST or not", True),
        ("Our parser is written in Rust. Should we move it to Go?", True),
        ("we ported half of it to Rust and it hurts, should we go back to C++", True),
        ("We run Rust in production. Replace it with Java?", True),
        ("Our API is in Go. Should we move it to Rust?", False),
        ("We use Rust for the parser. Should we rewrite the API in Go or Rust?", False),
        ("should we adopt Rust?", False),
        ("we trust to go with it", False),
        ("dropbox rust", False),
        ("drop Rustic UI", False),
        ("", False),
        ("Should we leave Rust?", True),
        ("We have one service in Rust. Should we rewrite it in Go?", True),
        ("Should we move from Rust to Python?", True),
        ("Should we get out of Rust?", True),
        ("We want out of Rust, is that wise?", True),
        ("Should we keep Rust?", True),
        ("Should we keep Rust for our parser or go to Go?", True),
        ("Our service is in Rust. Port it to Kotlin?", True),
        ("Should we rewrite our Rust service in Go?", True),
        ("Would a switch from Rust to Python make sense?", True),
        ("Migrate our ingest from Rust to Go?", True),
        ("Rust to Go: is it worth it?", True),
        ("Our backend is in Rust and slow to change. Should we return to Node?", True),
        ("We wrote our API in Rust. Should we redo it in TypeScript?", True),
        ("Should we port our Rust parser to C++?", True),
        ("We use Rust. Should we switch to Go?", True),
        ("Should we move our team's services out of Rust?", True),
        ("Should we keep Rust on the backend?", True),
        (
            "We already run two services in Rust and the team likes it. Should we port "
            "our image resizer, which is in Python and CPU-bound, as well?",
            False,
        ),
        ("Would exposing Rust to Python via PyO3 pay off for our CPU-bound parser?", False),
        ("We have one service in Rust. Should we also rewrite the one in Go?", False),
        (
            "Should we move the parser from our monolith in Java to Rust? We use Rust elsewhere.",
            False,
        ),
        ("Can we get more performance out of Rust than our Go service gives us?", False),
        ("Should we keep Rust on the table for the new ingest service?", False),
        ("Should we leave Rust out of our new billing service?", False),
        (
            "We use Rust for the gateway. Should we replace the batch jobs with Rust "
            "too, they are in Java?",
            False,
        ),
        ("We wrote our CLI in Rust. Should we migrate the API, written with Django, to it?", False),
        ("Is it worth keeping Rust in mind for the rewrite?", False),
        ("How do we get the best out of Rust in a small team?", False),
        ("Should we expose Rust to Node through napi?", False),
        ("Should we leave Rust aside for this prototype?", False),
        ("Our core is in Rust. Should we convert the wrapper in Python as well?", False),
        ("We run a proxy in Rust. Could we go on with the one in C++?", False),
        ("Would calling from Rust to C++ be a problem for our engine?", False),
        ("We have bindings from Rust to Python. Should we use Rust for the new module?", False),
    ],
)
def test_leaving_rust_is_told_from_adopting_it(text: str, asked: bool) -> None:
    assert WORDS.asks_about_leaving(text) is asked


def test_turning_rust_down_is_read_across_lines_and_in_any_case() -> None:
    assert WORDS.speaks_against_rust("who gave up\n on RUST?")
    assert WORDS.speaks_against_rust("Who decided against Rust")
    assert not WORDS.speaks_against_rust("who is happy with Rust?")


@pytest.mark.parametrize(
    "text", ["hi", "Hello!", "hey there :wave:", "Good morning everyone", "gm"]
)
def test_a_greeting_greets(text: str) -> None:
    assert WORDS.greets(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🦀",
        "history of Rust",
        "highlander",
        "oh hi",
        "hi, can you write me a long poem about the sea",
        "привет",
    ],
)
def test_what_is_more_or_other_than_a_greeting_does_not_greet(text: str) -> None:
    assert not WORDS.greets(text)


def test_domains_are_read_as_whole_words() -> None:
    assert WORDS.domains_in("a load\nbalancer for a Database") == ("database", "proxy")
    assert WORDS.domains_in("chatty adblock") == ()


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("Our supply chain tool waits on the database and shows error messages.", ()),
        ("Our job aggregates sliding windows.", ()),
        ("The chat widget in our shop is slow.", ()),
        ("We are building a chat widget.", ()),
        ("Our loyalty game pays out points.", ()),
        ("We write to the database a lot.", ()),
        ("We are building a database.", ("database",)),
        ("We're writing a distributed time-series database in Go.", ("database",)),
        ("Our storage engine is slow.", ("database",)),
        ("We run a blockchain node.", ("blockchain",)),
        ("We make a game in C++.", ("game",)),
    ],
)
def test_what_everybody_uses_is_the_field_only_of_those_who_build_it(
    text: str, domains: tuple[str, ...]
) -> None:
    assert WORDS.domains_in(text) == WORDS.own_domains_in(text) == domains


def test_a_question_on_others_may_name_any_field() -> None:
    assert WORDS.domains_in("Which databases moved to Rust?") == ("database",)


def changed(**changes: Any) -> dict[str, Any]:
    data = yaml.safe_load((CONTENT / "vocabulary.yaml").read_text(encoding="utf-8"))
    return {**data, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"greetings": ["Hi"]},
        {"greetings": []},
        {"leaving": []},
        {"against_rust": ["Leave Rust"]},
        {"languages": {"go": []}},
        {"languages": {"Go": ["go"]}},
        {"domains": {"database": ["DB"]}},
        {"ordinary_words": ["Near"]},
        {"generic_words": [""]},
        {"more": ["x"]},
    ],
)
def test_words_that_would_never_or_always_match_are_refused(changes: dict[str, Any]) -> None:
    Vocabulary.model_validate(changed())
    with pytest.raises(ValidationError):
        Vocabulary.model_validate(changed(**changes))


def test_each_language_is_known_by_its_own_name() -> None:
    for name in WORDS.languages:
        known = "c#" if name == "csharp" else name
        assert name in WORDS.languages_left_in(f"from {known} to rust")


def test_a_vocabulary_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"vocabulary\.yaml: cannot be read"):
        load_vocabulary(tmp_path)
