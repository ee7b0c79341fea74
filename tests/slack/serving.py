"""`rust-or-not serve` as a process of its own, for tests and benches."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bot.conftest import SCRIPT
from tests.slack.stand_in import SlackStandIn

SECONDS = 60
"""After which something is taken never to happen."""


class Process:
    """A running `serve`. Its log is read as it comes, so that its pipe never fills."""

    def __init__(self, arguments: Sequence[str], env: dict[str, str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [str(SCRIPT), *arguments], env=env, cwd=folder, stderr=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        self._came = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._came:
                self.lines.append(line)
                self._came.notify_all()

    def log(self, event: str) -> dict[str, Any]:
        """The first line of the log with this event, once it is there."""

        def found() -> dict[str, Any] | None:
            entries = (json.loads(line) for line in self.lines if line.startswith("{"))
            return next((entry for entry in entries if entry["event"] == event), None)

        with self._came:
            entry = self._came.wait_for(found, SECONDS)
        assert entry is not None, "".join(self.lines)
        return entry

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.log('listening')['port']}"

    def get(self, path: str) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=SECONDS) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def figures(self) -> list[str]:
        """What Prometheus would read, line by line."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=SECONDS) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain")
            return list(answer.read().decode().splitlines())

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        return code

    @property
    def said(self) -> str:
        return "".join(self.lines)


@contextmanager
def started(arguments: Sequence[str], env: dict[str, str], folder: Path) -> Iterator[Process]:
    running = Process(arguments, env, folder)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.wait()
        assert running.process.stderr is not None
        running.process.stderr.close()


def environment(slack: SlackStandIn, data: Path, folder: Path) -> dict[str, str]:
    """What `serve` finds in its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")}
    own = {
        "RUST_OR_NOT_DATA": str(data),
        "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
    }
    return {**kept, **slack.env(), **own}
