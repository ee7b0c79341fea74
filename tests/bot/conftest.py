"""What the tests of the bot share: an advisor, and the command line within this process."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest

from bot.advisor.advisor import Advisor
from bot.advisor.desk import Desk
from bot.cli.main import main
from bot.service import Service
from bot.settings import Settings
from tests.bot.saying import Literal

SCRIPT = Path(sys.executable).with_name("rust-or-not")
SECONDS = 60
"""After which a process is taken to hang."""


hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(scope="session")
def advisor(service: Service) -> Advisor:
    return service.advisor


@pytest.fixture(scope="session")
def desk(advisor: Advisor) -> Desk:
    return advisor.desk


@pytest.fixture(scope="session")
def literal(service: Service) -> Advisor:
    """An advisor that reads a few fixed phrases, whatever the trained reader makes of them."""
    return Advisor(service.advisor.desk, Literal(), service.encoder)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in this process: `main()` as the console script calls it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str | Path, stdin: bytes = b"", encoding: str = "utf-8") -> Done:
        out, err = io.BytesIO(), io.BytesIO()
        monkeypatch.setattr(sys, "argv", ["rust-or-not", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with (
            contextlib.redirect_stdout(io.TextIOWrapper(out, encoding=encoding)) as written,
            contextlib.redirect_stderr(io.TextIOWrapper(err, "utf-8", "backslashreplace")) as said,
        ):
            code = _exit_code(main)
            written.flush()
            said.flush()
            return Done(code, out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8"))

    return run


def _exit_code(call: Callable[[], None]) -> int:
    try:
        call()
    except SystemExit as left:
        return int(left.code or 0)
    return 0


@pytest.fixture
def ready(service: Service, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Commands find the service that all tests share, so that its models load only once."""
    monkeypatch.setattr("bot.service.Service", lambda settings: service)
    return service.settings


@pytest.fixture
def process(tmp_path: Path) -> Run:
    """The console script as a process of its own, in an empty folder."""

    def process(
        *arguments: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Done:
        done = subprocess.run(
            [SCRIPT, *arguments],
            check=False,
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            timeout=SECONDS,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return process


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder beside the one that commands run in."""
    made = tmp_path / "folder"
    made.mkdir()
    yield made
