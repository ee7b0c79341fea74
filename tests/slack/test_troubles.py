"""A disk without room, folders that cannot be written, a clock that jumps: said, and survived."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from sqlalchemy import Engine, event, text

from bot.cli.failures import Exit
from bot.service import Service
from bot.serving.clock import earlier
from bot.serving.replays import Replays
from bot.serving.server import _forget
from bot.slack.house import House
from bot.store.records import Place
from tests.slack.stand_in import SlackStandIn, garbage, refusal
from tests.slack.test_serve import environment, started

QUESTION = "Our parser in C crashes. Should we use Rust?"
SECONDS = 30


def fill_up(engine: Engine) -> None:
    """No page is free, and the file grows by none: SQLite says then that the disk is full."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))

    @event.listens_for(engine, "checkout")
    def limit(connection: Any, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count = 1")
        cursor.close()


def test_a_full_disk_is_told_to_whoever_asks_and_the_bot_lives_on(
    slack: SlackStandIn, app: App, house: House, warm: None
) -> None:
    fill_up(house.office.store._engine)
    ada = slack.add_user("ada")
    general = slack.add_channel("general", ada)
    ada.slash("/rust-or-not", "Should our C parser, which crashes, be in Rust? " * 60, general)
    told = slack.wait_for(lambda: slack.ephemerals(ada), SECONDS)
    assert "reference" in told[0].text
    assert house.office.store.count(slack.team.id) == 0
    ada.slash("/rust-or-not", "help", general)
    assert slack.wait_for(lambda: len(slack.ephemerals(ada)) > 1, SECONDS)


def test_a_database_that_cannot_be_opened_ends_the_start_with_what_to_do(
    slack: SlackStandIn, tmp_path: Path, service: Service
) -> None:
    (tmp_path / "bot.db").mkdir()
    with started(
        ["serve"], environment(slack, service.settings.data, tmp_path), tmp_path
    ) as running:
        assert running.wait() == Exit.DISK
    assert "check DATABASE_URL" in running.said
    assert "Traceback" not in running.said


YEAR = 365 * 86400


def test_a_clock_that_is_ahead_deletes_nothing_however_long_it_is_left_so(
    slack: SlackStandIn, app: App, house: House, warm: None
) -> None:
    office, settings = house.office, house.settings
    office.consult(Place(team="T1", channel="C1", thread_ts="1.000001"), "U1", QUESTION)
    office.clock = lambda: time.time() + YEAR
    for _ in range(3):
        _forget(house, settings, app.client)
    assert office.store.count("T1") == 1


def test_what_is_old_by_slacks_clock_and_ours_is_deleted_once_slack_tells_its_date(
    slack: SlackStandIn, app: App, house: House, warm: None
) -> None:
    office, settings = house.office, house.settings
    office.clock = lambda: time.time() - 2 * YEAR
    office.consult(Place(team="T1", channel="C1", thread_ts="1.000001"), "U1", QUESTION)
    _forget(house, settings, app.client)
    assert office.store.count("T1") == 1
    office.clock = time.time
    slack.faults.add("api.test", refusal("fatal_error"), garbage())
    for _ in range(2):
        _forget(house, settings, app.client)
        assert office.store.count("T1") == 1
    _forget(house, settings, app.client)
    assert office.store.count("T1") == 0


def test_the_earlier_of_two_dates_counts_and_without_one_there_is_none() -> None:
    date = {"date": "Thu, 01 Jan 1970 00:01:40 GMT"}
    assert earlier(99.0, date) == 99
    assert earlier(1e9, date) == 100
    for headers in ({}, {"Date": ""}, {"Date": "soon"}):
        with pytest.raises(ValueError):
            earlier(1e9, headers)


@pytest.mark.parametrize("jump", [-7200.0, 7200.0])
def test_questions_are_answered_whatever_the_clock_says(
    jump: float, house: House, warm: None
) -> None:
    """And in their order: a thread goes by what was said, not by when."""
    place = Place(team="T1", channel="C1", thread_ts="1.000001")
    office = house.office
    office.consult(place, "U1", QUESTION)
    office.clock = lambda: time.time() + jump
    found = office.consult(place, "U1", "The team knows Rust.")
    assert len(found.assessment.thread.texts) == 2


def test_a_clock_set_back_does_not_let_a_captured_request_in_again() -> None:
    now = [1000.0]
    replays = Replays(lambda: now[0])
    replays.take("v0=a", "1000", "body")
    now[0] -= 7200
    replays.take("v0=b", "1001", "other")
    assert replays.taken("v0=a", "1000", "body")
