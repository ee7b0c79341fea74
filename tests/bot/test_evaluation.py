"""The measure: what counts as right, and labels that say so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.advisor.advisor import Advisor
from bot.advisor.question import Question
from bot.evaluation import PUBLIC, SETS
from bot.evaluation.measured import load_measured
from bot.evaluation.questions import Label, load_labels
from bot.evaluation.reliability import calibration_error
from bot.evaluation.score import evaluate, figures, joined
from bot.settings import Settings
from knowledge.faults import ContentError
from knowledge.model import Criterion, Intent, Ring, State
from tests.bot.conftest import Run
from tests.bot.saying import Literal

CRUD = "Rust? it is a CRUD app, it is due on Friday"


def label(**fields: object) -> Label:
    given: dict[str, object] = {"id": "1", "text": CRUD, "intent": "decision", "ring": "hold"}
    return Label.model_validate(given | fields)


def measured(advisor: Advisor, *labels: Label) -> dict[str, float | int | None]:
    return figures(evaluate(advisor, labels))


def test_the_projects_questions_are_sound() -> None:
    sets = {name: load_labels(file) for name, file in SETS.items()}
    assert all(len(labels) >= 100 for labels in sets.values())
    ids = [one.id for labels in sets.values() for one in labels]
    assert len(ids) == len(set(ids))
    assert all(one.source_url.startswith("http") for one in load_labels(PUBLIC) if one.source_url)


def test_sets_of_questions_add_up(literal: Advisor) -> None:
    right, wrong = label(id="a"), label(id="b", ring="trial")
    both = joined(evaluate(literal, [one]) for one in (right, wrong))
    assert figures(both)["ring"] == 0.5
    assert figures(both)["questions"] == 2


def test_a_ring_and_its_accepted_alternative_both_count(literal: Advisor) -> None:
    right = measured(literal, label(), label(ring="assess", ring_alt=["hold"]))
    wrong = measured(literal, label(ring="trial"))
    assert (right["ring"], wrong["ring"]) == (1, 0)


def test_adopt_answered_hold_is_a_mix_up_and_trial_answered_hold_is_not(literal: Advisor) -> None:
    assert measured(literal, label(ring="adopt"))["adopt_hold_mixed"] == 1
    assert measured(literal, label(ring="trial"))["adopt_hold_mixed"] == 0


def test_signals_count_by_criterion_and_state_without_the_optional_ones(literal: Advisor) -> None:
    wanted = {"routine_app": "yes", "team_experience": "yes", "tight_deadline": "no"}
    found = measured(literal, label(criteria=wanted))
    assert (found["signals_precision"], found["signals_recall"]) == (0.5, 0.3333)
    found = measured(literal, label(criteria=wanted, criteria_optional=["tight_deadline"]))
    assert (found["signals_precision"], found["signals_recall"]) == (1, 0.5)


def test_the_ring_is_scored_again_after_the_first_three_questions(literal: Advisor) -> None:
    """What the label does not state, and what the bot asks later, stays unanswered."""
    asked = literal.answer(Question("Rust?")).missing
    facts: dict[Criterion, State] = dict.fromkeys(asked[:3], "yes")
    later = literal.answer(Question("Rust?", facts)).ring
    assert later is not Ring.ASSESS
    stated = label(text="Rust?", ring=later, criteria={**dict.fromkeys(asked, "no"), **facts})
    found = measured(literal, stated)
    assert (found["ring"], found["ring_after_3"]) == (0, 1)
    silent = label(text="Rust?", ring=later)
    assert measured(literal, silent)["ring_after_3"] == 0


def test_an_off_topic_question_answered_as_on_topic_has_leaked(literal: Advisor) -> None:
    off = label(text="lunch?", intent="out_of_scope", ring=None)
    declining = Advisor(
        literal.desk, Literal(intents={"lunch": Intent.OUT_OF_SCOPE}), literal._encoder
    )
    assert (measured(literal, off)["leaked"], measured(declining, off)["leaked"]) == (1, 0)


def test_a_refusal_of_an_on_topic_question_is_counted(literal: Advisor) -> None:
    refusing = Advisor(
        literal.desk, Literal(intents={"CRUD": Intent.OUT_OF_SCOPE}), literal._encoder
    )
    assert (measured(literal, label())["refused"], measured(refusing, label())["refused"]) == (0, 1)


def test_all_expected_cases_and_terms_must_be_shown(literal: Advisor) -> None:
    told = Advisor(literal.desk, Literal(intents={"Discord": Intent.CASE_STUDY}), literal._encoder)
    asked = {"text": "And Discord?", "intent": "case_study", "ring": None}
    good = label(**asked, expect_cases=["discord"], expect_terms=["read states"])
    part = label(
        **asked, expect_cases=["discord", "polars"], expect_terms=["read states", "lasers"]
    )
    found, lacking = measured(told, good), measured(told, part)
    assert (found["cases"], found["terms"]) == (1, 1)
    assert (lacking["cases"], lacking["terms"]) == (0, 0)


def test_a_figure_without_a_question_is_none(literal: Advisor) -> None:
    assert measured(literal, label())["cases"] is None


def test_a_calibration_that_says_what_is_true_has_no_error() -> None:
    fair = [(0.75, True), (0.75, False), (0.75, True), (0.75, True)]
    assert calibration_error(fair * 5) == 0
    assert calibration_error([(1.0, True), (0.0, False)] * 10) == 0
    assert calibration_error([(1.0, False)] * 10) == 1
    assert calibration_error([]) == 0


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (['{"id": "1"'], "l.jsonl:2"),
        (['{"id": "1", "text": "a", "intent": "decision"}'], "needs a ring"),
        (['{"id": "1", "text": "a", "intent": "cost", "ring": "hold"}'], "needs a ring"),
        (['{"id": "1", "text": "a", "intent": "cost", "colour": "red"}'], "colour"),
        (['{"id": "1", "text": "a", "intent": "cost"}'] * 2, "stands twice"),
        (["[" * 100_000], "l.jsonl:2"),
    ],
)
def test_a_faulty_label_is_named(tmp_path: Path, lines: list[str], fault: str) -> None:
    file = tmp_path / "l.jsonl"
    file.write_text("\n" + "\n".join(lines))
    with pytest.raises(ContentError, match=fault):
        load_labels(file)


def test_labels_are_split_at_line_feeds_only(tmp_path: Path) -> None:
    file = tmp_path / "l.jsonl"
    row = {"id": "1", "text": "a\u2028b", "intent": "cost"}
    file.write_text(json.dumps(row, ensure_ascii=False) + "\r\n", "utf-8")
    assert load_labels(file)[0].text == "a\u2028b"


def test_rings_that_count_as_right_include_the_alternatives() -> None:
    assert label(ring_alt=["assess"]).rings == {Ring.HOLD, Ring.ASSESS}


def test_saved_figures_tell_their_snapshot_and_date(
    run: Run, ready: Settings, tmp_path: Path
) -> None:
    assert load_measured(tmp_path) is None
    file = tmp_path / "labels.jsonl"
    file.write_text(label().model_dump_json() + "\n")
    done = run("eval", file, "--save", "--json", "--data", tmp_path)
    assert done.code == 0
    found, printed = load_measured(tmp_path), json.loads(done.out)
    assert found is not None
    assert {"snapshot": found.snapshot, **found.figures} == {
        **printed,
        "median_ms": found.figures["median_ms"],
    }
    assert datetime.now(UTC) - found.measured_at < timedelta(minutes=1)
    assert str(tmp_path / "figures.json") in done.err
