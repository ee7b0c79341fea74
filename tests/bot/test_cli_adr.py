"""`rust-or-not ask --adr`: the verdict in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from tests.bot.conftest import Run

QUESTION = (
    "Our Go cache has GC pauses, p99 must stay under 5 ms, and the team knows Rust. Rust here?"
)


def test_it_prints_the_answer_and_writes_the_record(
    run: Run, ready: Settings, tmp_path: Path
) -> None:
    done = run("ask", "--adr", "decision.md", QUESTION)
    assert done.code == 0
    assert "Confidence" in done.out
    assert "Wrote decision.md" in done.err
    text = (tmp_path / "decision.md").read_text(encoding="utf-8")
    assert text.startswith("---\nstatus: proposed\n")
    assert "GC pauses" in text


def test_in_a_folder_it_takes_the_next_number(run: Run, ready: Settings, folder: Path) -> None:
    (folder / "0007-use-postgres.md").write_text("x")
    (folder / "readme.md").write_text("x")
    assert run("ask", "--adr", folder, QUESTION).code == 0
    assert run("ask", "--adr", folder, QUESTION).code == 0
    names = sorted(file.name[:5] for file in folder.iterdir())
    assert names == ["0007-", "0008-", "0009-", "readm"]


def test_the_first_record_of_a_folder_is_number_one(
    run: Run, ready: Settings, folder: Path
) -> None:
    run("ask", "--adr", folder, QUESTION)
    (made,) = folder.iterdir()
    assert made.name.startswith("0001-")


def test_with_json_the_output_stays_json(run: Run, ready: Settings, tmp_path: Path) -> None:
    done = run("ask", "--json", "--adr", "d.md", QUESTION)
    assert done.out.startswith("{")
    assert done.out.count("\n") == 1
    assert (tmp_path / "d.md").is_file()


def test_a_file_that_is_there_is_not_overwritten(run: Run, ready: Settings, tmp_path: Path) -> None:
    (tmp_path / "d.md").write_text("mine")
    done = run("ask", "--adr", "d.md", QUESTION)
    assert done.code == 2
    assert "is there already" in done.err
    assert (tmp_path / "d.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--adr", "no/such/d.md", QUESTION), "no folder"),
        (("--adr", "d.md", "What happened when Discord moved to Rust?"), "Only a verdict"),
        (("--adr", "d.md", "--input", "q.jsonl"), "one question"),
    ],
)
def test_what_cannot_be_written_is_said(
    run: Run, ready: Settings, tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    done = run("ask", *arguments)
    assert done.code == 2
    assert reason in done.err
    assert list(tmp_path.glob("**/*.md")) == []
