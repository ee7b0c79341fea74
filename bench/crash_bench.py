"""The bot under load, and killed at random: is everybody answered, once and in order?

    python -m bench.crash_bench                 1 000 mentions in 50 channels, 20 times SIGKILL
    python -m bench.crash_bench --kills 0       1 000 mentions at once: acknowledgements, speed
    python -m bench.crash_bench --postgres      two processes on PostgreSQL, which is gone for 15 s;
                                                then one is killed, and the other does its work
    ... --light                                 mentions of no words, which no model answers

`rust-or-not serve` runs as a process of its own, with its real models and index, against the
stand-in for Slack of the tests, which is strict: one message a second in a channel, three tries for
an event that nobody acknowledged. The stand-in shares the machine with the bot. Exits with 1 where
somebody was not answered, or twice, or out of order.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from bench.crash_figures import Found, Plan
from bot.evaluation import QUESTIONS
from bot.evaluation.questions import load_labels
from bot.settings import Settings
from bot.slack.manifest import load_manifest
from bot.slack.once import EVENT
from bot.slack.posts import answer_id, key_of
from tests.slack.serving import Process, environment, started
from tests.slack.stand_in import Channel, Envelope, Message, SlackStandIn
from tests.slack.stand_in.workspace import Json

IN_A_THREAD = 4
"""Posts of a thread, where the process is killed in between."""
APART_SECONDS = 1.05
"""Between two posts of a thread: the order of a lane is kept by the second."""
LONGEST_LIFE = 2.0
"""Seconds after which a process is killed at the latest, once it is ready."""
WORKING_SECONDS = 1.0
"""From where a post is taken up to its reply: one that comes in meanwhile does not go before it."""
CLICK_SECONDS = 0.25


class Storm:
    """People who ask, a Slack that delivers, and a process that dies."""

    def __init__(self, slack: SlackStandIn, plan: Plan, env: dict[str, str], folder: Path) -> None:
        self.slack, self.plan, self.found = slack, plan, Found(plan)
        self._env, self._folder = env, folder
        self._chance = random.Random(plan.seed)  # noqa: S311 (no secret)
        self._asker = slack.add_user("ada")
        self._channels = [slack.add_channel(f"c{n}", self._asker) for n in range(plan.channels)]
        self._texts = itertools.cycle([""] if plan.light else _questions())
        self._asked: list[Message] = []
        self._last: dict[str, Message] = {}
        self._commands: list[Envelope] = []
        self._over = threading.Event()

    def run(self) -> Found:
        begun = time.monotonic()
        clicking = threading.Thread(target=self._click)
        size = -(-self.plan.posts // (self.plan.kills + 1))
        for life in range(self.plan.kills + 1):
            with started(["serve"], self._env, self._folder) as process:
                self._wait_for(process)
                if not clicking.ident:
                    begun = time.monotonic()
                    clicking.start()
                asking = threading.Thread(target=self._ask, args=(size,))
                asking.start()
                if life < self.plan.kills:
                    self._over.wait(self._chance.uniform(0.05, LONGEST_LIFE))
                    self._measure(process)
                    process.process.kill()
                    self.found.killed += 1
                    asking.join()
                else:
                    asking.join()
                    self._wait_for_answers()
                    self.found.seconds = time.monotonic() - begun
                    self._over.wait(3 * APART_SECONDS)  # what comes twice comes now
                    self._over.set()
                    clicking.join()
                    self._measure(process)
                    process.stop()
        self._judge()
        return self.found

    def _wait_for(self, process: Process) -> None:
        process.log("ready")
        self.slack.wait_connected(seconds=30)
        self._deliver_again()

    def _ask(self, count: int) -> None:
        for _ in range(min(count, self.plan.posts - len(self._asked))):
            number = len(self._asked)
            channel = self._channels[number % len(self._channels)]
            self._asked.append(self._mention(channel, number // len(self._channels)))

    def _mention(self, channel: Channel, nth: int) -> Message:
        """The nth mention in a channel: it begins a thread, or follows in the last one."""
        text, before = next(self._texts), self._last.get(channel.id)
        if not self.plan.kills or nth % IN_A_THREAD == 0 or before is None:
            asked = self._asker.mentions_bot(channel, text)
        else:
            self._over.wait(float(before.ts) + APART_SECONDS - time.time())
            asked = self._asker.mentions_bot(channel, text, before.thread_ts or before.ts)
        self._last[channel.id] = asked
        return asked

    def _deliver_again(self) -> None:
        """Send what was not acknowledged once more, as Slack does up to three times."""
        firsts = [e.first or e for e in self.slack.envelopes if e.kind == "events_api"]
        acked = {id(e.first or e) for e in self.slack.envelopes if e.acked}
        tries = Counter(map(id, firsts))
        for first in {id(e): e for e in firsts}.values():
            if id(first) not in acked and first.sent_at is not None and tries[id(first)] <= 3:
                self.slack.redeliver(first)

    def _click(self) -> None:
        """A person uses the slash command all the while: it must not wait behind the questions."""
        person = self.slack.add_user("bob")
        self._channels[0].members.add(person.id)
        while not self._over.wait(CLICK_SECONDS):
            self._commands.append(
                person.slash("/rust-or-not", "help", self._channels[0], wait=False)
            )

    def _wait_for_answers(self) -> None:
        self._all_answered(self.plan.patience)

    def _all_answered(self, seconds: float) -> bool:
        """Whether everybody is, within so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._over.wait(0.2):
            if set(self._answers()) >= {_mark(m) for m in self._asked}:
                return True
        return False

    def _answers(self) -> dict[str, list[Json]]:
        """The bot's posts by the mark that they carry, in the order of Slack."""
        found: dict[str, list[Json]] = defaultdict(list)
        with self.slack.world.changed:
            posted = [m.data for c in self._channels for m in c.messages if m.from_bot]
        for data in posted:
            marked = data.get("metadata") or {}
            if data.get("thread_ts") and marked.get("event_type") == EVENT:
                found[marked["event_payload"]["id"]].append(data)
        return found

    def _measure(self, process: Process) -> None:
        """Memory and processor time of a process, on Linux; see proc(5)."""
        with suppress(OSError):
            folder = Path(f"/proc/{process.process.pid}")
            lines = (folder / "status").read_text().splitlines()
            peak = next(line for line in lines if line.startswith("VmHWM"))
            self.found.mebibytes = max(self.found.mebibytes, int(peak.split()[1]) / 1024)
            times = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
            self.found.processor += sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    def _judge(self) -> None:
        found, answers = self.found, self._answers()
        said = [answers.get(_mark(m), []) for m in self._asked]
        found.missing = sum(not one for one in said)
        found.twice = sum(len(one) > 1 for one in said)
        found.notices = sum(len(one[0].get("blocks", ())) < 2 for one in said if one)
        found.looks = len(self.slack.calls("conversations.replies"))
        events = [e for e in self.slack.envelopes if e.kind == "events_api"]
        heard: dict[int, float] = {}
        for event in events:
            if event.acked_at is not None:
                first = id(event.first or event)
                heard[first] = min(event.acked_at, heard.get(first, event.acked_at))
        heard_of = {
            _mark(m): [heard[id(e)] for e in m.deliveries if id(e) in heard] for m in self._asked
        }
        found.unheard = sum(not times for times in heard_of.values())
        found.disordered = sum(self._overtook(*pair, answers, heard_of) for pair in self._pairs())
        found.events = [e.ack_seconds for e in events if e.ack_seconds is not None]
        found.commands = [e.ack_seconds for e in self._commands if e.ack_seconds is not None]
        if found.killed:  # what a dead process does not acknowledge is no fault of the living one
            self.slack.forgive("no_ack", "late_ack", "operation_timeout")
        found.complaints = [str(one) for one in self.slack.complaints]

    def _pairs(self) -> Iterator[tuple[Message, Message]]:
        """Each post of a thread with the next one."""
        threads: dict[str, list[Message]] = defaultdict(list)
        for message in self._asked:
            threads[message.thread_ts or message.ts].append(message)
        return itertools.chain.from_iterable(map(itertools.pairwise, threads.values()))

    def _overtook(
        self,
        first: Message,
        later: Message,
        answers: dict[str, list[Json]],
        heard: dict[str, list[float]],
    ) -> bool:
        """Whether the later was answered before the first, though the bot had the first by then."""
        one, other = (answers.get(_mark(m)) for m in (first, later))
        if not one or not other or float(one[0]["ts"]) < float(other[0]["ts"]):
            return False
        since_boot = time.monotonic() - time.time()
        begun = float(other[0]["ts"]) + since_boot - WORKING_SECONDS
        return min(heard[_mark(first)]) < begun


def _mark(message: Message) -> str:
    channel = message.channel
    return answer_id(key_of(channel.team.id, channel.id, message.ts))


def _questions() -> list[str]:
    return [label.text for label in load_labels(QUESTIONS) if label.ring]


def storm(plan: Plan, data: Path, *, limited: bool = True) -> Found:
    """Carry a plan out, with the models and the index of a data folder."""
    with (
        SlackStandIn(manifest=load_manifest().as_data()) as slack,
        tempfile.TemporaryDirectory() as folder,
    ):
        if limited:
            slack.limiter.turn_on()
        return Storm(slack, plan, environment(slack, data, Path(folder)), Path(folder)).run()


def _shared(plan: Plan) -> Found:
    from bench.crash_shared import shared_storm
    from tests.postgres import Postgres

    with closing(Postgres()) as server:
        return shared_storm(replace(plan, kills=1), Settings().data, server)


def main() -> None:
    plan = Plan()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("posts", "channels", "kills", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(plan, name))
    for name in ("patience", "outage"):
        parser.add_argument(f"--{name}", type=float, default=getattr(plan, name), help="seconds")
    for name in ("postgres", "light"):
        parser.add_argument(f"--{name}", action="store_true")
    chosen = vars(parser.parse_args())
    shared, plan = chosen.pop("postgres"), Plan(**chosen)
    found = _shared(plan) if shared else storm(plan, Settings().data)
    print("\n".join(found.lines()))
    sys.exit(not found.good)


if __name__ == "__main__":
    main()
