"""A workspace that removes the app, and one that only loses a person's token."""

from __future__ import annotations

import pytest
from slack_bolt import App

from bot.slack.house import House
from bot.store.records import ChannelSettings
from tests.slack.stand_in import SlackStandIn


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
