"""Forms, lists and lines above a draft: whatever was written, Slack takes them, and nobody is
pinged by it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.advisor.answer import CheckState
from bot.advisor.ring import Verdict
from bot.advisor.thread import Thread
from bot.slack.blocks.criteria import answered, filled, shown, withdrawn
from bot.slack.blocks.form import empty_form, form_of, words_filled, words_shown
from bot.slack.blocks.history import SHOWN, history
from bot.slack.blocks.kit import as_dicts
from bot.slack.blocks.message import Message
from bot.slack.blocks.origin import origin
from bot.slack.blocks.own_data import cannot_send
from bot.slack.blocks.what_if import what_if
from bot.slack.listeners.form import what_is_wrong
from bot.slack.way import Way
from bot.store.records import Assessment, thread_from_json, thread_to_json
from knowledge.content import load_checklist, load_phrases
from knowledge.model import Criterion, Ring
from knowledge.wording import load_draft_wording
from tests.slack.answers import assessments, texts, urls
from tests.slack.stand_in.forms import fill
from tests.slack.stand_in.inspection import inspect, inspect_view, pings_in
from tests.slack.stand_in.schema import Inspection

CHECKLIST, PHRASES = load_checklist(), load_phrases()
WAY = Way("C0GENERAL01", "https://hooks.slack.com/commands/T1/2/3", "0123456789abcdef")
ANY = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
choices = st.dictionaries(st.sampled_from(Criterion), st.sampled_from(("yes", "no", "unknown")))


@st.composite
def written(draw: st.DrawFn) -> Assessment:
    """An assessment of several messages, of any words."""
    kept = draw(assessments())
    said = tuple(draw(st.lists(texts, max_size=3)))
    return kept.model_copy(update={"thread": Thread(texts=said)})


def is_sound(found: Inspection, allowed: tuple[str, ...] = ()) -> bool:
    assert found.problems == []
    pinged = {who for said in found.spoken for who in pings_in(said)} | set(found.broadcasts)
    return pinged <= set(allowed)


def sent(modal: Any, choices: dict[Criterion, CheckState]) -> dict[str, Any]:
    """The view as Slack sends it back, filled in by a person."""
    view: dict[str, Any] = modal.to_dict()
    named = {criterion.value: state for criterion, state in choices.items()}
    view["state"] = {"values": fill(view["blocks"], {}, named)}
    return view


@ANY
@given(written(), st.booleans())
def test_the_form_of_anything_is_one_that_slack_opens(kept: Assessment, own: bool) -> None:
    modal = form_of(kept, CHECKLIST, WAY, own=own)
    assert is_sound(inspect_view(modal.to_dict(), ("modal",)))
    view = sent(modal, {})
    assert filled(view) == shown(view)
    assert set(shown(view)) == set(Criterion)
    assert words_filled(view) == (words_shown(view).strip() if own else None)
    assert Way.of(view) == WAY


@ANY
@given(written(), choices)
def test_what_a_person_changes_in_a_form_is_what_counts(
    kept: Assessment, chosen: dict[Criterion, CheckState]
) -> None:
    view = sent(form_of(kept, CHECKLIST, WAY, own=True), chosen)
    before, now = shown(view), filled(view)
    assert now == {**before, **chosen}
    facts, gone = answered(before, now), withdrawn(before, now)
    assert not facts.keys() & gone
    assert {**before, **facts, **dict.fromkeys(gone, "unknown")} == now


@given(choices)
def test_a_new_form_needs_words_or_an_answer(chosen: dict[Criterion, CheckState]) -> None:
    wrong = what_is_wrong(sent(empty_form(CHECKLIST, Way()), chosen))
    assert bool(wrong) is (set(chosen.values()) <= {"unknown"})


@ANY
@given(
    written().filter(lambda kept: kept.answer.ring is not None),
    st.one_of(st.none(), st.sampled_from(Ring)),
)
def test_what_if_of_anything_is_a_form_that_slack_opens(
    kept: Assessment, ring: Ring | None
) -> None:
    supposed = ring and Verdict(ring, dict.fromkeys(Ring, 0.0), dict.fromkeys(Ring, 0.25))
    view = what_if(kept, CHECKLIST, PHRASES, WAY, supposed or None).to_dict()
    assert is_sound(inspect_view(view, ("modal",)))
    assert all(b["dispatch_action"] for b in view["blocks"] if b["type"] == "input")


@ANY
@given(st.lists(written(), max_size=3), urls, texts)
def test_history_of_anything_is_a_message_that_slack_takes(
    found: list[Assessment], address: str | None, words: str
) -> None:
    many = (found * SHOWN)[:SHOWN]
    named = [kept.model_copy(update={"id": f"{at:016}"}) for at, kept in enumerate(many)]
    assert is_good(history(named, {kept.id: address for kept in named}, words))


@ANY
@given(st.lists(written(), max_size=3), st.sampled_from((1, 100)))
def test_ones_own_data_in_words_fits_a_message(found: list[Assessment], times: int) -> None:
    message = cannot_send(found * times, 3)
    assert is_good(message)
    assert len(message.blocks) <= 5


@ANY
@given(
    written(),
    st.sampled_from((None, "", "U0AUTHOR001")),
    st.sampled_from((None, "U0ASKER0001")),
)
def test_only_people_who_took_part_are_named_above_a_draft(
    kept: Assessment, author: str | None, shared_by: str | None
) -> None:
    told = kept.model_copy(update={"author": author, "shared_by": shared_by, "alone": True})
    blocks = as_dicts(origin(told, load_draft_wording()))
    assert is_sound(inspect(blocks, "message"), ("U0ASKER0001", "U0AUTHOR001"))
    assert ("Shared by <@U0ASKER0001>" in str(blocks)) is (shared_by is not None)
    assert ("<@U0AUTHOR001>" in str(blocks)) is (author == "U0AUTHOR001")
    in_thread = told.model_copy(update={"alone": False})
    assert origin(in_thread, load_draft_wording()) == []


@pytest.mark.parametrize("gone", [frozenset(), frozenset({Criterion.CPU_BOUND})])
def test_what_was_withdrawn_is_kept_with_the_thread(gone: frozenset[Criterion]) -> None:
    thread = Thread(texts=("q",), withdrawn=gone)
    assert thread_from_json(thread_to_json(thread)) == thread


def test_threads_kept_before_there_was_withdrawing_can_be_read() -> None:
    old = thread_to_json(Thread(texts=("q",)))
    del old["withdrawn"]
    assert thread_from_json(old) == Thread(texts=("q",))


def is_good(message: Message) -> bool:
    assert 0 < len(message.text) <= 4000
    assert pings_in(message.text) == []
    return is_sound(inspect(as_dicts(message.blocks), "message"))
