"""Processes that share a database of PostgreSQL: who lives, whose turn it is, what is taken up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.durable.database import Occupied, connect, only_one, work_url
from bot.durable.job import Job
from bot.durable.ledger import Ledger
from bot.durable.processes import BEAT_SECONDS, DEAD_SECONDS, SURE_SECONDS, Processes
from bot.durable.turns import Turns
from bot.durable.work import DurableWork
from bot.store.database import away
from tests.durable.test_work import SECONDS, Worker, job, until
from tests.postgres import Postgres

BEATS_OF_A_DEATH = int(DEAD_SECONDS / BEAT_SECONDS) + 1


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def url(postgres: Postgres) -> str:
    return work_url(postgres.database())


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def entered(engine: Engine, clock: Clock, *names: str) -> list[Processes]:
    found = [Processes(engine, name, clock) for name in names]
    for one in found:
        one.enter()
    return found


def test_one_that_stops_beating_is_dead_for_the_others_and_hears_of_it(
    engine: Engine, clock: Clock
) -> None:
    ada, bob = entered(engine, clock, "ada", "bob")
    for _ in range(BEATS_OF_A_DEATH):
        assert ada.beat() == {"ada", "bob"}
        clock.now += BEAT_SECONDS
    assert ada.beat() == {"ada"}
    assert ada.sure and not bob.sure and not bob.lost
    bob.beat()
    assert bob.lost and not bob.sure


def test_nobody_is_sure_of_a_job_for_as_long_as_others_may_have_it(
    engine: Engine, clock: Clock
) -> None:
    (ada,) = entered(engine, clock, "ada")
    ada.beat()
    clock.now += SURE_SECONDS
    assert not ada.sure
    ada.beat()
    assert ada.sure
    assert DEAD_SECONDS - SURE_SECONDS >= 15  # what a call to Slack may take that was begun before


def test_after_a_time_without_a_database_nobody_is_taken_for_dead(
    postgres: Postgres, engine: Engine, clock: Clock
) -> None:
    ada, bob = entered(engine, clock, "ada", "bob")
    ada.beat()
    postgres.stop()
    with pytest.raises(SQLAlchemyError) as gone:
        ada.beat()
    postgres.start()
    assert away(gone.value)
    clock.now += 2 * DEAD_SECONDS
    assert ada.beat() == {"ada", "bob"}
    bob.beat()
    assert bob.sure


def test_a_process_that_stood_still_itself_takes_nobody_for_dead(
    engine: Engine, clock: Clock
) -> None:
    ada, _ = entered(engine, clock, "ada", "bob")
    ada.beat()
    clock.now += 2 * DEAD_SECONDS
    assert ada.beat() == {"ada", "bob"}


def test_who_leaves_is_not_waited_for(engine: Engine, clock: Clock) -> None:
    ada, bob = entered(engine, clock, "ada", "bob")
    bob.leave()
    assert ada.beat() == {"ada"}


def test_turns_in_a_lane_are_shared_and_those_of_other_lanes_are_not(engine: Engine) -> None:
    ada, bob = Turns(engine, 10.0), Turns(engine, 10.0)
    assert ada.turn("a") == 0
    assert 9 < bob.turn("a") <= 10
    assert 19 < ada.turn("a") <= 20
    assert bob.turn("b") == 0
    ada.hold("b", 60)
    assert 59 < bob.turn("b") <= 60


def test_a_clock_of_the_server_that_is_set_back_holds_a_lane_for_two_minutes_at_most(
    engine: Engine,
) -> None:
    turns = Turns(engine, 1.0)
    turns.turn("a")
    with engine.begin() as connection:
        connection.execute(text("UPDATE work_turns SET free = free + 86400"))
    assert 100 < turns.turn("a") <= 121


def test_what_a_dead_process_had_in_hand_is_done_by_another(url: str, engine: Engine) -> None:
    """As a job lies there that a killed process had begun."""
    worker, work = Worker(), DurableWork()
    work.open(url, worker)
    worker.gate.clear()
    work.put(job("one"))
    until(lambda: work._active)
    assert not work.close(0)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM work_processes"))
    other = DurableWork()
    other.open(url, worker)
    worker.gate.set()
    assert other.holds("a", "a/one")
    until(lambda: worker.did == ["one"])
    until(lambda: not other.holds("a", "a/one"))
    assert other.close(SECONDS)


def test_one_sees_what_another_took(url: str, engine: Engine) -> None:
    worker, work = Worker(), DurableWork()
    worker.gate.clear()
    work.open(url, worker)
    with engine.begin() as connection:
        assert Ledger(engine).write(connection, Job("a/theirs", "bob", "a", 1, "theirs"))
    assert work.holds("a", "a/theirs")
    until(lambda: work.lanes.waiting("a") == 1)
    assert not work.put(Job("a/theirs", "bob", "a", 1, "theirs"))
    worker.gate.set()
    until(lambda: not work.lanes.total)
    assert work.close(SECONDS)


def test_a_sqlite_database_belongs_to_one_process(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/work.db"
    with only_one(url), pytest.raises(Occupied, match="several need PostgreSQL"), only_one(url):
        pass
    with only_one(url):
        pass
