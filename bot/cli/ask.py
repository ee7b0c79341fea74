"""`rust-or-not ask`: one question, or a file of them."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.failures import Exit, Failure
from bot.cli.options import Data, Docs, settings

if TYPE_CHECKING:
    from bot.advisor.advisor import Advisor

MOST_BYTES = 1_000_000
"""Read from standard input: more than any question has."""

_BREAKING = re.compile("[\x7f-\x9f\u2028\u2029]")


def ask(
    text: Annotated[list[str] | None, typer.Argument(help="The question.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    input_file: Annotated[
        Path | None,
        typer.Option("--input", help="A file of JSON lines: {id, text, facts}.", dir_okay=False),
    ] = None,
    adr: Annotated[
        Path | None,
        typer.Option(
            "--adr",
            help="Also write the verdict to this file as an architecture decision record (MADR);"
            " in a folder, under the next number.",
        ),
    ] = None,
    docs: Docs = None,
    data: Data = None,
) -> None:
    """Answer a question.

    Examples:

      rust-or-not ask "Our Go cache has GC pauses of 40 ms. Rust?"

      rust-or-not ask --json --input questions.jsonl

      rust-or-not ask --adr docs/decisions "Our Go cache has GC pauses of 40 ms. Rust?"
    """
    if text and input_file is not None:
        raise Failure("give a question or --input FILE, not both", Exit.BAD_INPUT)
    if adr is not None and input_file is not None:
        raise Failure("--adr is for one question, not for --input FILE", Exit.BAD_INPUT)
    if not text and input_file is None and (sys.stdin is None or sys.stdin.isatty()):
        raise Failure("give a question; see `rust-or-not ask --help`", Exit.BAD_INPUT)

    from bot.service import Service

    service = Service(settings(data))
    if docs:
        from bot.cli.index import bring_up_to_date, documents

        bring_up_to_date(service, documents(service, docs))
    if (as_json or input_file is not None) and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    if input_file is not None:
        _answer_file(input_file, service.advisor)
        return

    from bot.advisor.question import ask as checked

    question = checked(" ".join(text) if text else _standard_input())
    answer = service.advisor.answer(question)
    if as_json:
        print(_line(None, answer.model_dump(mode="json")))
    else:
        from bot.cli.render import show

        show(answer, service.advisor.desk)
    if adr is not None:
        from bot.cli.adr import write_record

        file = write_record(answer, service.advisor.desk, adr)
        print(f"Wrote {file}", file=sys.stderr)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of an input file: a record, or what is wrong with it."""

    number: int
    record: dict[str, Any]
    fault: str | None


def _answer_file(file: Path, advisor: Advisor) -> None:
    """One JSON line for each question in order; a bad line gets its error and stops nothing."""
    from bot.advisor.question import QuestionError
    from bot.advisor.question import ask as checked

    faults = 0
    for row in _rows(file):
        name = row.record.get("id", row.number)
        fault = row.fault
        if fault is None:
            try:
                question = checked(row.record.get("text"), row.record.get("facts"))
                answer = advisor.answer(question)
                print(_line(name, answer.model_dump(mode="json")), flush=True)
                continue
            except QuestionError as error:
                fault = str(error)
        faults += 1
        print(f"{file}:{row.number}: {fault}", file=sys.stderr)
        print(_line(name, {"error": fault}), flush=True)
    if faults:
        count = f"{faults} of the lines" if faults > 1 else "one line"
        raise Failure(f"{count} in {file} could not be answered", Exit.BAD_INPUT)


def _rows(file: Path) -> Iterator[_Row]:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}", Exit.BAD_INPUT) from error
    lines = data.removeprefix(codecs.BOM_UTF8).split(b"\n")
    for number, raw in enumerate(lines, start=1):
        if raw.strip():
            yield _row(number, raw)


def _row(number: int, raw: bytes) -> _Row:
    try:
        record = json.loads(raw.decode("utf-8"), parse_constant=_no_json)
    except UnicodeDecodeError:
        return _Row(number, {}, "not UTF-8 text")
    except RecursionError:
        return _Row(number, {}, "not valid JSON: nested too deeply")
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else error
        return _Row(number, {}, f"not valid JSON: {reason}")
    if not isinstance(record, dict):
        return _Row(number, {}, 'not a JSON object such as {"id": "1", "text": "..."}')
    if "text" not in record:
        return _Row(number, record, 'has no "text"')
    return _Row(number, record, None)


def _no_json(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _line(name: object, body: dict[str, Any]) -> str:
    """One line of JSON: nothing in it breaks a line or steers a terminal."""
    line = json.dumps({"id": name, **body}, ensure_ascii=False)
    escaped = _BREAKING.sub(lambda match: f"\\u{ord(match.group()):04x}", line)
    return escaped.encode("utf-8", "replace").decode("utf-8")


def _standard_input() -> str:
    data = sys.stdin.buffer.read(MOST_BYTES)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        return decoder.decode(data, final=len(data) < MOST_BYTES)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"the question on standard input is not UTF-8 text (line {line})"
        raise Failure(message, Exit.BAD_INPUT) from error
