"""The assessment form: empty, filled in, filled in again."""

from __future__ import annotations

import pytest

from bot.slack.blocks.form import WORDS
from bot.slack.house import House
from bot.slack.ids import COMMAND, Action, Shortcut, View
from knowledge.model import Criterion
from tests.slack.drafting import (
    PATIENCE,
    QUESTION,
    drafted,
    kept,
    key_of,
    seen,
    tells_a_change,
    told,
)
from tests.slack.stand_in import Channel, NotPossible, Person, SlackStandIn, refusal
from tests.slack.stand_in import View as Shown

pytestmark = pytest.mark.usefixtures("app", "warm")


@pytest.fixture
def ada(slack: SlackStandIn) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def general(slack: SlackStandIn, ada: Person) -> Channel:
    return slack.add_channel("general", ada)


def opened(slack: SlackStandIn, person: Person) -> Shown:
    view = slack.wait_for(lambda: slack.modal(person))
    assert view.data["callback_id"] == View.FORM
    return view


def test_the_command_alone_opens_the_form_without_any_model(
    slack: SlackStandIn,
    house: House,
    ada: Person,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_models(_: object) -> None:
        raise AssertionError("a model was asked for")

    monkeypatch.setattr(type(house.office), "advisor", property(no_models))
    ada.slash(COMMAND, "", general)
    view = opened(slack, ada)
    inputs = {b["block_id"]: b for b in view.data["blocks"] if b["type"] == "input"}
    assert set(inputs) == {WORDS, *Criterion}
    for criterion in Criterion:
        element = inputs[criterion]["element"]
        assert element["initial_option"]["text"]["text"] == "Don't know"
        assert [o["value"] for o in element["options"]] == ["unknown", "yes", "no"]


def test_an_empty_form_is_sent_back_in_place(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    ada.slash(COMMAND, "", general)
    view = opened(slack, ada)
    for words in (None, " ", "\u200b"):
        ada.submits(view, {WORDS: words})
        assert set(slack.form_errors(ada)) == {WORDS}
    assert slack.modal(ada) is not None
    assert house.office.store.count(slack.team.id) == 0


def test_words_and_answers_give_a_draft_in_the_channel_of_the_command(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    ada.slash(COMMAND, "", general)
    ada.submits(opened(slack, ada), {WORDS: QUESTION, "team_experience": "yes"})
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert draft.channel is general
    found = kept(house, slack, draft)
    assert found.private
    assert found.thread.facts == {"team_experience": "yes"}
    assert found.thread.texts == (QUESTION,)
    assert slack.messages(general) == []


def test_answers_alone_are_enough_and_are_judged_alone(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    said = {"routine_app": "yes", "tight_deadline": "yes", "team_experience": "no"}
    ada.slash(COMMAND, "", general)
    ada.submits(opened(slack, ada), said)
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert ":red_circle:" in seen(draft)
    assert "Answered in the form, without words." in seen(draft)
    states = {c.criterion: c.state for c in kept(house, slack, draft).answer.checklist}
    assert {c: s for c, s in states.items() if s != "unknown"} == said


def test_where_the_bot_is_not_the_draft_comes_by_the_commands_own_way(
    slack: SlackStandIn, ada: Person
) -> None:
    elsewhere = slack.add_channel("elsewhere", ada, bot=False)
    ada.slash(COMMAND, "", elsewhere)
    ada.submits(opened(slack, ada), {WORDS: QUESTION})
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada))
    assert draft.channel is elsewhere


@pytest.mark.parametrize("bot", [True, False])
def test_a_form_left_open_for_an_hour_still_gets_its_answer(
    bot: bool, slack: SlackStandIn, ada: Person
) -> None:
    channel = slack.add_channel("slow", ada, bot=bot)
    ada.slash(COMMAND, "", channel)
    view = opened(slack, ada)
    slack.clock.advance(3600)
    slack.forgive("expired_url", "not_in_channel")
    ada.submits(view, {WORDS: QUESTION})
    if bot:
        (draft,) = slack.wait_for(lambda: slack.ephemerals(ada))
        assert draft.channel is channel
    else:
        (message,) = slack.wait_for(lambda: slack.messages(ada.dm, by_bot=True))
        assert QUESTION in seen(message)


def test_the_shortcut_answers_in_direct_messages_with_a_thread_to_go_on(
    slack: SlackStandIn, house: House, ada: Person
) -> None:
    ada.uses_global_shortcut(Shortcut.OPEN_FORM)
    ada.submits(opened(slack, ada), {WORDS: QUESTION})
    (answer,) = slack.wait_for(lambda: slack.messages(ada.dm, by_bot=True))
    slack.wait_for(lambda: kept(house, slack, answer).reply_ts)
    found = kept(house, slack, answer)
    assert not found.private
    assert QUESTION in seen(answer)
    more = ada.writes_dm("The team knows Rust well.", answer.ts)
    (reply,) = slack.wait_for(lambda: slack.replies(more))
    states = {c.criterion: c.state for c in kept(house, slack, reply).answer.checklist}
    assert states["team_experience"] == "yes"
    assert states["sensitive_data"] == "yes"


@pytest.mark.parametrize("how", ["command", "shortcut", "refine"])
def test_an_expired_trigger_is_told_as_such(
    how: str, slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    slack.faults.add("views.open", refusal("expired_trigger_id"))
    if how == "command":
        ada.slash(COMMAND, "", general)
    elif how == "shortcut":
        ada.uses_global_shortcut(Shortcut.OPEN_FORM)
        (message,) = slack.wait_for(lambda: slack.messages(ada.dm))
        assert "too little time" in message.text
        return
    else:
        ada.clicks(draft, Action.REFINE)
    told(slack, ada, "too little time")


def test_refine_shows_what_was_read_and_changes_the_draft_in_place(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    before = kept(house, slack, draft)
    ada.clicks(draft, Action.REFINE)
    view = opened(slack, ada)
    blocks = {b["block_id"]: b for b in view.data["blocks"]}
    assert blocks[WORDS]["element"]["initial_value"] == QUESTION
    for check in before.answer.checklist:
        assert blocks[check.criterion]["element"]["initial_option"]["value"] == check.state
    ada.submits(view, {"team_experience": "no", "tight_deadline": "yes"})
    slack.wait_for(lambda: tells_a_change(draft))
    assert slack.ephemerals(ada) == [draft]
    after = kept(house, slack, draft)
    assert after.id == before.id
    assert after.thread.facts == {"team_experience": "no", "tight_deadline": "yes"}


def test_a_misread_fact_is_withdrawn_and_stays_so(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    ada.clicks(draft, Action.REFINE)
    ada.submits(opened(slack, ada), {"sensitive_data": "unknown"})
    slack.wait_for(lambda: "Not counted any more: sensitive data" in seen(draft))
    ada.clicks(draft, Action.REFINE)
    ada.submits(opened(slack, ada), {"team_experience": "yes"})
    slack.wait_for(lambda: "The team knows Rust" in seen(draft))
    states = {c.criterion: c.state for c in kept(house, slack, draft).answer.checklist}
    assert states["sensitive_data"] == "unknown"


def test_changed_words_are_read_anew(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    words = "An internal CRUD admin tool in Rails, due in three weeks. Should we use Rust?"
    ada.clicks(draft, Action.REFINE)
    ada.submits(opened(slack, ada), {WORDS: words})
    slack.wait_for(lambda: "CRUD admin tool" in seen(draft))
    after = kept(house, slack, draft)
    assert (after.question, after.thread.texts) == (words, (words,))
    states = {c.criterion: c.state for c in after.answer.checklist}
    assert states["routine_app"] == "yes"


def test_refine_in_public_changes_the_reply_and_only_the_asker_changes_the_words(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    bob = slack.add_user("bob")
    general.members.add(bob.id)
    asked = ada.mentions_bot(general, QUESTION)
    (reply,) = slack.wait_for(lambda: slack.replies(asked))
    slack.wait_for(lambda: kept(house, slack, reply).reply_ts)
    bob.clicks(reply, Action.REFINE)
    view = opened(slack, bob)
    assert WORDS not in {b["block_id"] for b in view.data["blocks"]}
    assert QUESTION in str(view.data["blocks"])
    bob.submits(view, {"team_experience": "no"})
    slack.wait_for(lambda: tells_a_change(reply))
    assert slack.replies(asked) == [reply]
    assert kept(house, slack, reply).question == QUESTION


def test_refining_what_was_deleted_meanwhile_says_so(
    slack: SlackStandIn, house: House, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    ada.clicks(draft, Action.REFINE)
    view = opened(slack, ada)
    house.office.store.remove(slack.team.id, key_of(draft))
    ada.submits(view, {"team_experience": "no"})
    told(slack, ada, "no longer kept")
    ada.clicks(draft, Action.REFINE)
    slack.wait_for(lambda: sum("no longer kept" in m.text for m in slack.ephemerals(ada)) == 2)


def test_a_draft_refined_after_its_way_has_closed_comes_anew(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    draft = drafted(slack, ada, general)
    ada.clicks(draft, Action.REFINE)
    view = opened(slack, ada)
    slack.clock.advance(3600)
    slack.forgive("expired_url")
    ada.submits(view, {"team_experience": "no"})
    fresh = slack.wait_for(lambda: slack.ephemerals(ada)[1:])[0]
    assert tells_a_change(fresh)


def test_the_words_hold_as_much_as_slack_lets_a_person_write(
    slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    ada.slash(COMMAND, "", general)
    view = opened(slack, ada)
    with pytest.raises(NotPossible):
        ada.submits(view, {WORDS: "x" * 3001})
    ada.submits(view, {WORDS: ("A CPU-bound parser in C. " * 200)[:3000]})
    (draft,) = slack.wait_for(lambda: slack.ephemerals(ada), PATIENCE)
    ada.clicks(draft, Action.REFINE)
    assert opened(slack, ada)
