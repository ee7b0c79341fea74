"""`rust-or-not chat`: a conversation in the terminal that remembers its facts."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from bot.cli.options import Data, Docs, settings

if TYPE_CHECKING:
    from rich.console import Console

    from bot.advisor.thread import Thread, Turn
    from bot.service import Service
    from knowledge.model import Criterion, State

HELP = """Describe a piece of work and ask whether Rust fits it, or ask what happened elsewhere,
what Rust costs, or how to bring it in. After a verdict:
  1 yes, 2 no       answers a question of the last reply by its number
  any sentence      adds what it says to the facts known so far
  /facts            what is known so far
  /set NAME yes|no  corrects one checklist item
  /new              starts over with another piece of work
  /help, /quit"""

_ANSWER = re.compile(r"([1-9])[.:)]?\s*(yes|y|no|n)\b[.!]?", re.IGNORECASE)
_ANSWERS = re.compile(rf"(?:{_ANSWER.pattern}[\s,;]*)+", re.IGNORECASE)
_SET = re.compile(r"^/set\s+([a-z_]+)\s+(yes|no)\s*$", re.IGNORECASE)


def chat(docs: Docs = None, data: Data = None) -> None:
    """Talk to the bot in the terminal."""
    from rich.console import Console

    from bot.service import Service

    service = Service(settings(data))
    if docs:
        from bot.cli.index import bring_up_to_date, documents

        bring_up_to_date(service, documents(service, docs))
    console = Console(highlight=False)
    desk = service.advisor.desk
    console.print(desk.phrases.headlines.abilities)
    console.print("Type /help for more, /quit to leave.\n", style="dim")
    _converse(service, console)


def _converse(service: Service, console: Console) -> None:
    from bot.advisor.question import QuestionError
    from bot.advisor.thread import Thread

    _line_editing()
    thread = Thread()
    asked: list[Criterion] = []
    while True:
        try:
            line = input("> ") if sys.stdin.isatty() else _piped(console)
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        command = line.strip()
        if command in ("/quit", "/exit", "/q"):
            return
        if not command:
            continue
        if command == "/new":
            thread, asked = Thread(), []
            console.print("Starting over. What is the next piece of work?\n")
            continue
        try:
            turn = _turn(service, console, thread, asked, command)
        except QuestionError as error:
            console.print(f"{error}\n", style="yellow", markup=False)
            continue
        if turn is not None:
            thread = turn.thread
            asked = list(turn.answer.missing[:3]) if turn.answer.ring else asked


def _turn(
    service: Service, console: Console, thread: Thread, asked: list[Criterion], line: str
) -> Turn | None:
    """Do what a line asks for; None where it was not a message."""
    from bot.advisor.question import QuestionError, check_facts
    from bot.advisor.thread import reply, settle, settle_all

    advisor = service.advisor
    answered, corrected = _ANSWERS.fullmatch(line), _SET.match(line)
    if (answered or corrected) and not thread.texts:
        raise QuestionError("describe the piece of work first")
    if corrected:
        facts = check_facts({corrected.group(1).lower(): corrected.group(2).lower()})
        (criterion, state), *_ = facts.items()
        return _say(service, console, settle(advisor, thread, criterion, state))
    if answered:
        return _say(service, console, settle_all(advisor, thread, _answers(line, asked)))
    if line == "/facts":
        _facts(service, console, thread)
        return None
    if line.startswith("/"):
        console.print(f"{HELP}\n", markup=False)
        return None
    return _say(service, console, reply(advisor, thread, line))


def _answers(line: str, asked: list[Criterion]) -> dict[Criterion, State]:
    """The facts in "1 yes, 2 no". Raises `QuestionError` for a number that was not asked."""
    from bot.advisor.question import QuestionError

    facts: dict[Criterion, State] = {}
    for digit, word in _ANSWER.findall(line):
        if int(digit) > len(asked):
            raise QuestionError(f"there is no open question number {digit}")
        facts[asked[int(digit) - 1]] = "yes" if word.lower().startswith("y") else "no"
    return facts


def _say(service: Service, console: Console, turn: Turn) -> Turn:
    from bot.cli.render import show

    if turn.change:
        console.print(turn.change, style="bold", markup=False)
    show(turn.answer, service.advisor.desk, console)
    return turn


def _facts(service: Service, console: Console, thread: Thread) -> None:
    from bot.advisor.text import stated, visible
    from bot.advisor.thread import question_of
    from knowledge.model import Intent

    if not thread.texts:
        console.print("Nothing is known yet.\n")
        return
    desk = service.advisor.desk
    answer = service.advisor.answer(question_of(service.advisor, thread), Intent.DECISION)
    for check in answer.checklist:
        line = stated(check, desk.checklist, desk.phrases)
        console.print(visible(f"{check.criterion.value}: {line}"), markup=False)
    console.print()


def _piped(console: Console) -> str:
    from bot.advisor.text import visible

    line = sys.stdin.buffer.readline()
    if not line:
        raise EOFError
    text = line.decode("utf-8", "replace").rstrip("\n")
    console.print(visible(f"> {text}"), markup=False)
    return text


def _line_editing() -> None:
    """History and arrow keys, where the platform's readline is there."""
    try:
        import readline  # noqa: F401 - importing it is what switches it on
    except ImportError:
        return
