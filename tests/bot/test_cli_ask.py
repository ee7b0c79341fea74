"""`rust-or-not ask`: one question, a file of them, and everything that can be wrong with them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.cli.failures import Exit
from bot.service import Service
from bot.settings import Settings
from tests.bot.conftest import Done, Run

QUESTION = "Our Go cache has GC pauses of 40 ms at p99. Should we rewrite it in Rust?"
KEYS = {
    "id",
    "question",
    "intent",
    "ring",
    "score",
    "confidence",
    "headline",
    "statements",
    "checklist",
    "missing",
    "flips",
    "cases",
    "citations",
    "text",
    "snapshot",
    "receipt",
}


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "questions.jsonl"
    file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return file


def answers(done: Done) -> list[dict[str, Any]]:
    """One object a line, and nothing else on standard output."""
    return [json.loads(line) for line in done.out.splitlines()]


def is_clear(done: Done, code: Exit, *words: str) -> None:
    """One message for a person, with the exit code of its kind, and no traceback."""
    assert done.code == code
    assert "Traceback" not in done.err
    assert "rust-or-not: " in done.err
    for word in words:
        assert word in done.err


def test_an_answer_for_people_opens_with_the_verdict(ready: Settings, run: Run) -> None:
    done = run("ask", QUESTION)
    assert done.code == 0
    assert done.err == ""
    assert done.out.split(":")[0] in ("Adopt", "Trial", "Assess", "Hold")


def test_json_is_one_line_with_all_that_was_promised(ready: Settings, run: Run) -> None:
    done = run("ask", "--json", QUESTION)
    (answer,) = answers(done)
    assert set(answer) >= KEYS
    assert (answer["id"], answer["question"]) == (None, QUESTION)
    assert len(answer["checklist"]) == 14


def test_words_without_quotation_marks_are_one_question(ready: Settings, run: Run) -> None:
    (answer,) = answers(run("ask", "--json", "should", "we", "use", "Rust?"))
    assert answer["question"] == "should we use Rust?"


def test_the_question_may_come_from_standard_input(ready: Settings, run: Run) -> None:
    (answer,) = answers(run("ask", "--json", stdin="Größe zählt: Rust?\r\n".encode()))
    assert answer["question"] == "Größe zählt: Rust?\r\n"


def test_a_byte_order_mark_is_no_part_of_the_question(ready: Settings, run: Run) -> None:
    (answer,) = answers(run("ask", "--json", stdin=b"\xef\xbb\xbfRust?"))
    assert answer["question"] == "Rust?"


def test_a_file_gives_its_answers_in_order_with_their_ids(
    ready: Settings, run: Run, folder: Path
) -> None:
    rows = [{"id": f"q{n}", "text": f"Rust for {n} users?"} for n in range(5)]
    file = written(folder, "\n".join(map(json.dumps, rows)))
    done = run("ask", "--json", "--input", file)
    assert done.code == 0
    assert [(a["id"], a["question"]) for a in answers(done)] == [(r["id"], r["text"]) for r in rows]


def test_facts_in_a_file_override_the_text(ready: Settings, run: Run, folder: Path) -> None:
    rows = [{"id": 1, "text": QUESTION, "facts": {"latency_critical": state}} for state in "yn"]
    for row, state in zip(rows, ("yes", "no"), strict=True):
        row["facts"] = {"latency_critical": state}
    done = run("ask", "--json", "--input", written(folder, "\n".join(map(json.dumps, rows))))
    assert [a["checklist"][1]["state"] for a in answers(done)] == ["yes", "no"]


def test_blank_lines_line_ends_of_windows_and_a_byte_order_mark_do_no_harm(
    ready: Settings, run: Run, folder: Path
) -> None:
    content = (
        b'\xef\xbb\xbf{"id": "a", "text": "Rust?"}\r\n\r\n  \t\r\n{"id": "b", "text": "Go?"}\r\n'
    )
    done = run("ask", "--json", "--input", written(folder, content))
    assert done.code == 0
    assert [answer["id"] for answer in answers(done)] == ["a", "b"]


def test_a_line_without_an_id_is_called_by_its_number(
    ready: Settings, run: Run, folder: Path
) -> None:
    done = run("ask", "--json", "--input", written(folder, '\n{"text": "Rust?"}'))
    assert answers(done)[0]["id"] == 2


def test_an_empty_file_gives_nothing(ready: Settings, run: Run, folder: Path) -> None:
    done = run("ask", "--json", "--input", written(folder, ""))
    assert (done.code, done.out) == (0, "")


BAD_LINES = {
    "broken JSON": (b'{"text": "Rust?"', "not valid JSON"),
    "a list": (b'["Rust?"]', "not a JSON object"),
    "a string": (b'"Rust?"', "not a JSON object"),
    "null": (b"null", "not a JSON object"),
    "no text": (b'{"id": 7}', 'has no "text"'),
    "a number as text": (b'{"id": 7, "text": 8}', "must be text, not int"),
    "null as text": (b'{"id": 7, "text": null}', "must be text, not NoneType"),
    "an empty text": (b'{"id": 7, "text": " "}', "the question is empty"),
    "control characters only": (b'{"text": "\\u0000\\u001b"}', "the question is empty"),
    "facts as a list": (b'{"text": "Rust?", "facts": ["cpu_bound"]}', "facts must be an object"),
    "an unknown criterion": (b'{"text": "Rust?", "facts": {"speed": "yes"}}', "'speed'"),
    "a hostile criterion": (b'{"text": "Rust?", "facts": {"\\ud800\\n": "yes"}}', "unknown"),
    "a fact that is neither": (b'{"text": "Rust?", "facts": {"cpu_bound": true}}', "not True"),
    "a lone surrogate": (b'{"text": "Rust \\ud800?"}', "not UTF-8 text"),
    "a lone surrogate as id": (b'{"id": "\\udfff", "text": 1}', "must be text"),
    "bytes that are no UTF-8": (b'{"text": "Rust \xff?"}', "not UTF-8 text"),
    "UTF-16": ('{"text": "Rust?"}'.encode("utf-16"), "not UTF-8 text"),
    "raw control characters": (b'{"text": "Rust\x00\x1b?"}', "not valid JSON"),
    "not a number": (b'{"id": NaN, "text": "Rust?"}', "NaN is no JSON value"),
    "a number too long": (b'{"id": ' + b"9" * 5000 + b', "text": "Rust?"}', "not valid JSON"),
    "nested too deeply": (b"[" * 100_000, "not valid JSON"),
    "a text too long": (b'{"text": "' + b"x" * 100_000 + b'"}', "at most 40,000"),
}


@pytest.mark.parametrize(("line", "fault"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_is_named_and_stops_nothing(
    ready: Settings, run: Run, folder: Path, line: bytes, fault: str
) -> None:
    file = written(folder, b'{"id": 1, "text": "hello"}\n' + line + b'\n{"id": 3, "text": "hi"}')
    done = run("ask", "--json", "--input", file)
    is_clear(done, Exit.BAD_INPUT, f"{file}:2: ", fault)
    first, second, third = answers(done)
    assert (first["id"], third["id"]) == (1, 3)
    assert fault in second["error"]


def test_several_bad_lines_are_counted(ready: Settings, run: Run, folder: Path) -> None:
    done = run("ask", "--json", "--input", written(folder, "{\n{\n"))
    is_clear(done, Exit.BAD_INPUT, "2 of the lines")


@pytest.mark.parametrize(
    "text", ["a\u2028b rust", "a\x85b rust", "a\x0b\x0c\x1cb rust", "\x9b2J x"]
)
def test_no_character_of_a_question_breaks_a_line_of_json(
    ready: Settings, run: Run, folder: Path, text: str
) -> None:
    file = written(folder, json.dumps({"id": text, "text": text}))
    (answer,) = answers(run("ask", "--json", "--input", file))
    assert (answer["id"], answer["question"]) == (text, text)


def test_zero_bytes_within_a_question_are_answered(ready: Settings, run: Run) -> None:
    done = run("ask", "--json", stdin=b"Rust\x00 for a CRUD app?")
    assert done.code == 0
    assert answers(done)[0]["question"] == "Rust\x00 for a CRUD app?"


def test_json_is_utf_8_whatever_the_terminal_speaks(ready: Settings, run: Run) -> None:
    done = run("ask", "--json", "Größe “zählt”?", encoding="ascii")
    assert answers(done)[0]["question"] == "Größe “zählt”?"


def test_a_terminal_that_lacks_a_character_gets_the_rest(ready: Settings, run: Run) -> None:
    done = run("ask", "What happened at Discord?", encoding="ascii")
    assert done.code == 0
    assert "Discord moved its Read States service" in " ".join(done.out.split())


BAD_INPUTS: dict[str, tuple[tuple[str, ...], bytes, str]] = {
    "nothing": ((), b"", "the question is empty"),
    "blanks": ((" \t",), b"", "the question is empty"),
    "bytes that are no UTF-8": ((), b"fine\nRust \xff\xfe?", "not UTF-8 text (line 2)"),
    "a cut character": ((), "Rust für".encode()[:-2], "not UTF-8 text (line 1)"),
    "a surrogate": (("Rust \udcff?",), b"", "not UTF-8 text"),
    "100 000 characters": (("x" * 100_000,), b"", "100,000 characters, at most 40,000"),
    "a megabyte and a cut character": ((), b"x" + "ä".encode() * 600_000, "at most 40,000"),
    "a question and a file": (("Rust?", "--input", "x.jsonl"), b"", "not both"),
    "a file that is not there": (("--input", "none.jsonl"), b"", "none.jsonl cannot be read"),
}


@pytest.mark.parametrize(("arguments", "stdin", "fault"), BAD_INPUTS.values(), ids=BAD_INPUTS)
@pytest.mark.parametrize("option", [(), ("--json",)])
def test_bad_input_is_refused_with_a_reason(
    ready: Settings,
    run: Run,
    arguments: tuple[str, ...],
    stdin: bytes,
    fault: str,
    option: tuple[str, ...],
) -> None:
    done = run("ask", *option, *arguments, stdin=stdin)
    is_clear(done, Exit.BAD_INPUT, fault)
    assert done.out == ""


def test_a_folder_as_input_is_refused(ready: Settings, run: Run, folder: Path) -> None:
    done = run("ask", "--input", folder)
    assert done.code == Exit.BAD_INPUT
    assert "is a directory" in " ".join(done.err.replace("│", " ").split())


def test_without_an_index_the_next_step_is_said(settings: Settings, run: Run, folder: Path) -> None:
    (folder / "models").symlink_to(settings.data / "models")
    done = run("ask", "Rust?", "--data", folder)
    is_clear(done, Exit.NOT_SET_UP, "no index yet", "rust-or-not index build")
    assert sorted(folder.iterdir()) == [folder / "models"]


def test_a_data_folder_that_is_not_there_is_not_made(run: Run, folder: Path) -> None:
    done = run("ask", "Rust?", "--data", folder / "none")
    is_clear(done, Exit.NOT_SET_UP, "no index yet")
    assert not (folder / "none").exists()


def test_a_data_folder_under_a_file_is_refused(run: Run, folder: Path) -> None:
    (folder / "file").write_text("x")
    is_clear(run("ask", "Rust?", "--data", folder / "file"), Exit.BAD_INPUT, "file")


@pytest.fixture
def copied(ready_data: Path, folder: Path) -> Path:
    """A data folder with the shared index and no models."""
    (folder / "snapshots").symlink_to(ready_data / "snapshots")
    return folder


@pytest.fixture
def ready_data(service: object, settings: Settings) -> Path:
    return settings.data


def test_without_models_the_next_step_is_said(run: Run, copied: Path) -> None:
    done = run("ask", "Rust?", "--data", copied)
    is_clear(done, Exit.NOT_SET_UP, "no exported model", "rust-or-not setup")


@pytest.mark.parametrize("lacking", ["reader.json", "reader.onnx", "tokenizer.json"])
def test_a_reader_that_is_not_whole_is_named(
    settings: Settings, run: Run, copied: Path, lacking: str
) -> None:
    (copied / "models" / "reader").mkdir(parents=True)
    (copied / "models" / settings.encoder_folder.name).symlink_to(settings.encoder_folder)
    for file in settings.reader_folder.iterdir():
        if file.name != lacking:
            (copied / "models" / "reader" / file.name).symlink_to(file)
    done = run("ask", "Rust?", "--data", copied)
    is_clear(done, Exit.NOT_SET_UP, lacking, "rust-or-not setup")


def test_a_damaged_model_is_explained(settings: Settings, run: Run, copied: Path) -> None:
    (copied / "models" / "reader").mkdir(parents=True)
    (copied / "models" / settings.encoder_folder.name).symlink_to(settings.encoder_folder)
    for file in settings.reader_folder.iterdir():
        if file.name != "reader.onnx":
            (copied / "models" / "reader" / file.name).symlink_to(file)
    (copied / "models" / "reader" / "reader.onnx").write_bytes(b"no model" * 100)
    done = run("ask", "Rust?", "--data", copied)
    is_clear(done, Exit.NOT_SET_UP, "model is damaged", "rust-or-not setup")


def test_own_documents_are_asked_too(
    settings: Settings, service: object, run: Run, folder: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(settings.data / "models")
    (data / "snapshots").mkdir()
    for entry in (settings.data / "snapshots").iterdir():
        if entry.is_dir() or entry.name == "CURRENT":
            (data / "snapshots" / entry.name).symlink_to(entry)
    rule = "At Quux every Rust service needs two maintainers who answer for it at night."
    (folder / "rules.md").write_text(f"# How Quux runs Rust\n\n{rule}\n")
    done = run("ask", "--json", "--docs", folder, "--data", data, "How does Quux run Rust?")
    assert done.code == 0
    found = [c for c in answers(done)[0]["citations"] if c["path"] == "rules.md"]
    assert [c["quote"] for c in found] == [rule]


@pytest.mark.parametrize("name", ["a-file.md", "nothing"])
def test_own_documents_must_be_a_folder(ready: Settings, run: Run, folder: Path, name: str) -> None:
    (folder / "a-file.md").write_text("# A file\n\nNot a folder.\n")
    done = run("ask", "Rust?", "--docs", folder / name)
    is_clear(done, Exit.BAD_INPUT, f"{folder / name} is not a folder")


def test_a_file_that_may_not_be_read_is_named(ready: Settings, run: Run, folder: Path) -> None:
    file = written(folder, "{}")
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("this user may read everything")
    is_clear(run("ask", "--input", file), Exit.BAD_INPUT, "cannot be read")


def test_folders_of_the_command_line_come_on_top_of_the_configured_ones(
    service: Service, run: Run, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "own"
    shutil.copytree(service.store.folder, data / "snapshots")
    (data / "models").symlink_to(service.settings.data / "models")
    always = tmp_path / "always"
    always.mkdir()
    (always / "rules.md").write_text("# Rules\n\nWe review each Rust service twice.\n")
    (folder / "more.md").write_text("# More\n\nWe pin the Rust compiler.\n")
    monkeypatch.setenv("RUST_OR_NOT_DOCS", str(always))
    assert run("ask", "Rust?", "--docs", folder, "--data", data).code == 0
    status = run("index", "status", "--data", data).out
    assert f"always: {always}" in status
    assert f"folder: {folder}" in status
