"""A workspace that removes the app, and one that only loses a person's token."""

from __future__ import annotations

import time
from typing import Any

import pytest
from slack_bolt import App

from bot.slack.house import House
from bot.slack.leaving import LINGERING_SECONDS, finish
from bot.store.records import ChannelSettings
from tests.slack.answers import assessed
from tests.slack.stand_in import SlackStandIn, server_error


@pytest.fixture
def kept(slack: SlackStandIn, house: House, app: App) -> None:
    """Something of this workspace's, and of another's."""
    ada = slack.add_user("ada")
    asked = ada.mentions_bot(slack.add_channel("general", ada), "Should we use Rust for a parser?")
    slack.wait_for(lambda: slack.replies(asked))
    house.office.store.set_channel("T-OTHER", "C1", ChannelSettings(contact="Bob"))
    assert house.office.store.count(slack.team.id) == 1


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("how", ["uninstall", "revoke_tokens"])
def test_a_workspace_that_leaves_is_forgotten_and_no_other(
    how: str, slack: SlackStandIn, house: House
) -> None:
    store = house.office.store
    getattr(slack, how)()
    slack.wait_for(lambda: store.count(slack.team.id) == 0)
    assert store.recent(slack.team.id, "U", 10) == []
    assert store.channel("T-OTHER", "C1").contact == "Bob"


@pytest.mark.usefixtures("kept")
def test_a_persons_revoked_token_deletes_nothing(slack: SlackStandIn, house: House) -> None:
    tokens = {"oauth": ["U0SOMEBODY"], "bot": []}
    slack.tell("tokens_revoked", {"type": "tokens_revoked", "tokens": tokens})
    slack.settle()
    assert house.office.store.count(slack.team.id) == 1


@pytest.mark.usefixtures("kept")
def test_what_is_cut_off_is_deleted_later(
    slack: SlackStandIn, house: House, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack says it once: that it did is on the disk before it is acknowledged."""
    store = house.office.store

    def killed(team: str) -> None:
        raise SystemExit(team)

    with monkeypatch.context() as patch:
        patch.setattr(store, "forget_team", killed)
        slack.uninstall()
        slack.settle()
        assert [one.team for one in store.departures()] == [slack.team.id]
    assert store.count(slack.team.id) == 1
    finish(house, app.client)
    assert store.count(slack.team.id) == 0


@pytest.mark.usefixtures("kept")
def test_where_it_cannot_be_noted_slack_is_not_told_that_it_was_heard(
    slack: SlackStandIn, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []

    def refused(departure: Any) -> None:
        tried.append(departure)
        raise OSError

    monkeypatch.setattr(house.office.store, "leaves", refused)
    slack.forgive("no_ack")
    told = slack.uninstall()
    slack.wait_for(lambda: len(tried) == len(told) == 2)
    time.sleep(0.2)
    assert not any(one.acked_at for one in told)


@pytest.mark.usefixtures("kept")
def test_what_was_in_hand_and_is_written_down_after_that_goes_too(
    slack: SlackStandIn, house: House, app: App
) -> None:
    store = house.office.store
    made = assessed(house.office.service)
    made = made.model_copy(update={"place": made.place.model_copy(update={"team": slack.team.id})})
    slack.uninstall()
    slack.wait_for(lambda: store.count(slack.team.id) == 0)
    slack.settle()
    store.keep(made)
    now = house.office.clock()
    house.office.clock = lambda: now + LINGERING_SECONDS
    finish(house, app.client)
    assert store.count(slack.team.id) == 0
    assert store.departures() == []


@pytest.mark.usefixtures("kept")
def test_where_slack_does_not_say_whether_it_is_installed_nothing_is_deleted_yet(
    slack: SlackStandIn, house: House, app: App
) -> None:
    store = house.office.store
    slack.faults.add("auth.test", server_error(503), times=2)
    slack.uninstall()
    slack.settle()
    assert store.count(slack.team.id) == 1
    slack.faults.clear()
    finish(house, app.client)
    assert store.count(slack.team.id) == 0
