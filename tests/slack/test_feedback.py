"""Votes: one for each person, with a reason where it is a bad one, thanked for in private."""

from __future__ import annotations

import pytest
from slack_bolt import App

from bot.slack.house import House
from bot.slack.ids import Action, View
from bot.store.records import Vote
from knowledge.wording import load_notice_wording
from tests.slack.drafting import PATIENCE, QUESTION, told
from tests.slack.stand_in import Message, Person, SlackStandIn

NOTICES = load_notice_wording()


@pytest.fixture
def ada(slack: SlackStandIn, app: App) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def bob(slack: SlackStandIn, app: App) -> Person:
    return slack.add_user("bob")


def answered(slack: SlackStandIn, ada: Person, bob: Person) -> Message:
    post = ada.mentions_bot(slack.add_channel("general", ada, bob), QUESTION)
    return slack.wait_for(lambda: slack.replies(post), PATIENCE)[0]


def votes(house: House, slack: SlackStandIn) -> list[Vote]:
    return house.office.store.votes(slack.team.id, 10)


def test_a_good_vote_counts_once_and_the_thanks_are_private(
    slack: SlackStandIn, house: House, ada: Person, bob: Person
) -> None:
    reply = answered(slack, ada, bob)
    for _ in range(2):
        bob.clicks(reply, Action.VOTE, "positive")
    slack.wait_for(lambda: len(slack.ephemerals(bob)) == 2, PATIENCE)
    assert {m.text for m in slack.ephemerals(bob)} == {NOTICES.thanks}
    assert slack.ephemerals(ada) == []
    (vote,) = votes(house, slack)
    assert (vote.voter, vote.helpful, vote.reason) == (bob.id, True, "")


def test_a_bad_vote_counts_at_once_and_may_say_why(
    slack: SlackStandIn, house: House, ada: Person, bob: Person
) -> None:
    reply = answered(slack, ada, bob)
    bob.clicks(reply, Action.VOTE, "negative")
    form = slack.wait_for(lambda: slack.modal(bob), PATIENCE)
    assert form.data["callback_id"] == View.VOTE_REASON
    slack.wait_for(lambda: [vote.helpful for vote in votes(house, slack)] == [False], PATIENCE)
    bob.submits(form, {"reason": "<!channel> it forgot our deadline"})
    told(slack, bob, NOTICES.thanks)
    assert [vote.reason for vote in votes(house, slack)] == ["<!channel> it forgot our deadline"]


def test_where_newer_blocks_are_refused_two_plain_buttons_vote(
    slack: SlackStandIn, house: House, ada: Person, bob: Person
) -> None:
    slack.faults.refused_blocks.add("context_actions")
    reply = answered(slack, ada, bob)
    ada.clicks(reply, Action.VOTE_UP)
    told(slack, ada, NOTICES.thanks)
    bob.clicks(reply, Action.VOTE_DOWN)
    slack.wait_for(lambda: slack.modal(bob), PATIENCE)
    slack.wait_for(lambda: len(votes(house, slack)) == 2, PATIENCE)
    assert {vote.voter: vote.helpful for vote in votes(house, slack)} == {
        ada.id: True,
        bob.id: False,
    }


def test_a_vote_on_what_is_gone_says_so(
    slack: SlackStandIn, house: House, ada: Person, bob: Person
) -> None:
    reply = answered(slack, ada, bob)
    house.office.store.forget_team(slack.team.id)
    bob.clicks(reply, Action.VOTE, "negative")
    told(slack, bob, NOTICES.gone)
    assert slack.modal(bob) is None
