"""Labelled messages are checked with file and line, and never stand on both sides of a split."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.evaluation import SETS
from bot.evaluation.questions import load_labels
from bot.reader.card import load_card
from bot.reader.examples import (
    NEAR,
    Example,
    fingerprint,
    folds,
    load_examples,
    near_pairs,
    without_duplicates,
)
from bot.reader.labels import WEIGHTS
from knowledge.faults import ContentError

NEGATIONS = Path(__file__).parents[1] / "data" / "negation_pairs.jsonl"
GOOD = {"text": "our parser is cpu bound, rust?", "intent": "decision", "ring": "assess"}


def written(folder: Path, *lines: object) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "mine.jsonl").write_text(text + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (GOOD | {"criteria": {"cpu_bound": ["yes", "CPU bound"]}}, "not in the text: 'CPU bound'"),
        (GOOD | {"criteria": {"cpu_bound": ["maybe", "cpu bound"]}}, "criteria.cpu_bound.0"),
        (GOOD | {"criteria": {"speed": ["yes", "cpu bound"]}}, "criteria.speed"),
        (GOOD | {"ring": None}, "a decision needs a ring"),
        (GOOD | {"intent": "cost"}, "only a decision has one"),
        (GOOD | {"rung": "adopt"}, "rung"),
        ("{not json", "Invalid JSON"),
    ],
)
def test_a_faulty_example_is_named_by_file_and_line(
    tmp_path: Path, fault: object, said: str
) -> None:
    with pytest.raises(ContentError) as caught:
        load_examples(written(tmp_path, GOOD, "", fault))
    assert "mine.jsonl:3: " in str(caught.value)
    assert said in str(caught.value)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        load_examples(written(tmp_path, {"text": ""}, GOOD, {"text": "x"}))
    assert [fault.line for fault in caught.value.faults] == [1, 3]


def test_a_folder_without_examples_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"no \*\.jsonl file"):
        load_examples(tmp_path)


def test_a_repeated_message_is_dropped_and_its_opposite_is_kept() -> None:
    text = "the importer of our billing system is cpu bound, should it move to rust this year"
    one = Example.model_validate(
        {
            "text": text,
            "intent": "decision",
            "ring": "assess",
            "criteria": {"cpu_bound": ["yes", "cpu bound"]},
        }
    )
    again = one.model_copy(update={"text": text + "?"})
    opposite = one.model_copy(update={"text": text.replace("is", "is not"), "criteria": {}})
    assert without_duplicates([one, again, opposite]) == [one, opposite]


def test_near_duplicates_and_groups_share_a_fold() -> None:
    examples = without_duplicates(load_examples()[:2500])
    fold = folds(examples, 5, seed=0)
    texts = [example.text for example in examples]
    assert set(fold) == {0, 1, 2, 3, 4}
    assert all(fold[i] == fold[j] for i, j, alike in near_pairs(texts) if alike >= NEAR)
    by_group: dict[str, set[int]] = {}
    for example, own in zip(examples, fold.tolist(), strict=True):
        if example.group is not None:
            by_group.setdefault(example.group, set()).add(own)
    assert all(len(found) == 1 for found in by_group.values())


def test_the_fingerprint_forgets_order_and_groups_but_no_label() -> None:
    one = Example.model_validate(GOOD)
    other = Example.model_validate({"text": "thanks", "intent": "out_of_scope", "group": "a"})
    assert fingerprint([one, other]) == fingerprint([other.model_copy(update={"group": None}), one])
    assert fingerprint([one]) != fingerprint([Example.model_validate(GOOD | {"ring": "hold"})])


def test_the_committed_weights_were_trained_on_the_committed_examples() -> None:
    card = load_card(WEIGHTS / "card.json")
    assert card.examples_sha256 == fingerprint(load_examples()), (
        "the examples changed after the reader was trained: run `python -m bot.reader.training`"
    )


def test_no_example_repeats_nine_words_in_a_row_of_what_it_is_measured_on() -> None:
    """Situations may be alike; that is for whoever writes examples to see (docs/labelling.md)."""
    measuring = [label.text for file in SETS.values() for label in load_labels(file)]
    pairs = (json.loads(line) for line in NEGATIONS.read_text("utf-8").splitlines())
    measuring += [text for pair in pairs for text in (pair["text"], pair["negated"])]
    known = {run for text in measuring for run in runs(text)}
    repeated = [e.text for e in load_examples() if not known.isdisjoint(runs(e.text))]
    assert repeated == []


def runs(text: str, length: int = 9) -> set[str]:
    words = re.findall(r"[\w%']+", text.lower())
    return {" ".join(words[at : at + length]) for at in range(len(words) - length + 1)}
