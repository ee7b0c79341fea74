"""The bot's own words: a phrase that could only fail when it is said is refused when it is read."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from knowledge import CONTENT
from knowledge.content import load_checklist, load_content, load_phrases
from knowledge.model import Criterion, Direction, Ring, Standing
from knowledge.phrases import _SLOTS, Headlines, Labels, Phrases

DATA: dict[str, Any] = yaml.safe_load((CONTENT / "phrases.yaml").read_text(encoding="utf-8"))


def refused(group: str, key: str, text: str) -> str:
    data = copy.deepcopy(DATA)
    data[group][key] = text
    with pytest.raises(ValidationError) as caught:
        Phrases.model_validate(data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("group", "key", "text"),
    [
        ("headlines", "greeted", "Hello {name}."),
        ("headlines", "greeted", "Hello {}."),
        ("headlines", "greeted", "Hello {0}."),
        ("headlines", "greeted", "Hello {."),
        ("headlines", "greeted", "Hello }."),
        ("headlines", "case_named", "No names."),
        ("headlines", "case_named", "{names} and {more}"),
        ("headlines", "case_named", "{names.upper}"),
        ("headlines", "case_named", "{names[0]}"),
        ("headlines", "case_named", "{names!r}"),
        ("headlines", "case_named", "{names:>{width}}"),
        ("labels", "confidence", "{percent:d} %"),
        ("labels", "contradicted", "both {yes}"),
        ("standings", "primary", "{source}"),
        ("directions", "from_rust", "left for {next}"),
        ("directions", "from_rust", "left for {after:d}"),
        ("labels", "sources", ""),
        ("labels", "sources", "two\nlines"),
        ("labels", "sauces", "Sources"),
    ],
)
def test_a_phrase_that_could_not_be_said_is_refused(group: str, key: str, text: str) -> None:
    assert key in refused(group, key, text)


@pytest.mark.parametrize(
    "path",
    [
        ("headlines", "rings", "hold"),
        ("headlines", "leaving", "adopt"),
        ("standings", "disputed"),
        ("directions", "chose_other"),
        ("labels", "flip"),
    ],
)
def test_a_phrase_that_is_missing_is_refused(path: tuple[str, ...]) -> None:
    data = copy.deepcopy(DATA)
    table = data
    for key in path[:-1]:
        table = table[key]
    del table[path[-1]]
    with pytest.raises(ValidationError, match=path[-1]):
        Phrases.model_validate(data)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(ValidationError):
        Phrases.model_validate(DATA | {"standings": {}})


def test_every_phrase_can_be_said() -> None:
    phrases = load_phrases()
    for group in (phrases.headlines, phrases.labels):
        for name, text in group:
            if isinstance(text, str):
                said = text.format(**dict.fromkeys(_SLOTS.get(name, ()), "X"))
                assert "{" not in said
    for direction in Direction:
        assert phrases.directions[direction].format(before="Go", after="Zig")
    assert set(phrases.headlines.rings) == set(phrases.headlines.leaving) == set(Ring)
    assert set(phrases.standings) == set(Standing)


def test_every_placeholder_belongs_to_a_phrase() -> None:
    assert set(_SLOTS) <= {*Headlines.model_fields, *Labels.model_fields}


def test_the_checklist_shows_all_criteria_once_and_finds_each() -> None:
    checklist = load_checklist()
    assert sorted(item.id for item in checklist.items) == sorted(Criterion)
    for number, item in enumerate(checklist.items):
        assert checklist[item.id] is item
        assert checklist.position(item.id) == number
        assert (item.says("yes"), item.says("no")) == (item.yes, item.no)
        assert (item.adds("yes"), item.adds("no")) == (item.points.yes, item.points.no)


def test_a_move_is_told_without_the_language_where_none_is_on_record() -> None:
    phrases = load_phrases()
    cases = {loaded.case.id: loaded.case for loaded in load_content().cases}
    assert phrases.move(cases["roc-compiler"]) == "left Rust for Zig"
    assert cases["loglog-games"].language_after is None
    assert phrases.move(cases["loglog-games"]) == "left Rust"
    for case in cases.values():
        bare = case.model_copy(update={"language_before": None, "language_after": None})
        assert "None" not in phrases.move(bare)
