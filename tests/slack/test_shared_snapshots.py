"""Processes with folders of their own, one store of snapshots and one database: all switch."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.cli.failures import Exit
from bot.service import Service
from bot.settings import Settings
from bot.snapshots import open_store
from index.store import SnapshotStore
from tests.bot.conftest import Run
from tests.bot.conftest import run as run
from tests.postgres import Postgres
from tests.slack.serving import environment, started
from tests.slack.stand_in import SlackStandIn

SECONDS = 30


def test_what_one_process_builds_all_answer_from(
    slack: SlackStandIn,
    service: Service,
    postgres: Postgres,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = {
        "DATABASE_URL": postgres.database(),
        "RUST_OR_NOT_SNAPSHOTS": f"file://{tmp_path / 'bucket'}",
    }
    for name, value in shared.items():
        monkeypatch.setenv(name, value)
    builder, *others = (tmp_path / name for name in ("builder", "ada", "bob"))
    for folder in (builder, *others):
        folder.mkdir()
        (folder / "models").symlink_to(service.settings.data / "models")
    shutil.copytree(service.settings.snapshots, builder / "snapshots")
    assert run("index", "build", "--data", builder).code == 0  # what is there fills the store

    store = open_store(Settings.model_validate({"RUST_OR_NOT_DATA": builder}))
    first, docs = store.chosen_id(), tmp_path / "docs"
    docs.mkdir()
    (docs / "parsers.md").write_text("# Parsers\n\nOurs is written in Zig and never stops.\n")
    with ExitStack() as stack:
        serving = [
            stack.enter_context(
                started(["serve"], {**environment(slack, folder, folder), **shared}, folder)
            )
            for folder in others
        ]
        for one in serving:
            one.log("ready")
        with store.building():
            refused = run("index", "build", "--docs", docs, "--data", others[0])
        assert refused.code == Exit.BUILD_FAILED
        assert "another process is building" in refused.err
        assert run("index", "build", "--docs", docs, "--data", builder).code == 0
        second = store.chosen_id()
        assert second != first
        for one, folder in zip(serving, others, strict=True):
            copy = SnapshotStore(folder / "snapshots")
            until(lambda copy=copy: copy.current_id() == second)  # type: ignore[misc]
            assert one.log("the snapshot is another one now")["snapshot"] in (first, second)
    assert f"* {second}" in run("index", "status", "--data", others[0]).out
    assert "snapshot store: in reach" in run("doctor", "--data", others[0]).out
    assert run("index", "rollback", "--data", others[1]).code == 0
    assert store.chosen_id() == first


def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
