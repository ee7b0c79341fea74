"""The content holds every fact that the project was given: figure, source and standing."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from knowledge.content import load_content
from knowledge.model import CaseStudy, Figure, Finding, Standing
from tests.knowledge.making import SHARED

FACTS = SHARED / "facts"
pytestmark = pytest.mark.skipif(not FACTS.is_dir(), reason="the shared facts are not here")

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
IN_WORDS = {
    ("discord-read-states", "2"): "two minutes",
    ("aws-aurora-dsql", "10"): "went from 2,000-3,000",
}
"""Numbers that a sentence gives in words, or by the two figures of which they are the ratio."""


def facts(name: str) -> list[dict[str, Any]]:
    file = FACTS / name
    if not file.is_file():
        return []
    records: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return records


CASES = facts("cases.yaml")
FIGURES = facts("adoption_costs.yaml")


def standing(kind: str, verification: str) -> Standing:
    """What the kind of a fact's source makes of it."""
    if kind in ("primary", "secondary"):
        return Standing(kind)
    return {"disputed": Standing.DISPUTED, "unverified": Standing.UNVERIFIED}.get(
        verification, Standing.CLAIMED
    )


@pytest.fixture(scope="module")
def cases() -> dict[str, CaseStudy]:
    return {loaded.case.id: loaded.case for loaded in load_content().cases}


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return {figure.id: figure for figure in load_content().figures}


def test_every_case_and_every_figure_is_there_and_no_other(
    cases: dict[str, CaseStudy], figures: dict[str, Figure]
) -> None:
    assert {fact["id"] for fact in CASES} == set(cases)
    assert {fact["id"] for fact in FIGURES} == set(figures)
    assert CASES
    assert FIGURES


@pytest.mark.parametrize("fact", CASES, ids=lambda fact: fact["id"])
def test_a_case_is_what_the_facts_say(fact: dict[str, Any], cases: dict[str, CaseStudy]) -> None:
    case = cases[fact["id"]]
    assert case.direction == fact["direction"]
    assert (case.year, case.year_approximate) == (fact["year"], fact["year_approximate"])
    assert case.negative is fact["negative_case"]
    assert case.verification == fact["verification"]
    assert (case.claim is None) == (fact["article_claim"] is None)
    assert (case.difference is None) == (fact["difference_note"] is None)


@pytest.mark.parametrize("fact", CASES, ids=lambda fact: fact["id"])
def test_each_finding_of_a_case_has_its_figure_source_and_standing(
    fact: dict[str, Any], cases: dict[str, CaseStudy]
) -> None:
    case = cases[fact["id"]]
    for group in ("outcomes", "costs"):
        found: tuple[Finding, ...] = getattr(case, group)
        given = fact[group] or []
        assert [(f.metric, f.value, f.source, f.standing) for f in found] == [
            (
                one["metric"],
                str(one["value"]),
                one["source_url"],
                standing(one["kind"], fact["verification"]),
            )
            for one in given
        ]


@pytest.mark.parametrize("fact", CASES, ids=lambda fact: fact["id"])
def test_the_sentence_of_a_finding_holds_its_numbers(
    fact: dict[str, Any], cases: dict[str, CaseStudy]
) -> None:
    for finding in cases[fact["id"]].findings:
        for number in set(NUMBER.findall(finding.value)) - set(NUMBER.findall(finding.text)):
            assert IN_WORDS.get((fact["id"], number), "?") in finding.text, finding


@pytest.mark.parametrize("fact", CASES, ids=lambda fact: fact["id"])
def test_what_the_article_claims_is_said_to_be_its_claim(
    fact: dict[str, Any], cases: dict[str, CaseStudy]
) -> None:
    case = cases[fact["id"]]
    kinds = [one["kind"] for one in [*fact["outcomes"], *(fact["costs"] or [])]]
    for kind, finding in zip(kinds, case.findings, strict=True):
        assert (kind == "article_claim") == finding.text.startswith("The founding article")


@pytest.mark.parametrize("fact", FIGURES, ids=lambda fact: fact["id"])
def test_a_figure_has_its_value_source_and_standing(
    fact: dict[str, Any], figures: dict[str, Figure]
) -> None:
    figure = figures[fact["id"]]
    assert (figure.topic, figure.value, figure.source, figure.year) == (
        fact["topic"],
        str(fact["value"]),
        fact["source_url"],
        fact["year"],
    )
    assert figure.verification == fact["verification"]
    assert (figure.claim is None) == (fact["article_claim"] is None)
    given = standing(fact["kind"], fact["verification"])
    weaker = {Standing.UNVERIFIED} if fact["verification"] == "unverified" else set()
    assert figure.standing in {given, *weaker}, "a figure may be trusted less, never more"
