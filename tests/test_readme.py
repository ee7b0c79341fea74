"""The README shows what the program really prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bot.service import Service
from bot.settings import Settings

README = Path(__file__).resolve().parent.parent / "README.md"
SETTINGS = README.parent / "docs" / "settings.md"
EXAMPLE = re.compile(r"```console\n\$ (rust-or-not .*?)\n(.*?)```", re.DOTALL)


def _stable(text: str) -> list[str]:
    """Lines without trailing space, and without the one that names snapshot and receipt."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return [line for line in lines if not line.startswith("snapshot ")]


@pytest.mark.parametrize(("command", "shown"), EXAMPLE.findall(README.read_text("utf-8")))
def test_an_example_of_the_readme_prints_what_is_shown(
    command: str, shown: str, service: Service
) -> None:
    program, *arguments = shlex.split(command)
    environment = {**os.environ, "COLUMNS": "80", "RUST_OR_NOT_DATA": str(service.settings.data)}
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert _stable(done.stdout) == _stable(shown)


def test_the_readme_opens_with_the_two_commands() -> None:
    first_block = README.read_text("utf-8").split("```")[1]
    assert "make run" in first_block
    assert "make test" in first_block


def test_the_readme_shows_an_example() -> None:
    assert EXAMPLE.search(README.read_text("utf-8"))


def test_every_setting_is_listed_with_its_default_and_what_it_is() -> None:
    rows = {
        row.split("`")[1]: row
        for row in SETTINGS.read_text("utf-8").splitlines()
        if row[:3] == "| `"
    }
    assert list(rows) == [field.alias for field in Settings.model_fields.values()]
    for field in Settings.model_fields.values():
        row = rows[str(field.alias)]
        assert f"| {field.description} |" in row
        if not field.is_required() and field.default_factory is None and field.default:
            assert row.endswith(f"| `{field.default}` |")
