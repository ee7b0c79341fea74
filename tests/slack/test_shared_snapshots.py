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
from index.store import BuildInProgress, SnapshotStore
from tests.bot.conftest import Run
from tests.bot.conftest import run as run
from tests.bot.owning import handbook
from tests.objects import ObjectStore
from tests.postgres import Postgres
from tests.slack.serving import environment, started
from tests.slack.stand_in import SlackStandIn

SECONDS = 30


def test_what_one_process_builds_all_answer_from(
    slack: SlackStandIn,
    service: Service,
    postgres: Postgres,
    objects: ObjectStore,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = {
        "DATABASE_URL": postgres.database(),
        "RUST_OR_NOT_SNAPSHOTS": f"{objects.bucket()}/snapshots",
        **objects.environment,
        "RUST_OR_NOT_TEAM_DOCS": str(tmp_path / "teams"),
    }
    handbook(tmp_path / "teams", slack.team.id, "otter")
    handbook(tmp_path / "teams", "T2", "walrus")
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
        ada = slack.add_user("ada")
        general = slack.add_channel("general", ada)
        question = "Our {} ledger in C takes untrusted input and crashes. Should we use Rust?"
        asked = [
            ada.mentions_bot(general, question.format(animal)) for animal in ("otter", "walrus")
        ]
        own, other = (slack.wait_for(lambda m=m: slack.replies(m), SECONDS)[0] for m in asked)  # type: ignore[misc]
        assert "Our otter ledger must never stop" in str(own.data)
        assert "Our walrus ledger must never stop" not in str(other.data)
    assert f"* {second}" in run("index", "status", "--data", others[0]).out
    assert "snapshot store: in reach" in run("doctor", "--data", others[0]).out
    assert run("index", "rollback", "--data", others[1]).code == 0
    assert store.chosen_id() == first


def test_one_process_at_a_time_builds_an_index_and_those_of_others_go_on(
    postgres: Postgres, tmp_path: Path
) -> None:
    database = postgres.database()

    def store(machine: str, team: str | None = None) -> SnapshotStore:
        return open_store(
            Settings.model_validate(
                {
                    "DATABASE_URL": database,
                    "RUST_OR_NOT_SNAPSHOTS": f"file://{tmp_path / 'bucket'}",
                    "RUST_OR_NOT_DATA": tmp_path / machine,
                }
            ),
            team,
        )

    with store("a", "T1").building(), store("b", "T2").building(), store("c").building():
        with pytest.raises(BuildInProgress), store("d", "T1").building():
            pass
        with pytest.raises(BuildInProgress):
            store("d", "T1").remove()
    with store("d", "T1").building():
        pass


def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
