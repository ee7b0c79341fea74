"""What is counted moves when people ask, vote and are let down, and names none of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from prometheus_client import generate_latest
from slack_bolt import App

from bot.metrics import REGISTRY, SnapshotCollector
from bot.slack.house import House
from tests.conftest import ROOT
from tests.slack.stand_in import Message, Person, SlackStandIn, refusal

QUESTION = "Our parser in C takes untrusted input and crashes. Should we use Rust?"
SECONDS = 30


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"rust_or_not_{name}", labels) or 0.0


def posted(stage: str) -> float:
    return value("stage_seconds_count", stage=stage)


@pytest.fixture
def answered(slack: SlackStandIn, app: App, warm: None) -> tuple[Person, Message]:
    ada = slack.add_user("ada")
    asked = ada.mentions_bot(slack.add_channel("general", ada), QUESTION)
    reply = slack.wait_for(lambda: slack.replies(asked), SECONDS)[0]
    slack.settle()
    return ada, reply


@pytest.fixture
def snapshot(house: House) -> Iterator[None]:
    collector = SnapshotCollector(lambda: house.office.service.serving)
    REGISTRY.register(collector)
    yield
    REGISTRY.unregister(collector)


def test_a_question_is_counted_and_each_stage_of_its_answer_timed(
    slack: SlackStandIn, app: App, warm: None
) -> None:
    stages = ("read", "search", "compose", "post")
    questions, before = value("questions_total"), [posted(stage) for stage in stages]
    ada = slack.add_user("ada")
    asked = ada.mentions_bot(slack.add_channel("general", ada), QUESTION)
    slack.wait_for(lambda: slack.replies(asked), SECONDS)
    slack.settle()
    assert value("questions_total") == questions + 1
    assert [posted(stage) for stage in stages] == [count + 1 for count in before]
    assert all(value("stage_seconds_sum", stage=stage) > 0 for stage in stages)
    rings = ("adopt", "trial", "assess", "hold")
    assert sum(value("answers_total", intent="decision", ring=ring) for ring in rings) >= 1


def test_votes_are_counted_each_way(slack: SlackStandIn, answered: tuple[Person, Message]) -> None:
    ada, reply = answered
    before = value("votes_total", helpful="yes"), value("votes_total", helpful="no")
    ada.clicks(reply, "vote", "positive")
    ada.clicks(reply, "vote", "negative")
    slack.settle()
    now = value("votes_total", helpful="yes"), value("votes_total", helpful="no")
    assert now == (before[0] + 1, before[1] + 1)


def test_an_answer_that_cannot_be_given_is_an_error(slack: SlackStandIn, app: App) -> None:
    before, taken = value("errors_total", what="post"), posted("post")
    slack.faults.add("chat.postMessage", refusal("restricted_action"), times=5)
    ada = slack.add_user("ada")
    ada.mentions_bot(slack.add_channel("general", ada), QUESTION)
    slack.wait_for(lambda: slack.calls("chat.postMessage"), SECONDS)
    slack.settle()
    assert value("errors_total", what="post") > before
    assert posted("post") == taken


def test_the_snapshot_is_named_with_the_time_when_it_was_built(
    house: House, answered: tuple[Person, Message], snapshot: None
) -> None:
    manifest = house.office.service.advisor.desk.snapshot.manifest
    assert value("snapshot_info", id=manifest.id) == 1
    assert value("snapshot_built_timestamp_seconds") == manifest.built.timestamp()


def test_nothing_in_the_figures_tells_of_a_person(
    slack: SlackStandIn, answered: tuple[Person, Message], snapshot: None
) -> None:
    said = generate_latest(REGISTRY).decode()
    ada, reply = answered
    for secret in (ada.id, reply.channel.id, slack.team.id, "untrusted", slack.bot_token):
        assert secret not in said


def test_every_metric_stands_in_the_operations_page(snapshot: None) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    names = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("rust_or_not")}
    missing = {name for name in names if not re.search(rf"`{name}", page)}
    assert len(names) > 8
    assert missing == set()


def test_a_reading_that_leads_to_no_answer_is_not_timed(house: House) -> None:
    before = posted("read")
    assert house.office.about_rust("T1", "Is Rust right for our parser?")
    assert posted("read") == before
