"""`rust-or-not chat`: a conversation through a pipe and, once, in a terminal."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable

import pytest

from bot.cli.failures import Exit
from bot.service import Service
from bot.settings import Settings
from tests.bot.conftest import SCRIPT, SECONDS, Done, Run

FIRST = (
    "Our Go cache has GC pauses of 40 ms where the limit is 5 ms, and two of us write Rust. "
    "Should we rewrite it in Rust?"
)

Talk = Callable[..., Done]


@pytest.fixture
def talk(ready: Settings, run: Run, service: Service) -> Talk:
    """A conversation of the given lines, until the end of the input."""

    def talk(*lines: str | bytes) -> Done:
        encoded = (line if isinstance(line, bytes) else line.encode() for line in lines)
        return run("chat", stdin=b"".join(line + b"\n" for line in encoded))

    return talk


def test_a_conversation_opens_with_what_the_bot_can_do_and_how_to_leave(
    talk: Talk, service: Service
) -> None:
    done = talk()
    assert done.code == 0
    said = " ".join(done.out.split())
    assert said.startswith(service.advisor.desk.phrases.headlines.abilities)
    assert "/help" in said
    assert "/quit" in said


def test_a_question_gets_a_verdict_with_numbered_questions(talk: Talk) -> None:
    done = talk(FIRST)
    assert (done.code, done.err) == (0, "")
    assert "Confidence" in done.out
    for number in "123":
        assert f"\n  {number}. " in done.out


def test_a_number_answers_a_question_of_the_last_reply(talk: Talk, service: Service) -> None:
    done = talk(FIRST, "1 yes", "/facts")
    assert "(you answered)" in done.out
    assert done.out.count("Confidence") == 2


@pytest.mark.parametrize("line", ["1 yes, 2 no", "1y 2n", "1: YES; 2) no.", " 1. y,2 no"])
def test_several_numbers_are_answered_at_once(talk: Talk, line: str) -> None:
    done = talk(FIRST, line, "/facts")
    facts = " ".join(done.out.split("> /facts")[1].split())
    assert facts.count("you answered") == 2
    assert done.out.count("Confidence") == 2


@pytest.mark.parametrize("line", ["4 yes", "1 yes, 9 no"])
def test_a_number_that_was_not_asked_is_refused(talk: Talk, line: str) -> None:
    done = talk(FIRST, line, "/facts")
    assert f"there is no open question number {line.split()[-2]}" in done.out
    assert "you answered" not in done.out.split("> /facts")[1]


@pytest.mark.parametrize("line", ["1 yes", "/set cpu_bound yes"])
def test_nothing_can_be_answered_before_a_question(talk: Talk, line: str) -> None:
    assert "describe the piece of work first" in talk(line).out


def test_a_checklist_item_can_be_set(talk: Talk) -> None:
    facts = talk(FIRST, "/set ROUTINE_APP yes", "/facts").out.split("> /facts")[1]
    line = next(line for line in facts.splitlines() if line.startswith("routine_app"))
    assert "(you answered)" in " ".join(facts[facts.index(line) :].split())


def test_an_unknown_checklist_item_is_named_beside_the_known_ones(talk: Talk) -> None:
    said = " ".join(talk(FIRST, "/set speed yes").out.split())
    assert "unknown criterion 'speed' in facts; known are cpu_bound" in said


@pytest.mark.parametrize("line", ["/help", "/set", "/set cpu_bound maybe", "/nonsense", "/?"])
def test_help_is_given_when_asked_for_and_where_a_command_is_not_one(talk: Talk, line: str) -> None:
    done = talk(line)
    assert done.code == 0
    for command in ("/facts", "/set NAME yes|no", "/new", "/quit"):
        assert command in done.out


def test_facts_lists_all_items_of_the_checklist(talk: Talk, service: Service) -> None:
    listed = talk(FIRST, "/facts").out.split("> /facts")[1]
    for item in service.checklist.items:
        assert f"\n{item.id.value}: " in listed


def test_before_a_question_there_are_no_facts(talk: Talk) -> None:
    assert "Nothing is known yet." in talk("/facts").out


def test_a_new_piece_of_work_starts_with_nothing(talk: Talk) -> None:
    assert "Nothing is known yet." in talk(FIRST, "1 yes", "/new", "/facts").out


def test_a_new_piece_of_work_has_no_open_questions(talk: Talk) -> None:
    assert "describe the piece of work first" in talk(FIRST, "/new", "1 yes").out


def test_leaving_ends_the_conversation_at_once(talk: Talk) -> None:
    done = talk("/quit", FIRST)
    assert done.code == 0
    assert "Confidence" not in done.out


def test_blank_lines_are_passed_over(talk: Talk) -> None:
    assert talk("", "  ", "\t").out.count("snapshot") == 0


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("x" * 100_000, "at most 40,000"),
        (b"\x00\x1b\x07", "the question is empty"),
        ("\u200b", "the question is empty"),
    ],
)
def test_bad_input_is_refused_and_the_conversation_goes_on(
    talk: Talk, line: str | bytes, fault: str
) -> None:
    done = talk(line, FIRST)
    assert fault in " ".join(done.out.split())
    assert "Confidence" in done.out


def test_bytes_that_are_no_text_end_nothing(talk: Talk) -> None:
    done = talk(b"\xff\xfe\x80", FIRST)
    assert done.code == 0
    assert "Confidence" in done.out


def test_what_is_typed_is_neither_markup_nor_an_order_to_the_terminal(talk: Talk) -> None:
    done = talk("[/bold] [red]Rust[/] \x1b[2J <!channel> for a CRUD app?")
    assert done.code == 0
    assert "> [/bold] [red]Rust[/]  [2J <!channel> for a CRUD app?" in done.out
    assert "\x1b" not in done.out


def test_a_line_without_an_end_is_answered(ready: Settings, run: Run) -> None:
    assert "Confidence" in run("chat", stdin=FIRST.encode()).out


def test_without_an_index_no_conversation_is_begun(run: Run, tmp_path: object) -> None:
    done = run("chat", "--data", f"{tmp_path}/none")
    assert (done.code, done.out) == (Exit.NOT_SET_UP, "")
    assert "no index yet" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_conversation_in_a_real_terminal(service: Service, settings: Settings) -> None:
    """The prompt, a verdict in colours, bytes that are no text, an answer, the end of file."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm", COLUMNS="80", RUST_OR_NOT_DATA=str(settings.data))
        os.execv(SCRIPT, [str(SCRIPT), "chat"])
    said = _until(terminal, "\n> ")
    assert "/quit" in said
    for line, expected in (
        (FIRST.encode(), "Confidence"),
        (b"\xff\xfe", "UTF-8"),
        (b"1 yes", "Confidence"),
    ):
        os.write(terminal, line + b"\n")
        said = _until(terminal, "\n> ")
        assert expected in said
    assert "\x1b[1;3" in said
    os.write(terminal, b"\x04")
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0


def _until(terminal: int, end: str) -> str:
    """What the terminal shows up to an expected end."""
    heard, last = b"", time.monotonic() + SECONDS
    while not heard.decode("utf-8", "replace").endswith(end) and time.monotonic() < last:
        if select.select([terminal], [], [], 0.2)[0]:
            heard += os.read(terminal, 65_536).replace(b"\r\n", b"\n")
    return heard.decode("utf-8", "replace")
