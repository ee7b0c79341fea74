"""Durable work: on the disk, once, in order, and what happens where the disk fails."""

from __future__ import annotations

import errno
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from bot.durable import database, intake
from bot.durable.database import work_url
from bot.durable.intake import Closed, Intake
from bot.durable.job import Job, Run
from bot.durable.work import DurableWork
from tests.postgres import Postgres

SECONDS = 20


def job(name: str, lane: str = "a", order: int = 1, owner: str = "ada") -> Job:
    return Job(f"{lane}/{name}", owner, lane, order, name)


class Worker:
    """Notes what it does. `act` stands in for the work, `gate` holds it up."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.act: Callable[[Run, str], None] = lambda run, body: None

    def __call__(self, run: Run, body: str) -> None:
        while not self.gate.is_set():
            run.pause(0.01)
        self.act(run, body)
        self.did.append(body)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'work.db'}"


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def work(url: str, worker: Worker) -> Iterator[DurableWork]:
    work = DurableWork()
    work.open(url, worker)
    yield work
    work.close(SECONDS)


def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_job_is_done_once_however_often_it_is_put(work: DurableWork, worker: Worker) -> None:
    assert work.put(job("one"))
    assert not work.put(job("one"))
    until(lambda: worker.did)
    assert not work.put(job("one"))
    assert work.put(job("two"))
    until(lambda: len(worker.did) == 2)
    assert worker.did == ["one", "two"]
    assert work.lanes.total == 0


def test_jobs_of_a_lane_are_done_one_by_one_in_their_order_and_other_lanes_do_not_wait(
    work: DurableWork, worker: Worker
) -> None:
    together, most = [0], [0]

    def act(run: Run, body: str) -> None:
        if body != "elsewhere":
            together[0] += 1
            most[0] = max(most[0], together[0])
            run.pause(0.05)
            together[0] -= 1

    worker.act = act
    worker.gate.clear()
    work.put(job("first", order=1))
    until(lambda: work._active)
    for order in (4, 2, 3):
        work.put(job(str(order), order=order))
    assert work.lanes.waiting("a") == 4
    work.put(job("elsewhere", lane="b"))
    worker.gate.set()
    until(lambda: len(worker.did) == 5)
    assert [one for one in worker.did if one != "elsewhere"] == ["first", "2", "3", "4"]
    assert most == [1]
    assert worker.did.index("elsewhere") < 4


def test_jobs_put_at_once_share_the_wait_for_the_disk(work: DurableWork, worker: Worker) -> None:
    commits = [0]

    def count(_connection: object) -> None:
        commits[0] += 1

    assert work._engine is not None
    worker.gate.clear()
    with work._engine.connect():  # nothing can be written meanwhile
        event.listen(work._engine, "commit", count)
        putting = [
            threading.Thread(target=work.put, args=(job(str(n), lane=str(n)),)) for n in range(40)
        ]
        for thread in putting:
            thread.start()
        time.sleep(0.1)
    for thread in putting:
        thread.join(SECONDS)
    assert work.lanes.total == 40
    assert commits[0] < 20


def test_what_is_under_way_when_the_process_stops_goes_on_in_the_next_one(
    url: str, worker: Worker
) -> None:
    """A part that was kept is not done again."""
    parts, done = [], []

    def act(run: Run, body: str) -> None:
        done.append(run.done)
        parts.append(run.step("first", lambda: f"first in run {len(done)}"))
        if not run.done:
            run.pause(SECONDS)
        parts.append(run.step("second", lambda: f"second in run {len(done)}"))

    worker.act = act
    for put in (True, False):
        work = DurableWork()
        work.open(url, worker)
        if put:
            work.put(job("one"))
            work.put(job("two"))
            until(lambda: parts)
        else:
            until(lambda: "one" in worker.did)
        assert work.close(SECONDS)
    assert done[:2] == [(), ("first",)]
    assert parts[:3] == ["first in run 1", "first in run 1", "second in run 2"]


def test_in_postgresql_it_is_the_same(postgres: Postgres, worker: Worker) -> None:
    url, kept = work_url(postgres.database()), list[str]()

    def act(run: Run, body: str) -> None:
        kept.append(run.step("first", lambda: f"{body} with {run.done}"))
        if not run.done:
            run.pause(SECONDS)

    worker.act = act
    for new in (True, False):
        work = DurableWork()
        work.open(url, worker)
        assert work.put(job("one")) == new
        until(lambda new=new: kept if new else worker.did)  # type: ignore[misc]
        assert work.close(SECONDS)
    assert worker.did == ["one"]
    assert kept == ["one with ()"] * 2


def test_nothing_is_taken_before_it_is_open_nor_afterwards(url: str, worker: Worker) -> None:
    work = DurableWork()
    with pytest.raises(Closed):
        work.put(job("one"))
    work.open(url, worker)
    assert work.close(SECONDS)
    with pytest.raises(Closed):
        work.put(job("one"))


def test_what_fails_in_a_job_does_not_hold_up_its_lane(work: DurableWork, worker: Worker) -> None:
    def act(run: Run, body: str) -> None:
        if body == "bad":
            raise ValueError(body)

    worker.act = act
    work.put(job("bad"))
    work.put(job("good"))
    until(lambda: worker.did)
    assert worker.did == ["good"] and not work.stuck.is_set()


# Forgetting


def test_what_is_done_is_forgotten_and_what_waits_is_not(work: DurableWork, worker: Worker) -> None:
    work.put(job("done"))
    until(lambda: worker.did and not _left(work, "done"))
    worker.gate.clear()
    work.put(job("waits"))
    assert work.forget_before(time.time() + 1) == 1
    worker.gate.set()
    until(lambda: worker.did == ["done", "waits"])
    assert work.put(job("done"))


def test_a_persons_words_and_a_workspaces_are_deleted(work: DurableWork, worker: Worker) -> None:
    for name, owner in (("hers", "ada"), ("his", "bob")):
        work.put(job(name, owner=owner))
    until(lambda: len(worker.did) == 2 and not _left(work, "hers") and not _left(work, "his"))
    assert work.forget("a/", "ada") == 1
    worker.gate.clear()
    work.put(job("waits"))
    work.put(job("other", lane="b"))
    assert work.forget("a/") == 2
    assert work.lanes.waiting("a") == 0 and work.lanes.waiting("b") == 1


def _left(work: DurableWork, name: str) -> bool:
    """Whether DBOS has not noted the end of a job yet."""
    return bool(work._kept()._client.list_workflows(workflow_ids=[f"a/{name}"], status="PENDING"))


# Disks that fail


def test_a_full_disk_refuses_new_jobs_and_holds_up_the_one_under_way_until_there_is_room(
    work: DurableWork, worker: Worker
) -> None:
    runs = []

    def act(run: Run, body: str) -> None:
        runs.append(body)
        if len(runs) == 1:
            _full(work._engine, True)
        run.step("long", lambda: "x" * 100_000)

    worker.act = act
    work.put(job("one"))
    assert work.stuck.wait(SECONDS)
    with pytest.raises(OperationalError):
        work.put(Job("a/two", "ada", "a", 1, "y" * 100_000))
    assert worker.did == []
    _full(work._engine, False)
    work.reopen(SECONDS)
    until(lambda: worker.did)
    assert runs[:2] == ["one", "one"] and not work.stuck.is_set()
    assert work.put(job("two"))
    until(lambda: worker.did == ["one", "two"])


def test_what_is_under_way_is_not_begun_again_beside_itself_when_the_disk_has_room_again(
    work: DurableWork, worker: Worker
) -> None:
    """As a call to Slack that hangs, while the step of another job could not be noted."""
    calls, full, lands = list[str](), list[str](), threading.Event()

    def call() -> str:
        calls.append("begins")
        assert lands.wait(SECONDS)
        return "ts"

    def act(run: Run, body: str) -> None:
        if body == "hangs":
            run.step("post", call)
        elif not full:
            full.append(body)
            _full(work._engine, True)
            run.step("long", lambda: "x" * 100_000)

    worker.act = act
    work.put(job("hangs"))
    until(lambda: calls)
    work.put(job("not noted", lane="b"))
    assert work.stuck.wait(SECONDS)
    _full(work._engine, False)
    reopening = threading.Thread(target=work.reopen, args=(0.05,))
    reopening.start()
    reopening.join(0.5)
    assert calls == ["begins"] and reopening.is_alive()
    lands.set()
    reopening.join(SECONDS)
    until(lambda: not work.lanes.total)
    assert calls == ["begins"] and not work.stuck.is_set()
    assert set(worker.did) == {"hangs", "not noted"}


def test_what_could_not_be_written_does_not_count_as_waiting(
    work: DurableWork, worker: Worker
) -> None:
    worker.gate.clear()
    _full(work._engine, True)
    with pytest.raises(OperationalError):
        work.put(Job("a/one", "ada", "a", 1, "x" * 100_000))
    assert not work.lanes.total and not work.holds("a", "a/one")
    _full(work._engine, False)
    assert work.put(job("one")) and work.lanes.waiting("a") == 1


def test_nor_does_what_was_written_together_with_that(tmp_path: Path) -> None:
    """A batch reaches the disk as a whole or not at all; what was there before it stays."""
    engine, lost = database.connect(f"sqlite:///{tmp_path / 'any.db'}"), list[str]()

    def write(_connection: object, job: Job) -> bool:
        if job.body == "bad":
            raise OSError(errno.ENOSPC, "full")
        return job.body != "old"

    taking = Intake(engine, write, lambda job: lost.append(job.body))
    batch = [(job(name), Future[bool]()) for name in ("new", "old", "bad", "later")]
    taking._keep(batch)
    taking.close()
    engine.dispose()
    assert all(isinstance(done.exception(0), OSError) for _, done in batch)
    assert lost == ["new"]


def _full(engine: Engine | None, full: bool) -> None:
    """SQLite's own limit gives the error of a full disk."""
    assert engine is not None
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        most = pages if full else 2**30
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}")


def test_a_locked_database_lets_a_job_in_as_soon_as_it_is_free(
    url: str, work: DurableWork, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever put it heard that it failed, and puts it again: it is done once."""
    monkeypatch.setattr(intake, "_SECONDS", 0.2)
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TimeoutError):
        work.put(job("one"))
    other.execute("ROLLBACK")
    other.close()
    until(lambda: worker.did == ["one"])
    monkeypatch.setattr(intake, "_SECONDS", SECONDS)
    assert not work.put(job("one"))


def test_a_folder_that_cannot_be_written_is_said_at_once(worker: Worker) -> None:
    work = DurableWork()
    with pytest.raises((OSError, OperationalError)):
        work.open("sqlite:////proc/nowhere/work.db", worker)
    assert work.close(SECONDS)


# Where it lies


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        ("sqlite:////data/bot.db", "sqlite:////data/bot-work.db"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
    ],
)
def test_work_lies_beside_a_sqlite_database_and_in_a_postgresql_one(
    database: str, expected: str
) -> None:
    assert work_url(database) == expected


def test_a_job_outlives_a_power_cut_and_a_step_need_not(url: str) -> None:
    engine = database.connect(url)
    asked = "PRAGMA synchronous"
    with database.on_disk(engine) as connection:
        assert connection.exec_driver_sql(asked).scalar() == 2
    with engine.connect() as connection:
        assert connection.exec_driver_sql(asked).scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
