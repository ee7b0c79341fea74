"""The command line and `doctor` for workspaces that have documents of their own."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

import pytest

from bot.cli.doctor_teams import teams
from bot.cli.failures import Exit
from bot.service import Service
from index.store import SnapshotStore
from tests.bot.conftest import Run
from tests.bot.owning import all_text, handbook, small


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "teams"
    handbook(root, "T1", "otter")
    handbook(root, "T2", "walrus")
    monkeypatch.setenv("RUST_OR_NOT_TEAM_DOCS", str(root))
    return root


@pytest.fixture
def data(service: Service, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a shared index; commands in it need not load the models anew."""
    own = small(service, tmp_path, monkeypatch, team_docs=root)
    monkeypatch.setattr("bot.service.Service", lambda settings: own)
    return own.settings.data


def current(data: Path, team: str) -> str | None:
    return SnapshotStore(data / "snapshots" / "teams" / team).current_id()


def findings(service: Service) -> dict[str, tuple[str, str | None]]:
    return {f.subject: (f.state, f.remedy) for f in teams(service.settings)}


def test_one_index_is_built_shown_rolled_back_and_removed(run: Run, data: Path, root: Path) -> None:
    shared = SnapshotStore(data / "snapshots").current_id()
    assert "T1 has no index" in run("index", "status", "--team", "T1", "--data", data).out
    done = run("index", "build", "--team", "T1", "--data", data)
    assert (done.code, done.err) == (0, "")
    assert "added: 1 (T1/otter.md)" in done.out
    first = current(data, "T1")
    assert f"Now serving {first}." in done.out
    handbook(root, "T1", "marten")
    assert run("index", "build", "--team", "T1", "--data", data).code == 0
    assert f"* {current(data, 'T1')}" in run("index", "status", "--team", "T1", "--data", data).out
    assert first in run("index", "rollback", "--team", "T1", "--data", data).out
    assert current(data, "T1") == first
    listed = run("index", "status", "--data", data).out
    assert f"* {shared}" in listed
    assert str(first) not in listed
    assert listed.splitlines()[-1].endswith("(--team shows it): T1")
    assert run("index", "remove", "--team", "T1", "--data", data).code == 0
    assert current(data, "T1") is None
    assert (root / "T1" / "otter.md").is_file()
    assert current(data, "T2") is None
    assert SnapshotStore(data / "snapshots").current_id() == shared


def test_a_build_of_all_brings_each_along_and_removes_whose_folder_is_gone(
    run: Run, data: Path, root: Path, tmp_path: Path
) -> None:
    (root / "T1" / "broken.pdf").write_bytes(b"no pdf")
    done = run("index", "build", "--data", data)
    assert done.code == 0
    assert f"T1: now serving {current(data, 'T1')}, 1 passages embedded anew" in done.out
    assert "skipped T1/broken.pdf" in done.err
    shutil.rmtree(root / "T2")
    done = run("index", "build", "--data", data)
    assert "T1: nothing changed" in done.out
    assert "T2: its folder is gone" in done.out
    assert b"walrus" not in all_text(data / "snapshots")


def test_one_that_cannot_be_built_is_named_and_the_rest_is_built(run: Run, data: Path) -> None:
    busy = SnapshotStore(data / "snapshots" / "teams" / "T1")
    with busy.building():
        done = run("index", "build", "--data", data)
    assert done.code == Exit.BUILD_FAILED
    assert "T1: another build is running" in done.err
    assert "not built: the own index of T1" in done.err
    assert current(data, "T2")


def test_what_is_no_workspace_is_refused(run: Run, data: Path) -> None:
    before = sorted(data.parent.rglob("*"))
    commands = ("build", "status", "rollback", "remove")
    for command, team in product(commands, ("../T1", "t1", "T1/..", "/etc")):
        done = run("index", command, "--team", team, "--data", data)
        assert done.code == Exit.BAD_INPUT
        assert "is no id of a workspace" in done.err
        assert sorted(data.parent.rglob("*")) == before


def test_what_cannot_be_built_for_one_workspace_says_what_to_do(
    run: Run, data: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("index", "build", "--team", "T9", "--data", data)
    assert done.code == Exit.BAD_INPUT
    assert "T9 is not a folder" in done.err
    done = run("index", "build", "--team", "T1", "--docs", tmp_path, "--data", data)
    assert done.code == Exit.BAD_INPUT
    assert "--docs are for all workspaces" in done.err
    done = run("index", "build", "--docs", root, "--data", data)
    assert done.code == Exit.BAD_INPUT
    assert "RUST_OR_NOT_TEAM_DOCS" in done.err
    monkeypatch.delenv("RUST_OR_NOT_TEAM_DOCS")
    done = run("index", "build", "--team", "T1", "--data", data)
    assert done.code == Exit.BAD_INPUT
    assert "set RUST_OR_NOT_TEAM_DOCS" in done.err


def test_doctor_tells_of_each_workspaces_index(
    service: Service, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = small(service, tmp_path, monkeypatch, team_docs=root)
    (root / "shared").mkdir()
    own.build_own("T1", [])
    found = findings(own)
    assert found["documents of workspaces"][0] == "shared is no id of a workspace"
    assert "whole" in found["index of T1"][0]
    assert found["index of T1"][1] is None
    state, remedy = found["index of T2"]
    assert "not built yet, so the shared one answers" in state
    assert remedy == "run `rust-or-not index build --team T2`"
    own.build_index([handbook(tmp_path / "docs", "all", "heron").parent])
    assert "lacks what the shared index has" in findings(own)["index of T1"][0]
    vectors = next((own.settings.snapshots / "teams" / "T1").glob("*/vectors.npy"))
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"!")
    assert "damaged" in findings(own)["index of T1"][0]
    shutil.rmtree(root / "T1")
    assert findings(own)["index of T1"][1]


def test_doctor_tells_of_folders_that_are_not_apart_or_not_there(
    service: Service, root: Path, tmp_path: Path
) -> None:
    apart = service.settings.model_copy(update={"team_docs": root, "docs": (tmp_path,)})
    (finding,) = teams(apart)
    assert "overlaps" in finding.state
    assert finding.remedy == "move one of them (RUST_OR_NOT_TEAM_DOCS)"
    (finding,) = teams(apart.model_copy(update={"team_docs": tmp_path / "gone"}))
    assert "is not a folder" in finding.state
    assert list(teams(service.settings)) == []
