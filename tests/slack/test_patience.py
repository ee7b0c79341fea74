"""Every surface waits as long as Slack asks for, and then does what was asked of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from slack_bolt import App

from bot.slack.ids import COMMAND, Action
from tests.slack.drafting import PATIENCE, drafted, told
from tests.slack.stand_in import Channel, Person, SlackStandIn, rate_limited


@pytest.fixture
def ada(slack: SlackStandIn, app: App) -> Person:
    return slack.add_user("ada")


@pytest.fixture
def general(slack: SlackStandIn, ada: Person) -> Channel:
    return slack.add_channel("general", ada)


def home(slack: SlackStandIn, ada: Person, general: Channel) -> None:
    ada.opens_home()
    slack.wait_for(lambda: slack.home(ada), PATIENCE)


def channel_form(slack: SlackStandIn, ada: Person, general: Channel) -> None:
    ada.slash(COMMAND, "channel", general)
    slack.wait_for(lambda: slack.modal(ada), PATIENCE)


def channel_picked(slack: SlackStandIn, ada: Person, general: Channel) -> None:
    home(slack, ada, general)
    ada.clicks(slack.home(ada), Action.CHANNEL)
    ada.clicks(
        slack.wait_for(lambda: slack.modal(ada), PATIENCE), Action.CHANNEL_PICKED, general.id
    )
    shown = f"<#{general.id}>"
    slack.wait_for(lambda: any(shown in json.dumps(v.data) for v in slack.modals(ada)), PATIENCE)


def vote(slack: SlackStandIn, ada: Person, general: Channel) -> None:
    ada.clicks(drafted(slack, ada, general), Action.VOTE, "positive")
    told(slack, ada, "Thank you")


Act = Callable[[SlackStandIn, Person, Channel], None]


@pytest.mark.parametrize(
    ("method", "act"),
    [
        ("views.publish", home),
        ("users.info", channel_form),
        ("views.open", channel_form),
        ("views.update", channel_picked),
        ("response_url", vote),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_after_429_it_waits_and_does_it_then(
    method: str, act: Act, slack: SlackStandIn, ada: Person, general: Channel
) -> None:
    """The stand-in complains of a call that comes before its Retry-After has passed."""
    slack.faults.add(method, rate_limited(1))
    act(slack, ada, general)
    assert slack.faults.pending(method) == 0
    limited, again, *_ = slack.calls(method)
    assert (limited.status, again.ok) == (429, True)
    assert again.at - limited.at >= 1
