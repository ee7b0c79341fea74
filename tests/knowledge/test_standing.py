"""Standing: a claim is never better than what it rests on."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.content import load_content
from knowledge.model import Figure, Finding, Source, Standing
from knowledge.references import MARKER, Reference, best_url, joint_standing, references

WEAKEST_FIRST = ["disputed", "unverified", "claimed", "secondary", "primary", "advice"]


def reference(standing: Standing, url: str | None = None) -> Reference:
    return Reference("a", "A", url, standing)


@given(st.lists(st.sampled_from(Standing), min_size=1))
def test_a_sentence_is_as_good_as_its_weakest_source(standings: list[Standing]) -> None:
    joint = joint_standing([reference(standing) for standing in standings])
    assert joint == min(standings, key=WEAKEST_FIRST.index)


def test_a_sentence_without_a_source_is_merely_claimed() -> None:
    assert joint_standing([]) is Standing.CLAIMED


def test_a_sentence_points_to_the_first_source_that_it_names() -> None:
    first = reference(Standing.CLAIMED)
    second = reference(Standing.PRIMARY, "https://a.example")
    assert best_url([second, first]) == "https://a.example"
    assert best_url([first, second]) is None
    assert best_url([]) is None


FINDING: dict[str, Any] = {"metric": "a", "value": "1", "text": "It cost one hour."}


@pytest.mark.parametrize(
    ("standing", "source"),
    list(product(Standing, [None, "https://a.example", "nowhere", "http://a b"])),
)
def test_a_figure_of_a_source_needs_its_address(standing: Standing, source: str | None) -> None:
    sourced = source == "https://a.example"
    needs = standing in (Standing.PRIMARY, Standing.SECONDARY)
    fine = standing is not Standing.ADVICE and (sourced or (source is None and not needs))
    data = FINDING | {"standing": standing.value, "source": source}
    if fine:
        assert Finding.model_validate(data).standing is standing
    else:
        with pytest.raises(ValidationError):
            Finding.model_validate(data)


@pytest.mark.parametrize(
    "text", ["No full stop", "Short.", "Two\nlines.", "A \\ slash.", "x" * 600 + ".", ""]
)
def test_a_finding_is_said_in_a_sentence_that_can_be_quoted(text: str) -> None:
    with pytest.raises(ValidationError):
        Finding.model_validate(FINDING | {"text": text, "standing": "claimed", "source": None})


@pytest.mark.parametrize("missing", ["standing", "source", "text", "value"])
def test_a_finding_leaves_nothing_out(missing: str) -> None:
    data = FINDING | {"standing": "claimed", "source": None}
    Finding.model_validate(data)
    del data[missing]
    with pytest.raises(ValidationError, match=missing):
        Finding.model_validate(data)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("It. [^a-1] [^b]", ["a-1", "b"]),
        ("[^A] [^-a] [^] [a] [^a b]", []),
        ("It.[^a][^b]", ["a", "b"]),
    ],
)
def test_a_marker_is_a_lower_case_id(text: str, ids: list[str]) -> None:
    assert MARKER.findall(text) == ids


def test_a_marker_may_name_a_source_a_figure_or_a_case() -> None:
    content = load_content()
    table = content.references
    assert len(table) == len(content.sources) + len(content.figures) + len(content.cases)
    for figure in content.figures:
        assert (table[figure.id].url, table[figure.id].standing) == (figure.source, figure.standing)
    for loaded in content.cases:
        case = loaded.case
        assert (table[case.id].url, table[case.id].standing) == (case.url, case.standing)
    assert table["advice"].standing is Standing.ADVICE


def test_what_is_known_cannot_be_changed() -> None:
    source = Source.model_validate(
        {
            "id": "a",
            "title": "A",
            "publisher": None,
            "url": None,
            "year": None,
            "standing": "claimed",
        }
    )
    with pytest.raises(ValidationError):
        source.title = "B"
    assert references([source], [], []) == {"a": Reference("a", "A", None, Standing.CLAIMED)}
    assert Figure.model_config["extra"] == "forbid"
