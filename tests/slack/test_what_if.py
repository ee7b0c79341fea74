"""What if one thing were otherwise: shown at once, kept only where it is applied."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.advisor.advisor import Advisor
from bot.advisor.thread import Thread, reply, settle_all, suppose
from bot.service import Service
from bot.slack.house import House
from bot.slack.ids import Action, View
from bot.slack.listeners.what_if import Latest
from knowledge.model import Criterion
from tests.bot.saying import PHRASES, Literal
from tests.slack.drafting import QUESTION, drafted, kept, key_of, tells_a_change, told
from tests.slack.stand_in import Channel, Person, SlackStandIn, refusal
from tests.slack.stand_in import View as Shown

slack_side = pytest.mark.usefixtures("app", "warm")


@pytest.fixture
def ada(slack: SlackStandIn) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def general(slack: SlackStandIn, ada: Person) -> Channel:
    return slack.add_channel("general", ada)


def opened(slack: SlackStandIn, person: Person) -> Shown:
    view = slack.wait_for(lambda: slack.modal(person))
    assert view.data["callback_id"] == View.WHAT_IF
    return view


def verdict(view: Shown) -> str:
    said: str = next(b for b in view.data["blocks"] if b["block_id"] == "verdict")["text"]["text"]
    return said


def sets(person: Person, view: Shown, criterion: str, state: str) -> None:
    """Choose an answer in the form's select of a criterion."""
    person.clicks(view, Action.SUPPOSE, state, within=criterion)


@slack_side
def test_a_changed_answer_shows_the_ring_that_would_follow_and_keeps_nothing(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    before = kept(house, slack, draft)
    ada.clicks(draft, Action.WHAT_IF)
    view = opened(slack, ada)
    assert before.answer.headline in verdict(view)
    assert "No answer is changed yet." in verdict(view)
    for flip in before.answer.flips[:3]:
        sets(ada, view, flip.criterion, flip.state)
        ring = house.words.phrases.headlines.rings[flip.ring]
        slack.wait_for(lambda ring=ring: f"*{ring}*" in verdict(view).partition("Then:")[2])
        state = {c.criterion: c.state for c in before.answer.checklist}[flip.criterion]
        sets(ada, view, flip.criterion, state)
        slack.wait_for(lambda: "No answer is changed yet." in verdict(view))
    ada.closes(view)
    slack.settle()
    assert kept(house, slack, draft) == before


@slack_side
def test_what_is_applied_is_what_was_shown(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    ada.clicks(draft, Action.WHAT_IF)
    view = opened(slack, ada)
    for criterion, state in (
        ("team_experience", "no"),
        ("routine_app", "yes"),
        ("sensitive_data", "unknown"),
    ):
        shown = verdict(view)
        sets(ada, view, criterion, state)
        slack.wait_for(lambda shown=shown: verdict(view) != shown)
    then = verdict(view).partition("Then: ")[2]
    ada.submits(view)
    slack.wait_for(lambda: tells_a_change(draft))
    assert slack.ephemerals(ada) == [draft]
    assert f"*{kept(house, slack, draft).answer.headline}*" in then
    assert f"Confidence {round(kept(house, slack, draft).answer.confidence * 100)} %" in then


@slack_side
def test_applied_in_public_the_reply_changes_in_its_thread(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    asked = ada.mentions_bot(general, QUESTION)
    (answer,) = slack.wait_for(lambda: slack.replies(asked))
    slack.wait_for(lambda: kept(house, slack, answer).reply_ts)
    ada.clicks(answer, Action.WHAT_IF)
    view = opened(slack, ada)
    ada.submits(view, {"team_experience": "no"})
    slack.wait_for(lambda: tells_a_change(answer))
    assert slack.replies(asked) == [answer]


@slack_side
def test_applying_no_change_changes_nothing(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    before = kept(house, slack, draft)
    ada.clicks(draft, Action.WHAT_IF)
    ada.submits(opened(slack, ada))
    slack.settle()
    assert kept(house, slack, draft) == before
    assert slack.modal(ada) is None


@slack_side
def test_what_was_deleted_meanwhile_is_told_at_every_step(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    ada.clicks(draft, Action.WHAT_IF)
    view = opened(slack, ada)
    house.office.store.remove(slack.team.id, key_of(draft))
    sets(ada, view, "team_experience", "no")
    told(slack, ada, "no longer kept")
    ada.submits(view)
    slack.wait_for(lambda: sum("no longer kept" in m.text for m in slack.ephemerals(ada)) == 2)
    ada.clicks(draft, Action.WHAT_IF)
    slack.wait_for(lambda: sum("no longer kept" in m.text for m in slack.ephemerals(ada)) == 3)


@slack_side
def test_an_expired_trigger_is_told_as_such(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    slack.faults.add("views.open", refusal("expired_trigger_id"))
    ada.clicks(draft, Action.WHAT_IF)
    told(slack, ada, "too little time")


def test_only_the_latest_change_of_a_form_is_shown() -> None:
    latest = Latest(most=2)
    latest.note("V1", "2.0")
    latest.note("V1", "1.0")
    assert latest.is_latest("V1", "2.0")
    assert not latest.is_latest("V1", "1.0")
    latest.note("V2", "1.0")
    latest.note("V3", "1.0")
    assert latest.is_latest("V1", "1.0"), "long ago: forgotten"


states = st.dictionaries(st.sampled_from(Criterion), st.sampled_from(("yes", "no")), max_size=5)


@given(
    said=st.lists(st.sampled_from(sorted(PHRASES)), min_size=1, max_size=4),
    later=states,
    facts=states,
    gone=st.frozensets(st.sampled_from(Criterion), max_size=4),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_supposed_ring_is_the_one_that_settling_gives(
    said: list[str],
    later: dict[Criterion, str],
    facts: dict[Criterion, str],
    gone: frozenset[Criterion],
    service: Service,
) -> None:
    advisor = Advisor(service.advisor.desk, Literal(), service.encoder)
    thread = Thread()
    for text in said:
        thread = reply(advisor, thread, text).thread
    thread = settle_all(advisor, thread, later).thread  # type: ignore[arg-type]
    supposed = suppose(advisor, thread, facts, gone - facts.keys())  # type: ignore[arg-type]
    settled = settle_all(advisor, thread, facts, gone - facts.keys())  # type: ignore[arg-type]
    assert supposed.ring is settled.answer.ring
    assert supposed.confidence == settled.answer.confidence
    known = settled.thread.known
    assert not known.keys() & (gone - facts.keys())
    assert all(known[criterion] == state for criterion, state in facts.items())
