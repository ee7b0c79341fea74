"""Case studies: every quote is a slice of the record's file; a record that cannot be is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.cases import load_case
from knowledge.faults import ContentError
from knowledge.model import CaseStudy, Standing
from knowledge.passages import Document
from tests.knowledge.making import split

RECORD = """\
id: discord-read-states
organisation: Discord
system: Read States
names: [unread counters]
use_case: Keeps unread counters in a cache.
domain: messaging
language_before: Go
languages_before: [go]
language_after: Rust
direction: to_rust
year: 2020
year_approximate: false
negative: false
verification: differs
criteria: [latency_critical]
summary: Discord moved Read States to Rust – “at last”.
outcomes:
- metric: memory
  value: "-40%"
  text: "The founding article says: memory fell by 40%."
  standing: claimed
  source: null
- metric: latency
  value: better
  text: 'Discord reports better latency 🦀.'
  standing: primary
  source: https://discord.com/blog
costs: []
claim: The founding article says 40%.
difference: Discord gives no figure.
lesson: Look for that pattern first.
"""


def load(text: str) -> CaseStudy:
    return load_case(Document("cases/a.yaml", "case", text, "0")).case


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ContentError) as caught:
        load(text)
    assert all(fault.path == "cases/a.yaml" for fault in caught.value.faults)
    return [(fault.line, fault.message) for fault in caught.value.faults]


def line(needle: str, text: str = RECORD) -> int:
    return text[: text.index(needle)].count("\n") + 1


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff", "# A comment: 🦀\n---\n"])
def test_each_field_is_quoted_at_its_place_in_the_file(start: str, newline: str) -> None:
    passages = split("case", (start + RECORD).replace("\n", newline))
    assert [(p.heading[0], p.text) for p in passages] == [
        ("summary", "Discord moved Read States to Rust – “at last”."),
        ("use_case", "Keeps unread counters in a cache."),
        ("claim", "The founding article says 40%."),
        ("difference", "Discord gives no figure."),
        ("lesson", "Look for that pattern first."),
        ("outcomes", "The founding article says: memory fell by 40%."),
        ("outcomes", "Discord reports better latency 🦀."),
    ]


def test_runs_of_blanks_in_a_field_are_shown_as_one() -> None:
    text = RECORD.replace("Keeps unread counters", '"Keeps  unread\u00a0 counters').replace(
        "in a cache.", 'in a cache."'
    )
    assert "Keeps unread counters in a cache." in [p.text for p in split("case", text)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Keeps unread counters in a cache.", "Keeps unread\n  counters in a cache."),
        ("Keeps unread counters in a cache.", ">\n  Keeps unread counters in a cache."),
        ("Keeps unread counters in a cache.", "|-\n  Keeps unread counters in a cache."),
        ("Keeps unread counters in a cache.", '"Keeps \\u0075nread counters in a cache."'),
        ("Keeps unread counters in a cache.", "'Keeps each user''s counters.'"),
        ("Keeps unread counters in a cache.", "!!str Keeps unread counters in a cache."),
        ("Keeps unread counters in a cache.", "&x Keeps unread counters in a cache."),
    ],
)
def test_a_value_that_is_not_a_slice_of_the_file_is_refused(old: str, new: str) -> None:
    found = faults(RECORD.replace(old, new))
    assert [at for at, _ in found] == [line("use_case:")]
    assert "use_case" in found[0][1]


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("  standing: claimed\n", "", "- metric: memory", "outcomes.0.standing: Field required"),
        ("  source: https://discord.com/blog\n", "", "- metric: latency", "outcomes.1.source"),
        (
            "https://discord.com/blog",
            "null",
            "- metric: latency",
            "needs the address of its source",
        ),
        ("standing: claimed", "standing: advice", "- metric: memory", "no standing for a figure"),
        ("standing: claimed", "standing: sure", "standing: sure", "outcomes.0.standing"),
        ("https://discord.com/blog", "javascript:alert", "source: java", "outcomes.1.source"),
        ("latency_critical", "fast", "criteria: [fast]", "criteria.0"),
        ("to_rust", "sideways", "direction: side", "direction"),
        ("year: 2020", "year: soon", "year: soon", "year"),
        ("lesson: Look", "lessen: Look", "lessen:", "lessen: Extra inputs"),
        ("lesson: Look for that pattern first.", "lesson: Look", "lesson: Look", "lesson"),
        ("costs: []", "costs: {a: b}", "costs:", "costs"),
        ("pattern first.", "pattern first", "lesson: Look", "lesson: String should match"),
        ("id: discord", "id: Discord", "id: Discord", "id"),
    ],
)
def test_a_fault_is_named_with_its_line(old: str, new: str, at: str, says: str) -> None:
    text = RECORD.replace(old, new, 1)
    assert any(number == line(at, text) and says in message for number, message in faults(text)), (
        faults(text)
    )


def test_every_fault_of_a_record_is_named_at_once() -> None:
    text = RECORD.replace("year: 2020", "year: soon").replace("to_rust", "sideways")
    assert {number for number, _ in faults(text)} == {line("year:"), line("direction:")}


def test_a_record_without_an_outcome_is_refused() -> None:
    start, end = RECORD.index("outcomes:"), RECORD.index("costs:")
    text = RECORD[:start] + "outcomes: []\n" + RECORD[end:]
    assert any("at least one outcome" in message for _, message in faults(text))


@pytest.mark.parametrize("text", ["just words", "- a\n- b\n", "42", "a: b\n"])
def test_yaml_that_is_no_record_is_refused(text: str) -> None:
    assert faults(text)


def standings(change: Callable[[str], str]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = {}
    for passage in split("case", change(RECORD)):
        found.setdefault(passage.heading[0], []).append(passage.quotes[0].standing)
    return found


@pytest.mark.parametrize(
    ("verification", "claim", "whole"),
    [
        ("confirmed", Standing.CLAIMED, Standing.PRIMARY),
        ("differs", Standing.CLAIMED, Standing.PRIMARY),
        ("unverified", Standing.UNVERIFIED, Standing.PRIMARY),
        ("disputed", Standing.DISPUTED, Standing.DISPUTED),
    ],
)
def test_a_field_is_as_good_as_what_it_rests_on(
    verification: str, claim: Standing, whole: Standing
) -> None:
    found = standings(lambda text: text.replace("differs", verification))
    assert found == {
        "summary": [whole],
        "use_case": [whole],
        "claim": [claim],
        "difference": [whole],
        "lesson": [Standing.ADVICE],
        "outcomes": [Standing.CLAIMED, Standing.PRIMARY],
    }


def test_a_record_is_as_good_as_its_best_sourced_finding() -> None:
    assert load(RECORD).standing is Standing.PRIMARY
    assert load(RECORD.replace("primary", "secondary")).standing is Standing.SECONDARY
    unsourced = RECORD.replace("primary", "claimed")
    assert load(unsourced).standing is Standing.UNVERIFIED


def test_a_record_points_to_its_first_primary_source() -> None:
    assert load(RECORD).url == "https://discord.com/blog"
    text = RECORD.replace("claimed\n  source: null", "secondary\n  source: https://other.example")
    assert load(text).url == "https://discord.com/blog"
    assert (
        load(RECORD.replace("https://discord.com/blog", "null").replace("primary", "claimed")).url
        is None
    )


def test_a_record_can_be_filtered_by_what_it_is() -> None:
    facets = split("case", RECORD)[0].facets
    assert facets == {
        "domain": ("messaging",),
        "language_before": ("go",),
        "direction": ("to_rust",),
        "favours_rust": ("yes",),
        "criterion": ("latency_critical",),
    }


SAID = st.text(
    st.characters(
        codec="utf-8", exclude_characters="\\", exclude_categories=["Cc", "Cs", "Zl", "Zp"]
    ),
    min_size=8,
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(said=SAID, style=st.sampled_from(["{}.", '"{}."', "'{}.'"]))
def test_a_record_is_quoted_verbatim_or_refused_whatever_it_says(said: str, style: str) -> None:
    text = RECORD.replace("Keeps unread counters in a cache.", style.format(said))
    try:
        load(text)
    except ContentError:
        return
    quoted = next(p.quotes[0] for p in split("case", text) if p.heading == ("use_case",))
    parsed: dict[str, Any] = yaml.safe_load(text)
    assert text[quoted.start : quoted.end] == parsed["use_case"]


@pytest.mark.parametrize(
    ("direction", "negative", "favours"),
    [
        ("to_rust", False, True),
        ("new_in_rust", False, True),
        ("new_in_rust", True, False),
        ("from_rust", True, False),
        ("from_rust", False, False),
        ("chose_other", False, False),
    ],
)
def test_a_record_favours_rust_where_rust_was_chosen_and_is_not_regretted(
    direction: str, negative: bool, favours: bool
) -> None:
    text = RECORD.replace("direction: to_rust", f"direction: {direction}")
    text = text.replace("negative: false", f"negative: {str(negative).lower()}")
    assert load(text).favours_rust is favours
