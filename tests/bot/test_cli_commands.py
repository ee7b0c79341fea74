"""The other commands: index, knowledge, eval, doctor, and the help of each."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import typer

import knowledge
from bot.cli.failures import Exit
from bot.cli.main import app
from bot.service import Service
from bot.settings import Settings
from index.snapshot import MANIFEST_FILE
from index.store import SnapshotStore
from knowledge.content import load_checklist
from knowledge.model import Criterion
from tests.bot.conftest import Run
from tests.bot.saying import rewritten
from tests.bot.test_cli_ask import is_clear

CONTENT = Path(knowledge.__file__).parent


@pytest.fixture
def data(service: Service, tmp_path: Path) -> Path:
    """A data folder with the shared models and two snapshots, of which the newer one serves."""
    made = tmp_path / "data"
    (made / "snapshots").mkdir(parents=True)
    (made / "models").symlink_to(service.settings.data / "models")
    current = service.store.current_id()
    assert current is not None
    for number, name in enumerate(("older", "newer"), start=1):
        copy = made / "snapshots" / name
        shutil.copytree(service.store.path(current), copy)
        manifest = json.loads((copy / MANIFEST_FILE).read_text("utf-8"))
        manifest |= {"id": name, "number": number}
        (copy / MANIFEST_FILE).write_text(json.dumps(manifest), "utf-8")
    SnapshotStore(made / "snapshots").switch("newer")
    return made


def test_status_marks_the_snapshot_that_serves(run: Run, data: Path) -> None:
    done = run("index", "status", "--data", data)
    assert done.code == 0
    marks = [line[:7] for line in done.out.splitlines() if not line.startswith(" " * 4)]
    assert marks == ["* newer", "  older"]
    assert "passages" in done.out


def test_status_can_check_every_file(run: Run, data: Path) -> None:
    assert "all files are whole" in run("index", "status", "--verify", "--data", data).out
    vectors = data / "snapshots" / "older" / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"!")
    assert "damaged: vectors.npy" in run("index", "status", "--verify", "--data", data).out


def test_rollback_goes_back_to_the_snapshot_before(run: Run, data: Path) -> None:
    done = run("index", "rollback", "--data", data)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Now serving older, built ")
    assert "* older" in run("index", "status", "--data", data).out


def test_rollback_from_the_oldest_snapshot_says_that_there_is_none(run: Run, data: Path) -> None:
    run("index", "rollback", "--data", data)
    is_clear(run("index", "rollback", "--data", data), Exit.NOT_SET_UP, "no older snapshot")
    assert "* older" in run("index", "status", "--data", data).out


def test_answers_come_from_the_snapshot_gone_back_to(run: Run, data: Path) -> None:
    run("index", "rollback", "--data", data)
    answer = json.loads(run("ask", "--json", "What happened at Discord?", "--data", data).out)
    assert answer["snapshot"] == "older"


def test_status_without_an_index_says_how_to_get_one(run: Run, folder: Path) -> None:
    done = run("index", "status", "--data", folder)
    assert done.code == 0
    assert "rust-or-not index build" in done.out
    assert list(folder.iterdir()) == []


def test_a_build_says_what_it_read_and_what_it_skipped(run: Run, data: Path, folder: Path) -> None:
    (folder / "rules.md").write_text("# Rules\n\nTwo people review each Rust service.\n")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    done = run("index", "build", "--docs", folder, "--data", data)
    assert done.code == 0
    assert "added: 1 (folder/rules.md)" in done.out
    assert "1 embedded anew" in done.out
    assert "skipped folder/photo.png" in done.err


def test_a_build_of_nothing_new_says_so(run: Run, data: Path) -> None:
    assert "Nothing changed; newer goes on serving." in run("index", "build", "--data", data).out


def test_a_folder_that_was_added_stays_until_it_is_forgotten(
    run: Run, data: Path, folder: Path, tmp_path: Path
) -> None:
    (folder / "rules.md").write_text("# Rules\n\nTwo people review each Rust service.\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / "more.md").write_text("# More\n\nWe pin the Rust compiler.\n")
    assert run("index", "build", "--docs", folder, "--data", data).code == 0
    for command in (("setup",), ("index", "build"), ("index", "build", "--docs", folder)):
        done = run(*command, "--data", data)
        assert (done.code, "removed: 1" in done.out) == (0, False)
    assert "removed: 0" in run("index", "build", "--docs", other, "--data", data).out
    shutil.rmtree(folder)
    is_clear(run("setup", "--data", data), Exit.BAD_INPUT, "index build --forget-docs")
    done = run("index", "build", "--forget-docs", "--docs", other, "--data", data)
    assert done.code == 0
    assert "removed: 1 (folder/rules.md)" in done.out
    assert "other/more.md" not in done.out


@pytest.mark.parametrize("name", ["a-file.md", "nothing"])
def test_a_build_refuses_documents_that_are_no_folder(
    run: Run, data: Path, folder: Path, name: str
) -> None:
    (folder / "a-file.md").write_text("# A file\n")
    done = run("index", "build", "--docs", folder / name, "--data", data)
    is_clear(done, Exit.BAD_INPUT, "is not a folder")
    assert "* newer" in run("index", "status", "--data", data).out


def test_an_index_of_another_model_is_not_asked(run: Run, data: Path) -> None:
    for name in ("older", "newer"):
        file = data / "snapshots" / name / MANIFEST_FILE
        manifest = json.loads(file.read_text("utf-8"))
        manifest |= {"model": "other", "model_fingerprint": "0"}
        file.write_text(json.dumps(manifest), "utf-8")
    done = run("ask", "Rust?", "--data", data)
    is_clear(done, Exit.NOT_SET_UP, "another model (other)", "rust-or-not index build")


@pytest.mark.parametrize("file", ["passages.sqlite", "vectors.npy"])
def test_a_damaged_index_is_named_with_the_way_out(run: Run, data: Path, file: str) -> None:
    damaged = data / "snapshots" / "newer" / file
    damaged.write_bytes(damaged.read_bytes()[:-100])
    done = run("ask", "Rust?", "--data", data)
    is_clear(done, Exit.NOT_SET_UP, file, "rust-or-not index rollback")
    assert run("index", "rollback", "--data", data).code == 0
    assert run("ask", "--json", "hello", "--data", data).code == 0


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the packaged content."""
    copy = tmp_path / "content"
    shutil.copytree(CONTENT, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def test_sound_content_is_called_sound(run: Run, content: Path) -> None:
    done = run("knowledge", "check", content)
    assert (done.code, done.err) == (0, "")
    assert "sound" in done.out


FAULTS = {
    "a dangling citation": (
        "articles/rust-in-production.md",
        b"\nRust is fast.[^nowhere]\n",
        "nowhere",
    ),
    "a sentence without a source": (
        "articles/rust-in-production.md",
        b"\nRust is 7x faster.\n",
        "rust-in-production.md",
    ),
    "an unknown key": ("cases/polars.yaml", b"\nspeed: fast\n", "polars.yaml"),
    "broken YAML": ("checklist.yaml", b"\n\t- {", "checklist.yaml"),
    "bytes that are no UTF-8": ("phrases.yaml", b"\n# \xff\xfe\n", "phrases.yaml"),
    "zero bytes": ("vocabulary.yaml", b"\x00", "vocabulary.yaml"),
}


@pytest.mark.parametrize(("name", "added", "named"), FAULTS.values(), ids=FAULTS)
def test_faulty_content_is_named_by_its_file(
    run: Run, content: Path, name: str, added: bytes, named: str
) -> None:
    file = content / name
    file.write_bytes(file.read_bytes() + added)
    done = run("knowledge", "check", content)
    assert done.code == Exit.FOUND_FAULTS
    assert named in done.out
    assert done.err == ""


def test_an_empty_folder_is_no_sound_content(run: Run, folder: Path) -> None:
    done = run("knowledge", "check", folder)
    assert done.code == Exit.FOUND_FAULTS
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", ["a-file.md", "nothing"])
def test_content_must_be_a_folder(run: Run, folder: Path, name: str) -> None:
    (folder / "a-file.md").write_text("# A file\n")
    is_clear(run("knowledge", "check", folder / name), Exit.BAD_INPUT, "is not a folder")


def test_labelled_questions_are_measured(ready: Settings, run: Run, folder: Path) -> None:
    labels = folder / "labels.jsonl"
    labels.write_text(
        '{"id": "1", "text": "What happened at Discord?", "intent": "case_study",'
        ' "expect_cases": ["discord"]}\n'
    )
    done = run("eval", "--json", labels)
    assert done.code == 0
    figures = json.loads(done.out)
    assert (figures["questions"], figures["decisions"]) == (1, 0)
    assert "median_ms" in run("eval", labels).out


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'{"id": "1"}', b"\xff", b'{"id": "1", "text": "a", "intent": "x"}']
)
def test_faulty_labels_are_named_by_line(
    ready: Settings, run: Run, folder: Path, line: bytes
) -> None:
    (folder / "labels.jsonl").write_bytes(b"\n" + line)
    is_clear(run("eval", folder / "labels.jsonl"), Exit.BAD_INPUT, "labels.jsonl:2")


def test_labels_that_are_not_there_are_refused(ready: Settings, run: Run, folder: Path) -> None:
    is_clear(run("eval", folder / "none.jsonl"), Exit.BAD_INPUT, "none.jsonl")


SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-secret-one",
    "SLACK_APP_TOKEN": "xapp-secret-two",
    "SLACK_SIGNING_SECRET": "secret-three",
    "SLACK_CLIENT_SECRET": "secret-four",
}


def test_doctor_finds_nothing_wrong_where_all_is_set_up(run: Run, data: Path) -> None:
    done = run("doctor", "--data", data)
    assert (done.code, done.err) == (0, "")
    assert "!!" not in done.out
    assert "newer" in done.out


def test_doctor_and_status_tell_of_sentences_that_verdicts_rest_on_and_the_index_lacks(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "rest on" not in run("index", "status", "--data", data).out
    new = rewritten(load_checklist(), Criterion.CPU_BOUND)
    monkeypatch.setattr("knowledge.content.load_checklist", lambda *_: new)
    assert "rest on for cpu_bound: run" in run("index", "status", "--data", data).out
    done = run("doctor", "--data", data)
    assert done.code == Exit.FOUND_FAULTS
    assert "sentences that verdicts rest on: missing for cpu_bound" in done.out


def test_doctor_names_each_setting_and_prints_no_secret(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    done = run("doctor", "--data", data)
    for name, field in Settings.model_fields.items():
        assert (field.alias or name) in done.out
    assert "secret-" not in done.out + done.err
    for name in SECRETS:
        assert f"{name}: set\n" in done.out


def test_doctor_prints_no_secret_of_a_file_of_settings(
    run: Run, data: Path, tmp_path: Path
) -> None:
    nobody = {"SLACK_API_URL": "http://127.0.0.1:9/api/"}
    settings = "".join(f"{k}={v}\n" for k, v in (SECRETS | nobody).items())
    (tmp_path / ".env").write_text(settings)
    done = run("doctor", "--data", data)
    assert done.code == Exit.FOUND_FAULTS, "Slack cannot be reached"
    assert "secret-" not in done.out + done.err


def test_doctor_calls_an_empty_setting_not_set(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")
    assert "SLACK_BOT_TOKEN: not set\n" in run("doctor", "--data", data).out


def test_doctor_says_what_is_missing_and_how_to_get_it(run: Run, folder: Path) -> None:
    done = run("doctor", "--data", folder)
    assert done.code == Exit.FOUND_FAULTS
    said = " ".join(done.out.split())
    assert "all-MiniLM-L6-v2 is not exported" in said
    assert "rust-or-not setup" in said
    assert "there is no index yet" in said


def test_doctor_finds_a_damaged_file_and_a_missing_folder(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RUST_OR_NOT_DOCS", f"{tmp_path},{tmp_path / 'gone'}")
    vectors = data / "snapshots" / "newer" / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"!")
    done = run("doctor", "--data", data)
    assert done.code == Exit.FOUND_FAULTS
    assert re.search("snapshot: .*newer is damaged.*vectors.npy", done.out)
    assert f"ok  documents: {tmp_path}\n" in done.out
    assert f"!!  documents: {tmp_path / 'gone'} is not a folder\n" in done.out


def test_doctor_survives_a_card_that_is_no_card(run: Run, data: Path, folder: Path) -> None:
    (data / "models").unlink()
    card = data / "models" / "all-MiniLM-L6-v2" / "card.json"
    card.parent.mkdir(parents=True)
    for content in ("", "[]", "{}", "nonsense", '{"name": "x", "more": 1}'):
        card.write_text(content)
        done = run("doctor", "--data", data)
        assert done.code == Exit.FOUND_FAULTS
        assert "is not exported" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("name", "value"), [("RUST_OR_NOT_THREADS", "many"), ("RUST_OR_NOT_THREADS", "0")]
)
@pytest.mark.parametrize("command", [("doctor",), ("ask", "Rust?"), ("index", "status")])
def test_a_setting_that_cannot_be_used_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv(name, value)
    is_clear(run(*command), Exit.BAD_INPUT, "a setting is not usable", name)


def test_a_file_of_settings_that_is_no_text_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"SLACK_BOT_TOKEN=\xff\xfe")
    is_clear(run("doctor"), Exit.BAD_INPUT, "the file .env", "'utf-8' codec can't decode")


def commands() -> list[tuple[str, ...]]:
    """Every command by its path, groups included."""
    found: list[tuple[str, ...]] = []

    def collect(command: object, path: tuple[str, ...]) -> None:
        found.append(path)
        for name, inner in getattr(command, "commands", {}).items():
            collect(inner, (*path, name))

    collect(typer.main.get_command(app), ())
    return found


def test_the_promised_commands_are_there() -> None:
    promised = ["ask", "chat", "index", "knowledge", "eval", "doctor"]
    nested = [
        ("index", "build"),
        ("index", "status"),
        ("index", "rollback"),
        ("index", "remove"),
        ("knowledge", "check"),
    ]
    assert {(name,) for name in promised} | set(nested) <= set(commands())


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_the_help_of_every_command_says_what_it_does(run: Run, path: tuple[str, ...]) -> None:
    done = run(*path, "--help")
    assert (done.code, done.err) == (0, "")
    lines = [line.strip() for line in done.out.splitlines() if line.strip()]
    assert lines[0].startswith("Usage: ")
    assert lines[1].endswith((".", "?")) or lines[2].endswith(".")


@pytest.mark.parametrize("path", [("ask",), ("index", "build")], ids=" ".join)
def test_the_help_of_the_commands_used_most_shows_an_example(
    run: Run, path: tuple[str, ...]
) -> None:
    assert f"rust-or-not {' '.join(path)} " in run(*path, "--help").out


@pytest.mark.parametrize(
    "arguments", [("serf",), ("ask", "--jsn", "x"), ("index", "bild"), ("index",)]
)
def test_a_mistyped_command_is_answered_with_usage(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.code == Exit.BAD_INPUT
    assert "Usage: " in done.out + done.err


def test_a_data_folder_that_cannot_be_one_is_refused_with_a_next_step(
    run: Run, folder: Path
) -> None:
    (folder / "file").write_text("not a folder")
    for command in (("ask", "Rust?"), ("index", "rollback"), ("index", "status")):
        done = run(*command, "--data", folder / "file")
        is_clear(done, Exit.BAD_INPUT, "choose another folder with --data")
