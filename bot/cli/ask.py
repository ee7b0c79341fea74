"""`rust-or-not ask`: one question, or a file of them."""

from __future__ import annotations

import json
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
    from bot.advisor.answer import Answer


def ask(
    text: Annotated[list[str] | None, typer.Argument(help="The question.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    input_file: Annotated[
        Path | None,
        typer.Option("--input", help="A file of JSON lines: {id, text, facts}.", dir_okay=False),
    ] = None,
    docs: Docs = None,
    data: Data = None,
) -> None:
    """Answer a question.

    Examples:

      rust-or-not ask "Our Go cache has GC pauses of 40 ms. Rust?"

      rust-or-not ask --json --input questions.jsonl
    """
    if text and input_file is not None:
        raise Failure("give a question or --input FILE, not both", Exit.BAD_INPUT)
    if not text and input_file is None and sys.stdin.isatty():
        raise Failure("give a question; see `rust-or-not ask --help`", Exit.BAD_INPUT)

    from bot.service import Service

    service = Service(settings(data))
    if docs:
        from bot.cli.index import bring_up_to_date

        bring_up_to_date(service, docs)
    if input_file is not None:
        _answer_file(input_file, service.advisor)
        return

    from bot.advisor.question import ask as checked

    question = checked(" ".join(text) if text else _standard_input())
    answer = service.advisor.answer(question)
    if as_json:
        print(_line(answer, None))
        return
    from bot.cli.render import show

    show(answer, service.advisor.desk)


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
                print(_line(advisor.answer(question), name), flush=True)
                continue
            except QuestionError as error:
                fault = str(error)
        faults += 1
        print(f"{file}:{row.number}: {fault}", file=sys.stderr)
        print(json.dumps({"id": name, "error": fault}, ensure_ascii=False), flush=True)
    if faults:
        count = f"{faults} of the lines" if faults > 1 else "one line"
        raise Failure(f"{count} in {file} could not be answered", Exit.BAD_INPUT)


def _rows(file: Path) -> Iterator[_Row]:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}", Exit.BAD_INPUT) from error
    for number, raw in enumerate(data.split(b"\n"), start=1):
        if raw.strip():
            yield _row(number, raw)


def _row(number: int, raw: bytes) -> _Row:
    try:
        record = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return _Row(number, {}, "not UTF-8 text")
    except (json.JSONDecodeError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        return _Row(number, {}, f"not valid JSON: {reason}")
    if not isinstance(record, dict):
        return _Row(number, {}, 'not a JSON object such as {"id": "1", "text": "..."}')
    if "text" not in record:
        return _Row(number, record, 'has no "text"')
    return _Row(number, record, None)


def _line(answer: Answer, name: object) -> str:
    body = {"id": name, **answer.model_dump(mode="json")}
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def _standard_input() -> str:
    data = sys.stdin.buffer.read(1_000_000)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Failure("the question on standard input is not UTF-8 text", Exit.BAD_INPUT) from error
