"""The console script as people run it: each test starts real processes, so there are few."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.failures import Exit
from bot.service import Service
from tests.bot.conftest import SCRIPT, SECONDS, Run
from tests.bot.test_cli_ask import is_clear

QUESTION = "What happened when Discord moved from Go to Rust?"
HEAVY = ("torch", "transformers", "sentence_transformers", "onnx", "sklearn", "peft", "scipy")


@pytest.fixture
def data(service: Service) -> str:
    return str(service.settings.data)


def test_two_processes_give_the_same_bytes(process: Run, data: str, folder: Path) -> None:
    """Other hashes, other threads, another terminal: the same answer."""
    rows = [QUESTION, "Our parser in C takes untrusted input. Rust?", "hello", "Größe 🦀 zählt?"]
    file = folder / "questions.jsonl"
    file.write_text("\n".join(json.dumps({"id": n, "text": t}) for n, t in enumerate(rows)))
    one, other = (
        process("ask", "--json", "--input", file, "--data", data, env=env)
        for env in (
            {"PYTHONHASHSEED": "1", "COLUMNS": "40", "RUST_OR_NOT_THREADS": "1"},
            {"PYTHONHASHSEED": "2", "PYTHONIOENCODING": "ascii", "TZ": "Asia/Tokyo"},
        )
    )
    assert (one.code, other.code) == (0, 0)
    assert one.out == other.out


def test_answering_imports_nothing_that_only_building_needs(data: str, tmp_path: Path) -> None:
    program = f"""
import sys
from bot.cli.main import main
sys.argv = ["rust-or-not", "ask", {QUESTION!r}, "--data", {data!r}]
try:
    main()
finally:
    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        timeout=SECONDS,
    )
    assert done.stderr.strip() == "[]"
    assert "Discord moved its Read States service" in " ".join(done.stdout.split())


def test_the_runtime_of_the_models_leaves_no_identifier_and_so_reports_nothing(
    data: str, tmp_path: Path
) -> None:
    """By default onnxruntime makes one in the home folder, and sends reports with it."""
    kept = {
        name: value for name, value in os.environ.items() if name.startswith(("PATH", "PYTHON"))
    }
    own = {**kept, "HOME": str(tmp_path), "ORT_DISABLE_TELEMETRY": "0"}
    asked = [SCRIPT, "ask", QUESTION, "--data", data]
    subprocess.run(asked, env=own, cwd=tmp_path, capture_output=True, check=True, timeout=SECONDS)
    assert list(tmp_path.rglob("*")) == []


def test_a_reader_that_stops_reading_makes_no_noise(data: str) -> None:
    """`| head -1`, and a pipe that is closed before anything is written to it."""
    ask = shlex.join([str(SCRIPT), "ask", QUESTION, "--data", data])
    for line in (f"{ask} | head -1", f"{ask} --json | :"):
        done = subprocess.run(
            ["bash", "-c", line], capture_output=True, text=True, timeout=SECONDS, check=True
        )
        assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output_is_a_clear_failure(data: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [SCRIPT, "ask", "--json", "hello", "--data", data],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    assert done.returncode == Exit.DISK
    assert done.stderr.startswith("rust-or-not: [Errno 28]")
    assert "Traceback" not in done.stderr


def test_closed_streams_cause_no_traceback(data: str) -> None:
    ask = shlex.join([str(SCRIPT), "ask", "--data", data])
    done = subprocess.run(
        ["bash", "-c", f"{ask} hello >&-; {ask} <&-"],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == Exit.BAD_INPUT
    assert done.stderr == "rust-or-not: give a question; see `rust-or-not ask --help`\n"


def test_an_argument_that_is_no_utf_8_is_refused(data: str) -> None:
    done = subprocess.run(
        [os.fsencode(SCRIPT), b"ask", b"Rust \xff?", b"--data", os.fsencode(data)],
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == Exit.BAD_INPUT
    assert b"not UTF-8 text" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_data_folder_that_cannot_be_written_is_a_clear_failure(
    process: Run, service: Service, folder: Path
) -> None:
    """A file stands where the folder of snapshots should be: even a superuser cannot write."""
    (folder / "models").symlink_to(service.settings.data / "models")
    (folder / "snapshots").write_text("not a folder")
    done = process("index", "build", "--data", folder)
    assert done.code in (Exit.BAD_INPUT, Exit.DISK)
    assert "snapshots" in done.err
    assert "Traceback" not in done.err


def test_settings_come_from_a_file_beside_the_caller(
    process: Run, data: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"RUST_OR_NOT_DATA={tmp_path / 'none'}\n")
    is_clear(process("ask", "hello"), Exit.NOT_SET_UP, "no index yet")
    assert process("ask", "hello", env={"RUST_OR_NOT_DATA": data}).code == 0


def test_a_reader_who_stops_reading_is_no_failure(data: str) -> None:
    """1 is what a check that found faults ends with."""
    ask = shlex.join([sys.executable, "-m", "bot.cli.main", "ask", "--data", data])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{ask} 'what is PyO3?' | true"],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, "")
