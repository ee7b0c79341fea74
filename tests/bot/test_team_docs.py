"""Folders of workspaces' own documents: whose each is, and that none lies in another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings
from bot.snapshots import open_store
from bot.team_docs import NotApart, NoTeam, TeamDocs, is_team

TRAVERSALS = [
    "", ".", "..", "../T1", "T1/../T2", "T1/", "/etc", "T1\n", "T1\x00", "t1", "T", "TÄ1", "T1 ",
    "..\\T1", "T" + "1" * 40, "teams", "C012345", "T1．２", "T١",
]  # fmt: skip


@pytest.mark.parametrize("name", TRAVERSALS)
def test_what_is_no_id_names_no_folder_and_no_store(name: str, tmp_path: Path) -> None:
    settings = Settings.model_validate({"RUST_OR_NOT_DATA": tmp_path})
    assert not is_team(name)
    with pytest.raises(NoTeam):
        TeamDocs(tmp_path).folder(name)
    with pytest.raises(NoTeam):
        open_store(settings, name).remove()


@given(st.text(max_size=40) | st.from_regex(r"T[A-Z0-9./\\]{1,12}", fullmatch=True))
def test_whatever_is_asked_for_the_folder_lies_directly_in_its_root(name: str) -> None:
    root, settings = Path("/docs"), Settings.model_validate({"RUST_OR_NOT_DATA": "/data"})
    if is_team(name):
        assert TeamDocs(root).folder(name).resolve().parent == root
        assert open_store(settings, name).folder.resolve().parent == Path("/data/snapshots/teams")


def test_other_names_are_strays_and_hidden_or_plain_files_are_nothing(tmp_path: Path) -> None:
    for name in ("T1", "E2", "shared", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "T3").write_text("no folder")
    docs = TeamDocs(tmp_path)
    assert (docs.teams(), docs.strays()) == (["E2", "T1"], ["shared"])


def test_a_root_that_is_missing_is_named_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="RUST_OR_NOT_TEAM_DOCS"):
        TeamDocs(tmp_path / "gone").teams()


@pytest.mark.parametrize("shared", ["", "teams", "teams/T1", "teams/T1/deep", "link"])
def test_a_folder_for_all_in_or_around_one_of_a_workspace_is_refused(
    shared: str, tmp_path: Path
) -> None:
    (tmp_path / "teams" / "T1" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "teams" / "T1")
    docs = TeamDocs(tmp_path / "teams")
    with pytest.raises(NotApart, match="all workspaces"):
        docs.check_apart([tmp_path / shared])
    (tmp_path / "handbook").mkdir()
    docs.check_apart([tmp_path / "handbook"])


def test_two_workspaces_whose_folders_lead_to_the_same_place_are_refused(tmp_path: Path) -> None:
    (tmp_path / "T1" / "deep").mkdir(parents=True)
    (tmp_path / "T12").mkdir()
    TeamDocs(tmp_path).check_apart([])
    (tmp_path / "T2").symlink_to(tmp_path / "T1" / "deep")
    with pytest.raises(NotApart, match="T1 and T2"):
        TeamDocs(tmp_path).check_apart([])
