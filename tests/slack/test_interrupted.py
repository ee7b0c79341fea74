"""A note of a rebuild that was cut off: told once, and of no rebuild that goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.slack import interrupted
from bot.slack.interrupted import UnderWay, note, tell

PROGRESS = UnderWay(team="T1", channel="D1", ts="1.000001")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages that were changed, by `ts`."""
    found: list[str] = []
    monkeypatch.setattr(interrupted, "change", lambda client, channel, ts, said: found.append(ts))
    return found


def left_behind(data: Path) -> None:
    """As a process does that is killed."""
    (data / "rebuild-under-way.json").write_text(PROGRESS.model_dump_json())


def test_of_a_rebuild_that_goes_on_in_another_process_nothing_is_said(
    tmp_path: Path, told: list[str]
) -> None:
    done = note(tmp_path, PROGRESS)
    tell(tmp_path, lambda team: WebClient())
    assert told == []
    done()
    tell(tmp_path, lambda team: WebClient())
    assert told == []
    left_behind(tmp_path)
    for _ in range(2):
        tell(tmp_path, lambda team: WebClient())
    assert told == [PROGRESS.ts]


def test_a_second_rebuild_beside_one_that_goes_on_leaves_its_note_alone(tmp_path: Path) -> None:
    done = note(tmp_path, PROGRESS)
    note(tmp_path, PROGRESS.model_copy(update={"ts": "2.000002"}))()
    assert PROGRESS.ts in (tmp_path / "rebuild-under-way.json").read_text()
    done()
    assert not (tmp_path / "rebuild-under-way.json").exists()


@pytest.mark.parametrize("refuses", ["unlink", "exists"])
def test_a_data_folder_that_is_read_only_ends_no_start(
    refuses: str, tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left_behind(tmp_path)

    def refused(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, refuses, refused)
    tell(tmp_path, lambda team: WebClient())


def test_without_a_lock_nothing_is_said_and_no_start_ends(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left_behind(tmp_path)
    (tmp_path / "rebuild-under-way.lock").mkdir()
    tell(tmp_path, lambda team: WebClient())
    assert told == []
