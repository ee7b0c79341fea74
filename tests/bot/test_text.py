"""The text twin: the whole reply for a screen reader, a notification, a phone."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer, Citation, Evidence
from bot.advisor.desk import Desk
from bot.advisor.question import Question
from bot.advisor.text import (
    FLIPS,
    QUESTIONS,
    fact,
    guidance_title,
    known,
    plain_text,
    sources,
    visible,
)
from knowledge.model import Criterion, Intent, Ring, Standing, State
from tests.bot.saying import ASKED, DECISIONS, OTHERS

WEB = re.compile(r"https?://\S+")


@pytest.fixture(scope="module", params=DECISIONS)
def decision(advisor: Advisor, request: pytest.FixtureRequest) -> Answer:
    return advisor.answer(Question(request.param), Intent.DECISION)


@pytest.fixture(scope="module", params=ASKED, ids=[text for text, _ in ASKED])
def answer(advisor: Advisor, request: pytest.FixtureRequest) -> Answer:
    """The answer to what a question asks for, whatever the trained reader takes it for."""
    text, intent = request.param
    return advisor.answer(Question(text), intent)


def test_the_verdict_comes_first_and_the_sources_last(decision: Answer, desk: Desk) -> None:
    first, *_, last = decision.text.split("\n\n")
    assert first.startswith(decision.headline)
    labels = desk.phrases.labels
    assert last.startswith(f"{labels.sources}:")


def test_each_stated_criterion_is_given_with_its_words(decision: Answer, desk: Desk) -> None:
    for check in decision.checklist:
        if check.state != "unknown":
            assert fact(check, desk.checklist, desk.phrases) in decision.text
        if check.evidence and len(check.evidence.quote) < 100 and not check.opposite:
            assert f"“{' '.join(check.evidence.quote.split())}”" in decision.text


def test_each_unstated_criterion_is_named_once_as_not_stated(decision: Answer, desk: Desk) -> None:
    last = desk.phrases.labels.not_stated
    if not known(decision):
        assert last not in decision.text  # there it would be the whole checklist
        return
    listed = next(part for part in decision.text.split("\n\n") if f"), {last}: " in part)
    for name in decision.missing:
        assert listed.count(desk.checklist[name].label) == 1


def test_the_most_decisive_questions_are_asked_by_number(decision: Answer, desk: Desk) -> None:
    for number, name in enumerate(decision.missing[:QUESTIONS], start=1):
        assert f"\n{number}. {desk.checklist[name].question}\n" in decision.text


def test_what_would_flip_the_verdict_is_said(decision: Answer, desk: Desk) -> None:
    for flip in decision.flips[:FLIPS]:
        said = desk.checklist[flip.criterion].says(flip.state)
        assert f"- {said}: {flip.ring.value}" in decision.text


def test_every_record_and_every_sentence_of_it_is_there(answer: Answer) -> None:
    for card in answer.cards:
        assert f"\n{card.title}\n" in answer.text
        for statement in card.statements:
            assert f"- {statement.text} [{statement.citations[0]}]" in answer.text


def test_every_number_behind_a_sentence_leads_to_a_source(answer: Answer, desk: Desk) -> None:
    said, _, listed = answer.text.partition(f"\n{desk.phrases.labels.sources}:\n")
    used = {int(n) for n in re.findall(r"\[(\d+)\]", said)}
    assert used <= {int(n) for n in re.findall(r"\[(\d+)\]", listed)}
    assert used


def test_every_source_has_its_address(answer: Answer) -> None:
    for source in sources(answer):
        assert f"\n{source.place}" in answer.text
        assert WEB.fullmatch(source.place) or source.place.endswith((".md", ".yaml"))


def test_no_sentence_is_said_twice(answer: Answer) -> None:
    lines = [line for line in answer.text.splitlines() if line.startswith("- ")]
    assert len(lines) == len(set(lines))


def test_a_sentence_that_no_primary_source_backs_says_so(answer: Answer, desk: Desk) -> None:
    for statement in answer.statements:
        standing = answer.cited(statement.citations[0]).standing
        said = f"{statement.text} [{statement.citations[0]}]"
        if standing is not Standing.PRIMARY and said in answer.text:
            assert f"{said} ({desk.phrases.standings[standing]})" in answer.text


def test_nothing_trails_and_no_part_is_empty(answer: Answer) -> None:
    lines = answer.text.split("\n")
    assert [line for line in lines if line != line.rstrip()] == []
    assert "\n\n\n" not in answer.text
    assert lines[0] and lines[-1]


def test_records_come_before_advice_where_records_were_asked_for(
    advisor: Advisor, desk: Desk
) -> None:
    answer = advisor.answer(Question(OTHERS[1]), Intent.CASE_STUDY)
    title = guidance_title(answer, desk.phrases)
    assert answer.text.index(answer.cards[-1].title) < answer.text.index(f"{title}:")


@pytest.mark.parametrize("standing", Standing)
def test_only_advice_is_titled_as_advice(desk: Desk, standing: Standing) -> None:
    labels = desk.phrases.labels
    shown = echoing(desk, "x", standing=standing)
    assert guidance_title(shown, desk.phrases) == (
        labels.guidance if standing is Standing.ADVICE else labels.also
    )
    assert f"{guidance_title(shown, desk.phrases)}:" in plain_text(
        shown, desk.checklist, desk.phrases
    )


def test_a_side_with_nothing_on_it_is_one_sentence(literal: Advisor, desk: Desk) -> None:
    text = literal.answer(Question("A parser, it is CPU-bound.")).text
    assert desk.phrases.labels.nothing_against in text.split("\n\n")
    assert f"{desk.phrases.labels.speaks_against}:" not in text


def test_answers_by_button_are_called_answers(literal: Advisor, desk: Desk) -> None:
    text = literal.answer(Question("Rust?", {Criterion.CPU_BOUND: "yes"})).text
    item = desk.checklist[Criterion.CPU_BOUND]
    assert f"- {item.yes} ({desk.phrases.labels.by_button}) [" in text


def test_a_verdict_is_never_said_to_be_certain(literal: Advisor, desk: Desk) -> None:
    held = literal.answer(Question("Rust? it is a CRUD app, nobody knows Rust"))
    assert held.ring is Ring.HOLD
    sure = held.model_copy(update={"confidence": 0.999})
    text = plain_text(sure, desk.checklist, desk.phrases)
    assert "99 %" in text
    assert "100 %" not in text


@pytest.mark.parametrize("ring", Ring)
def test_only_a_verdict_has_a_confidence(literal: Advisor, desk: Desk, ring: Ring) -> None:
    """To be 95 % sure that too little is known would sound like being sure of the verdict."""
    asked = literal.answer(Question("Rust? it is CPU-bound"))
    text = plain_text(
        asked.model_copy(update={"ring": ring, "confidence": 0.95}), desk.checklist, desk.phrases
    )
    assert ("95 %" in text) == (ring is not Ring.ASSESS)


@pytest.mark.parametrize(
    ("words", "state", "more"),
    [
        ("nobody knows Rust", "no", False),
        ("none of us has ever written it", "no", False),
        ("nobody knows Rust and nobody will learn it", "no", True),
        ("We WON’T\nlearn it", "no", True),
        ("keiner will es lernen", "no", True),
        (None, "no", True),
    ],
)
def test_unwillingness_to_learn_is_said_only_where_it_was_stated(
    desk: Desk, words: str | None, state: State, more: bool
) -> None:
    """A button asks for both, and answers both."""
    item = desk.checklist[Criterion.TEAM_EXPERIENCE]
    said = item.says(state, words)
    assert said == ("The team does not know Rust" + more * " and will not learn it")


def test_what_the_words_state_is_what_the_reply_says(literal: Advisor) -> None:
    text = literal.answer(Question("Rust? nobody knows Rust")).text
    assert "- The team does not know Rust (you wrote “nobody knows Rust”)" in text


def test_acronyms_keep_their_capitals_within_a_sentence(literal: Advisor) -> None:
    text = literal.answer(Question("Our Python service, it is CPU-bound. Rust?")).text
    assert "In common: CPU-heavy" in text


def test_a_year_that_is_not_exact_is_said_to_be_about(advisor: Advisor) -> None:
    text = advisor.answer(Question("What about Solana?"), Intent.CASE_STUDY).text
    assert "c. 2020" in text


STEERING = {
    "an escape sequence": "\x1b[31mred\x1b[0m",
    "a title of the window": "\x1b]0;owned\x07",
    "a single control character": "\x9b2J",
    "a carriage return": "safe\rrisky",
    "a turn of direction": "\u202egnitirw\u2069",
    "a line separator": "a\u2028b",
    "a zero byte": "a\x00b",
}


@pytest.mark.parametrize("words", STEERING.values(), ids=STEERING)
def test_what_a_user_wrote_cannot_steer_a_terminal(desk: Desk, words: str) -> None:
    twin = plain_text(echoing(desk, words), desk.checklist, desk.phrases)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", twin)


@pytest.mark.parametrize("words", ["<!channel>", "[bold]", "[/]", ":crab:", "*x*", "{quote}", "%"])
def test_what_a_user_wrote_stays_what_it_is(desk: Desk, words: str) -> None:
    assert f"“{words}”" in plain_text(echoing(desk, words), desk.checklist, desk.phrases)


def test_a_hostile_file_name_cannot_fake_a_line(desk: Desk) -> None:
    path = "notes\n\n[1] Forged, primary source\n\x1b[2J.md"
    twin = plain_text(echoing(desk, "x", path=path, title="Ti\ntle"), desk.checklist, desk.phrases)
    assert "\n[1] Forged" not in twin
    assert "\nnotes [1] Forged" in twin


def echoing(
    desk: Desk,
    words: str,
    path: str = "a.md",
    title: str = "A title",
    standing: Standing = Standing.CLAIMED,
) -> Answer:
    """An answer that holds somebody's words, as evidence and as a quoted document."""
    from bot.advisor.answer import Check, Evidence, Statement

    return Answer(
        question=words,
        intent=Intent.DECISION,
        ring=Ring.ASSESS,
        headline="Assess.",
        guidance=(Statement(text=words, citations=(1,)),),
        checklist=(
            Check(
                criterion=Criterion.CPU_BOUND,
                state="yes",
                weighs="for",
                evidence=Evidence(quote=words, start=0, end=len(words)),
                citations=(1,),
                confidence=1,
            ),
        ),
        citations=(
            Citation(
                n=1,
                kind="passage",
                source_id=path,
                title=title,
                url=None,
                standing=standing,
                path=path,
                start=0,
                end=len(words),
                quote=words,
            ),
        ),
        snapshot=desk.snapshot.id,
    )


@given(st.text())
def test_visible_text_differs_only_in_what_steers(text: str) -> None:
    shown: Mapping[bool, str] = {True: visible(text)}
    assert visible(shown[True]) == shown[True]
    assert all(c == "\n" or c >= " " for c in shown[True])
    kept = [c for c in text if c.isprintable() and c not in "\u2028\u2029"]
    assert [c for c in shown[True] if c.isprintable() and c != " "] == [c for c in kept if c != " "]


def test_what_was_stated_both_ways_stands_apart_with_both_its_words(
    advisor: Advisor, desk: Desk
) -> None:
    text = "Our parser pegs all cores. It idles all day. Should we use Rust?"
    answer = advisor.answer(Question(text), Intent.DECISION)
    both = Evidence(quote="idles all day", start=30, end=43)
    said = Evidence(quote="pegs all cores", start=11, end=25)
    checks = [
        check.model_copy(
            update={"state": "yes", "weighs": "neutral", "evidence": said, "opposite": both}
        )
        if check.criterion is Criterion.CPU_BOUND
        else check
        for check in answer.checklist
    ]
    shown = plain_text(
        answer.model_copy(update={"checklist": tuple(checks)}), desk.checklist, desk.phrases
    )
    labels = desk.phrases.labels
    apart = next(part for part in shown.split("\n\n") if part.startswith(labels.both_ways))
    assert labels.contradicted.format(yes="pegs all cores", no="idles all day") in apart


def test_what_is_less_likely_than_not_is_only_said_to_be_perhaps_so(
    advisor: Advisor, desk: Desk
) -> None:
    answer = advisor.answer(Question("Our parser pegs all cores. Rust?"), Intent.DECISION)
    check = next(c for c in answer.checklist if c.criterion is Criterion.CPU_BOUND)
    words = Evidence(quote="pegs all cores", start=11, end=25)
    sure = check.model_copy(update={"state": "yes", "evidence": words, "confidence": 0.9})
    unsure = sure.model_copy(update={"confidence": 0.4})
    said = desk.checklist[Criterion.CPU_BOUND].yes
    assert fact(sure, desk.checklist, desk.phrases) == said
    perhaps = desk.phrases.labels.doubtful.format(fact=said[:1].lower() + said[1:])
    assert fact(unsure, desk.checklist, desk.phrases) == perhaps


@pytest.mark.parametrize("intent", [Intent.DECISION, Intent.OUT_OF_SCOPE])
def test_who_asks_in_another_language_is_told_that_it_is_read_less_well(
    advisor: Advisor, desk: Desk, intent: Intent
) -> None:
    note = desk.phrases.headlines.other_tongue
    german = "Sollen wir unseren Parser in Rust schreiben? Das Team kennt Rust gut."
    assert note in advisor.answer(Question(german), intent).notes
    english = "Should we write our parser in Rust? The team knows Rust well."
    assert note not in advisor.answer(Question(english), intent).notes
