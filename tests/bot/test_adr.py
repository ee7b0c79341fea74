"""The architecture decision record: MADR 4.0, whatever people or documents wrote."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.adr import Record, record
from bot.advisor.advice import Advice, advice
from bot.advisor.answer import Answer
from bot.advisor.desk import Desk
from bot.advisor.question import Question
from bot.advisor.text import uncapitalised, visible
from bot.markdown import block_quote, escaped, link
from bot.service import Service
from knowledge.content import load_checklist, load_phrases
from knowledge.model import Criterion, Ring, State
from knowledge.wording.adr import load_adr_wording
from tests.slack.answers import answers, assessed, texts, urls

WORDING, CHECKLIST, PHRASES = load_adr_wording(), load_checklist(), load_phrases()
DAY = date(2026, 11, 24)
MADR = (
    "Context and Problem Statement",
    "Decision Drivers",
    "Considered Options",
    "Decision Outcome",
    "Pros and Cons of the Options",
    "More Information",
)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ANY = settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def written(answer: Answer, extra: Advice | None = None) -> Record:
    return record(answer, extra or Advice(), DAY, CHECKLIST, PHRASES, WORDING)


def parsed(made: Record) -> tuple[dict[str, object], list[Token]]:
    """Front matter and tokens."""
    _, front, body = made.text.split("---\n", 2)
    return yaml.safe_load(front), MARKDOWN.parse(body)


def said(token: Token) -> str:
    """What a reader sees of an inline token."""
    shown = {"text": lambda t: t.content, "softbreak": lambda _: "\n", "code_inline": str}
    return "".join(shown.get(c.type, lambda _: "")(c) for c in token.children or [])


def headings(tokens: list[Token], level: str) -> list[str]:
    return [
        said(inline)
        for opened, inline in pairwise(tokens)
        if opened.type == "heading_open" and opened.tag == level
    ]


def flat(text: str) -> str:
    return " ".join(visible(text).split())


@pytest.fixture(scope="module")
def decision(service: Service) -> Answer:
    return assessed(service).answer


@pytest.fixture(scope="module")
def desk(service: Service) -> Desk:
    return service.advisor.desk


@given(texts)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    tokens = MARKDOWN.parse(escaped(text))
    assert [token.type for token in tokens if token.level == 0] == (
        ["paragraph_open", "paragraph_close"] if flat(text) else []
    )
    inline = [token for token in tokens if token.type == "inline"]
    assert "".join(map(said, inline)) == flat(text)
    assert {c.type for t in inline for c in t.children or []} <= {"text"}


@given(st.lists(texts, max_size=5).map("\n".join))
def test_quoted_text_is_one_block_quote_with_every_line_of_it(text: str) -> None:
    tokens = MARKDOWN.parse(block_quote(text))
    assert [token.type for token in tokens if token.level == 0] == [
        "blockquote_open",
        "blockquote_close",
    ]
    assert {token.type for token in tokens} <= {
        *("blockquote_open", "blockquote_close"),
        *("paragraph_open", "inline", "paragraph_close"),
    }
    lines = [flat(line) for line in visible(text).split("\n")]
    read = [line for t in tokens if t.type == "inline" for line in said(t).split("\n")]
    assert read == [line for line in lines if line]


@given(texts, urls)
def test_a_link_leads_to_its_address_or_nowhere(label: str, address: str | None) -> None:
    (inline,) = [t for t in MARKDOWN.parse(f"a {link(label, address)}") if t.type == "inline"]
    opened = [child for child in inline.children or [] if child.type == "link_open"]
    assert len(opened) <= 1
    for one in opened:
        assert str(one.attrs["href"]).startswith("http")
        assert address is not None
        assert address.startswith(("http://", "https://"))
    assert said(inline).strip() == flat(f"a {label}")


@ANY
@given(answers((0, 1, 12)).filter(lambda answer: answer.ring is not None))
def test_any_verdict_gives_a_record_with_the_headings_of_madr(answer: Answer) -> None:
    made = written(answer)
    front, tokens = parsed(made)
    assert front == {
        "status": "proposed",
        "date": DAY,
        "decision-makers": None,
        "consulted": None,
        "informed": None,
    }
    assert re.fullmatch(r"0000-[a-z0-9-]{1,60}\.md", made.name)
    assert len(headings(tokens, "h1")) == 1
    assert tuple(headings(tokens, "h2")) == MADR
    options = WORDING.leaving_options if answer.leaving else WORDING.options
    below = headings(tokens, "h3")
    assert below[:2] == ["Consequences", "Confirmation"]
    assert below[2 : 2 + len(Ring)] == list(options.values())
    assert {t.type for t in tokens} & {
        "html_block",
        "fence",
        "code_block",
        "hr",
        "table_open",
    } == set()
    inline = [child for t in tokens for child in t.children or []]
    assert {child.type for child in inline} <= {
        *("text", "softbreak", "link_open", "link_close", "strong_open", "strong_close"),
    }
    for child in inline:
        assert str(child.attrs.get("href", "http")).startswith("http")


@ANY
@given(answers((0, 1, 12)).filter(lambda answer: answer.ring is not None))
def test_any_question_is_quoted_whole(answer: Answer) -> None:
    _, tokens = parsed(written(answer))
    quoted = [
        line
        for token in tokens
        if token.type == "inline" and token.level == 2
        for line in said(token).split("\n")
    ]
    for line in visible(answer.question).split("\n"):
        assert not flat(line) or flat(line) in quoted


def test_the_asker_is_not_named(service: Service) -> None:
    kept = assessed(service)
    assert kept.asker not in written(kept.answer).text


def test_an_answer_without_a_verdict_has_no_record(decision: Answer) -> None:
    with pytest.raises(ValueError, match="verdict"):
        written(decision.model_copy(update={"ring": None}))


@pytest.mark.parametrize("leaving", [False, True])
@pytest.mark.parametrize("ring", Ring)
def test_each_ring_chooses_its_option_and_comes_up_for_review(
    decision: Answer, desk: Desk, ring: Ring, leaving: bool
) -> None:
    answer = decision.model_copy(update={"ring": ring, "leaving": leaving})
    extra = advice(answer, desk.snapshot, WORDING)
    made = written(answer, extra)
    options = WORDING.leaving_options if leaving else WORDING.options
    assert f'Chosen option: "{options[ring]}"' in made.text
    days = 90 if ring in (Ring.TRIAL, Ring.ASSESS) else 180
    assert made.review == DAY + timedelta(days=days)
    assert escaped(made.review.isoformat()) in made.text
    assert extra.good
    assert extra.measures


def test_each_quoted_sentence_is_numbered_and_each_number_is_a_source(
    decision: Answer, desk: Desk
) -> None:
    extra = advice(decision, desk.snapshot, WORDING)
    body, _, rest = written(decision, extra).text.partition("### Sources")
    listed = re.findall(r"^\* \[(\d+)\] ", rest, re.MULTILINE)
    cited = re.findall(r"\[(\d+)\]", body)
    assert set(cited) == set(listed)
    every = {str(one.n): one for one in (*decision.citations, *extra.citations)}
    for number in listed:
        (line,) = [one for one in rest.splitlines() if one.startswith(f"* [{number}] ")]
        assert PHRASES.standings[every[number].standing] in line
        assert escaped(every[number].path) in line


def test_every_sentence_of_the_advice_stands_in_its_document(decision: Answer, desk: Desk) -> None:
    records = {record.path: record.number for record in desk.snapshot.documents()}
    for one in advice(decision, desk.snapshot, WORDING).citations:
        text = desk.snapshot.text(records[one.path])
        assert text[one.start : one.end] == one.quote


def test_every_sentence_the_wording_names_is_in_the_index(desk: Desk) -> None:
    held = {
        quote.text
        for article in {backing.article for _, backing in WORDING.backings()}
        for stored in desk.snapshot.of_article(article)
        for quote in stored.passage.quotes
    }
    assert [b.quote for _, b in WORDING.backings() if b.quote not in held] == []


def test_what_points_the_other_way_is_set_apart(decision: Answer) -> None:
    text = written(decision).text
    dissent, _, _ = text.partition("### Cases That Point the Other Way")[2].partition("\n### ")
    for card in decision.cards:
        assert (f"**{escaped(card.title)}**" in dissent) == card.other_way
    assert any(card.other_way for card in decision.cards)


def test_without_a_verdict_no_case_points_any_way(decision: Answer) -> None:
    cards = tuple(card.model_copy(update={"other_way": False}) for card in decision.cards)
    text = written(decision.model_copy(update={"ring": Ring.ASSESS, "cards": cards})).text
    assert "Cases That Point" not in text
    assert WORDING.no_dissent not in text
    assert all(f"**{escaped(card.title)}**" in text for card in cards)


def test_what_does_not_count_for_leaving_is_no_reason_in_the_record(service: Service) -> None:
    told: dict[Criterion, State] = {Criterion.TIGHT_DEADLINE: "yes", Criterion.CPU_BOUND: "yes"}
    answer = service.advisor.answer(Question("Should we leave Rust?", told))
    assert answer.leaving
    text = written(answer).text
    deadline = uncapitalised(CHECKLIST[Criterion.TIGHT_DEADLINE].yes)
    assert f"Neutral, because {deadline}" in text
    assert f"Good, because {deadline}" not in text
    assert f"Bad, because {deadline}" not in text


def test_what_would_change_the_verdict_is_listed_whole(decision: Answer) -> None:
    text = written(decision).text
    for flip in decision.flips:
        assert f"{CHECKLIST[flip.criterion].says(flip.state)}: then “" in text


def test_the_drivers_are_what_was_stated_with_the_words(decision: Answer) -> None:
    _, tokens = parsed(written(decision))
    drivers = [said(t) for t in tokens if t.type == "inline" and "; speaks " in t.content]
    stated = [check for check in decision.checklist if check.state != "unknown"]
    assert len(drivers) == len(stated)
    for driver, check in zip(drivers, stated, strict=True):
        assert check.evidence is not None
        assert flat(check.evidence.quote) in driver


def test_the_same_answer_gives_the_same_bytes(decision: Answer, desk: Desk) -> None:
    extra = advice(decision, desk.snapshot, WORDING)
    assert written(decision, extra) == written(decision, extra)
