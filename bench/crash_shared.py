"""Two processes that share a PostgreSQL database, which goes away; then one of them is killed."""

from __future__ import annotations

import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from bench.crash_bench import APART_SECONDS, Storm
from bench.crash_figures import Found, Plan
from bot.slack.manifest import load_manifest
from tests.postgres import Postgres
from tests.slack.serving import Process, environment, started
from tests.slack.stand_in import SlackStandIn

_PROCESSES = 2
_AGAIN_SECONDS = 10.0
_SECONDS = 60.0


class SharedStorm(Storm):
    """The killed one is not started again: the other has to do what it left."""

    def __init__(
        self,
        slack: SlackStandIn,
        plan: Plan,
        env: dict[str, str],
        folder: Path,
        postgres: Postgres,
    ) -> None:
        super().__init__(slack, plan, env, folder)
        self._postgres = postgres

    def run(self) -> Found:
        with ExitStack() as running:
            processes = [
                running.enter_context(started(["serve"], self._env, self._folder))
                for _ in range(_PROCESSES)
            ]
            for process in processes:
                process.log("ready")
            self.slack.wait_for(lambda: len(self.slack.sockets.live) == _PROCESSES, _SECONDS)
            begun = time.monotonic()
            busy = [
                threading.Thread(target=target)
                for target in (lambda: self._ask(self.plan.posts), self._click)
            ]
            for thread in busy:
                thread.start()
            self._outage()
            self._kill(processes.pop())
            busy[0].join()
            self._wait_for_answers()
            self.found.seconds = time.monotonic() - begun
            self._over.wait(3 * APART_SECONDS)  # what comes twice comes now
            self._over.set()
            busy[1].join()
            for process in processes:
                self._measure(process)
                process.stop()
        self._judge()
        return self.found

    def _outage(self) -> None:
        if self.plan.outage:
            self._some_time()
            self._postgres.stop()
            time.sleep(self.plan.outage)
            self._postgres.start()
            self._some_time()
            self._deliver_again()

    def _kill(self, process: Process) -> None:
        self._some_time()
        self._measure(process)
        process.process.kill()
        self.found.killed += 1
        self.slack.wait_for(lambda: len(self.slack.sockets.live) < _PROCESSES, _SECONDS)
        self._deliver_again()

    def _wait_for_answers(self) -> None:
        """Slack sends again what was not acknowledged, but not at once."""
        until = time.monotonic() + self.plan.patience
        while time.monotonic() < until and not self._all_answered(_AGAIN_SECONDS):
            self._deliver_again()

    def _some_time(self) -> None:
        time.sleep(self._chance.uniform(1.0, 3.0))


def shared_storm(plan: Plan, data: Path, postgres: Postgres) -> Found:
    """Carry a plan out, with the models and the index of a data folder."""
    with (
        SlackStandIn(manifest=load_manifest().as_data()) as slack,
        tempfile.TemporaryDirectory() as folder,
    ):
        slack.limiter.turn_on()
        env = {**environment(slack, data, Path(folder)), "DATABASE_URL": postgres.database()}
        return SharedStorm(slack, plan, env, Path(folder), postgres).run()
