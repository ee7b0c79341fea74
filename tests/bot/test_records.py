"""Case studies: the ten organisations and projects that the founding article names, and others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import knowledge
from bot.advisor.advisor import Advisor, about_rust
from bot.advisor.answer import Answer, Card, Citation
from bot.advisor.desk import Desk
from bot.advisor.names import Names
from bot.advisor.question import Question
from bot.advisor.records import ABSENT_SHOWN, tell
from index.encoder import OnnxEncoder
from knowledge.model import Intent, Standing

CASES = Path(knowledge.__file__).parent / "cases"

NAMED = {
    "What did Discord gain from Rust?": ("discord-read-states", "discord-data-services"),
    "What did Dropbox gain from Rust?": ("dropbox-nucleus", "dropbox-magic-pocket"),
    "How did Figma use Rust?": ("figma-multiplayer",),
    "Tell me about CLOUDFLARE and Rust": ("cloudflare-pingora", "cloudflare-fl2"),
    "is solana written in rust": ("solana-validator",),
    "What is NEAR's experience with Rust?": ("near-nightshade",),
    "how does polkadot use rust": ("polkadot-parachains",),
    "What is PyO3 good for?": ("pyo3",),
    "How fast is Polars?": ("polars",),
    "what did pydantic get from its rust rewrite": ("pydantic-core",),
}
DESCRIBED = {
    "Which chat service moved its unread counters off Go over garbage collection spikes?": (
        "discord-read-states"
    ),
    "Who rewrote the engine that syncs files on the desktop from Python?": "dropbox-nucleus",
    "Which design tool moved its multiplayer editing server from Node?": "figma-multiplayer",
    "Who replaced NGINX with a proxy of their own?": "cloudflare-pingora",
    "Which blockchain claims 65,000 transactions per second?": "solana-validator",
    "Which sharded blockchain validates without keeping the state?": "near-nightshade",
    "Which network of parachains shares security through a relay chain?": "polkadot-parachains",
    "What lets a Python module call native functions written in Rust?": "pyo3",
    "Which dataframe library is the faster alternative to pandas?": "polars",
    "Which Python data validation library got a Rust core?": "pydantic-core",
}


@pytest.fixture(scope="module")
def told(advisor: Advisor, encoder: OnnxEncoder) -> Mapping[str, Answer]:
    """Answers about records, whatever intent the trained reader would read."""

    def answer(text: str) -> Answer:
        return tell(Question(text), encoder.embed_query(about_rust(text)), advisor.desk)

    return {text: answer(text) for text in (*NAMED, *DESCRIBED)}


def record(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))
    return loaded


def cited(answer: Answer, card: Card) -> list[Citation]:
    return [answer.cited(n) for statement in card.statements for n in statement.citations]


@pytest.mark.parametrize(("text", "names"), NAMED.items())
def test_all_records_of_a_named_organisation_are_shown_and_no_other(
    told: Mapping[str, Answer], text: str, names: tuple[str, ...]
) -> None:
    assert sorted(told[text].cases) == sorted(names)


@pytest.mark.parametrize(("text", "names"), NAMED.items())
def test_the_headline_names_the_organisation(
    told: Mapping[str, Answer], text: str, names: tuple[str, ...]
) -> None:
    assert record(names[0])["organisation"] in told[text].headline
    assert told[text].notes == ()


@pytest.mark.parametrize(("text", "name"), DESCRIBED.items())
def test_a_record_is_shown_to_whoever_describes_it(
    told: Mapping[str, Answer], text: str, name: str
) -> None:
    assert name in told[text].cases


@pytest.mark.parametrize("text", [*NAMED, *DESCRIBED])
def test_figures_stand_as_in_the_record_with_its_standing_and_source(
    told: Mapping[str, Answer], text: str
) -> None:
    """A sentence on one figure carries that figure's own standing and address."""
    answer = told[text]
    for card in answer.cards:
        stored = record(card.case)
        findings = {f["text"]: f for f in (*stored["outcomes"], *stored["costs"])}
        shown = [citation for citation in cited(answer, card) if citation.quote in findings]
        assert shown
        for citation in shown:
            assert citation.path == f"cases/{card.case}.yaml"
            assert citation.standing == findings[citation.quote]["standing"]
            assert citation.url == findings[citation.quote]["source"]


@pytest.mark.parametrize("text", [*NAMED, *DESCRIBED])
def test_a_record_opens_with_its_summary_and_tells_where_the_founding_article_differs(
    told: Mapping[str, Answer], text: str
) -> None:
    """Words that stand in several sentences of a field may be quoted one by one."""
    for card in told[text].cards:
        stored = record(card.case)
        said = " ".join(statement.text for statement in card.statements)
        assert said.startswith(stored["summary"])
        assert stored["claim"] is None or (stored["difference"] or "") in said


@pytest.mark.parametrize("text", NAMED)
def test_the_year_and_the_move_are_those_of_the_record(
    told: Mapping[str, Answer], text: str
) -> None:
    for card in told[text].cards:
        stored = record(card.case)
        year = f"c. {stored['year']}" if stored["year_approximate"] else f", {stored['year']}"
        assert year in told[text].text or card.year == stored["year"]
        if stored["direction"] == "to_rust":
            assert card.move == f"moved from {stored['language_before']} to Rust"


def test_the_more_particular_record_of_an_organisation_comes_first(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    text = "How did Dropbox's sync engine fare?"
    answer = tell(Question(text), encoder.embed_query(text), advisor.desk)
    assert answer.cases[0] == "dropbox-nucleus"


def told_by(advisor: Advisor, encoder: OnnxEncoder, text: str) -> Answer:
    return tell(Question(text), encoder.embed_query(text), advisor.desk)


def test_a_record_that_is_described_comes_before_one_that_is_named_in_passing(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    text = (
        "Which file host moved off Amazon to its own exabyte disk servers, in Rust instead of Go?"
    )
    assert told_by(advisor, encoder, text).cases[0] == "dropbox-magic-pocket"


def test_a_name_without_a_record_does_not_hide_the_record_that_is_described(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    text = "a from-scratch web browser preferred Apple's language to Rust, then lost a year"
    assert told_by(advisor, encoder, text).cases[0] == "ladybird-2024-swift"
    assert not told_by(advisor, encoder, "What did Quux Holding gain from Rust?").cases


def test_records_far_behind_the_nearest_one_are_not_shown(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    text = "Who replaced NGINX with a proxy of their own?"
    cases = told_by(advisor, encoder, text).cases
    assert cases[0] == "cloudflare-pingora"
    assert "mozilla-stylo" not in cases


def test_what_a_record_told_no_article_tells_again(advisor: Advisor, encoder: OnnxEncoder) -> None:
    answer = told_by(advisor, encoder, "Why did Cloudflare build Pingora?")
    told = " ".join(one.text for one in answer.guidance)
    assert "70%" not in told


def test_a_record_that_regrets_rust_says_so_in_its_move(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    card = told_by(advisor, encoder, "What did Matt Welsh say about Rust at a startup?").cards[0]
    assert card.move == "written in Rust from the start, advised against in hindsight"


def test_a_question_about_leaving_shows_only_those_that_left_or_turned_rust_down(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    text = "Which companies left Rust, and why?"
    answer = tell(Question(text), encoder.embed_query(text), advisor.desk)
    assert answer.cards
    assert not any(card.favours_rust for card in answer.cards)


def test_a_name_without_a_record_is_said_to_be_absent(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    text = "Has the bank Quux Holding moved from Go to Rust?"
    answer = tell(Question(text), encoder.embed_query(text), advisor.desk)
    assert answer.notes == ("These records do not mention Quux Holding.",)
    assert answer.cards


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What did Quux Holding gain from Rust?", "Quux Holding"),
        ("Why did the Bank of Quux move from Go to Rust?", "Bank of Quux"),
        ("How did the rewrite go at Quux.io?", "Quux.io"),
        ("What was Quux’s experience with Rust?", "Quux"),
    ],
)
def test_of_an_organisation_that_nobody_knows_no_other_record_tells(
    advisor: Advisor, desk: Desk, text: str, name: str
) -> None:
    answer = advisor.answer(Question(text), Intent.CASE_STUDY)
    assert answer.headline == f"No record and no document here tells of {name}."
    assert answer.notes == (desk.phrases.headlines.abilities,)
    assert (answer.cards, answer.statements) == ((), ())


def test_beside_a_record_that_is_named_an_unknown_name_is_a_note(advisor: Advisor) -> None:
    text = "What did Figma and Quux Holding gain from Rust?"
    answer = advisor.answer(Question(text), Intent.CASE_STUDY)
    assert answer.cases == ("figma-multiplayer",)
    assert answer.notes == ("These records do not mention Quux Holding.",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("What did Quux Holding gain?", ["Quux Holding"]),
        ("We use Quux. It is slow.", ["Quux"]),
        ("What happened at Quux and at FooBar Inc?", ["Quux", "FooBar Inc"]),
        ("Parsers are slow, what about rust?", []),
        ("what did Go and Python users gain from Rust?", []),
    ],
)
def test_a_strange_name_is_found_whole(desk_names: Names, text: str, names: list[str]) -> None:
    assert desk_names.unknown_in(text) == names


def test_of_a_named_record_no_claim_is_repeated_that_the_record_corrects(
    advisor: Advisor,
) -> None:
    """Nor one where records against Rust are asked for; what the article says beyond them is."""
    for text, claims in (
        ("How many transactions per second does Solana handle?", False),
        ("Why do DeFi apps prefer Solana?", True),
        ("Which companies left Rust, and why?", False),
        ("Which big tech companies use Rust in production?", True),
    ):
        answer = advisor.answer(Question(text), Intent.CASE_STUDY)
        cited = [answer.cited(n).standing for one in answer.guidance for n in one.citations]
        doubtful = {Standing.CLAIMED, Standing.DISPUTED, Standing.UNVERIFIED}
        assert bool(doubtful & set(cited)) == claims


@pytest.mark.parametrize(
    "text", ["WHAT HAPPENED WHEN THEY MOVED AWAY", "How Did The Big Banks Move To Rust"]
)
def test_capitals_everywhere_are_not_taken_for_names(desk_names: Names, text: str) -> None:
    assert desk_names.unknown_in(text) == []


def test_a_long_list_of_strange_names_is_not_repeated(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    text = "and ".join(f"what about Foo{n}Bar " for n in range(500))
    answer = tell(Question(text), encoder.embed_query(text), advisor.desk)
    assert answer.headline.count("Bar") == ABSENT_SHOWN
    beside = tell(Question(f"Discord. {text}"), encoder.embed_query(text), advisor.desk)
    assert beside.notes[0].count("Bar") == ABSENT_SHOWN


@pytest.fixture(scope="module")
def desk_names(advisor: Advisor) -> Names:
    return advisor.desk.names


@pytest.mark.parametrize("text", ["Diſcord", "Fıgma", "FİGMA", "polaRſ"])
def test_letters_that_only_look_alike_in_another_case_break_nothing(
    desk_names: Names, text: str
) -> None:
    """`ſ` matches `s` where case is ignored, but is not `s` in lower case."""
    assert desk_names.named_in(f"What happened at {text}?", []) == []


@pytest.mark.parametrize(
    ("text", "near", "found"),
    [
        ("we are near the limit", [], []),
        ("we are near the limit", ["near-nightshade"], ["near-nightshade"]),
        ("NEAR the limit", [], ["near-nightshade"]),
        ("our discord-bot", [], []),
        ("discord.", [], ["discord-data-services", "discord-read-states"]),
    ],
)
def test_an_ordinary_word_is_a_name_only_in_capitals_or_where_a_search_agrees(
    desk_names: Names, text: str, near: list[str], found: list[str]
) -> None:
    assert desk_names.named_in(text, near) == found


@pytest.mark.parametrize(
    "text",
    [
        "Our quantum circuit simulator in Python",
        "Has anyone replaced their ORM with something in Rust?",
        "We keep everything in Amazon Aurora",
        "Our CSS, canonical URLs and symbolic links",
        "we use cryptography",
        "a Welsh bank, its advisers Evan and Wallace",
    ],
)
def test_a_part_of_a_title_that_means_other_things_names_no_record(
    desk_names: Names, text: str
) -> None:
    assert desk_names.named_in(text, []) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Quantum CSS", "mozilla-stylo"),
        ("Prisma ORM", "prisma-query-engine"),
        ("Amazon Aurora DSQL", "aws-aurora-dsql"),
        ("Matt Welsh", "fixie-startup-rust"),
        ("Evan Wallace", "esbuild"),
        ("python cryptography", "pyca-cryptography"),
        ("Canonical", "ubuntu-uutils"),
    ],
)
def test_a_full_name_names_its_record(desk_names: Names, text: str, found: str) -> None:
    assert desk_names.named_in(f"What did {text} gain?", []) == [found]


def test_regrets_count_among_the_records_against_rust(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    text = "Which startups regret that they chose Rust?"
    answer = tell(Question(text), encoder.embed_query(text), advisor.desk)
    assert {"propelauth", "fixie-startup-rust"} & set(answer.cases)


def test_of_an_organisations_records_the_one_nearest_to_the_question_comes_first(
    advisor: Advisor, encoder: OnnxEncoder
) -> None:
    for text, first in (
        ("What did Discord gain by moving unread counters to Rust?", "discord-read-states"),
        ("What did Discord's Rust services before ScyllaDB do?", "discord-data-services"),
    ):
        answer = tell(Question(text), encoder.embed_query(text), advisor.desk)
        assert answer.cases[0] == first


@pytest.mark.parametrize("intent", [Intent.COST, Intent.ADOPTION])
def test_a_record_that_is_named_is_shown_whatever_is_asked_about_it(
    advisor: Advisor, intent: Intent
) -> None:
    answer = advisor.answer(Question("What did npm pay for its Rust service?"), intent)
    assert answer.cases == ("npm-registry-authorization",)
    assert answer.guidance
    silent = advisor.answer(Question("We run on AWS. How long does training take?"), intent)
    assert silent.cases == ()
