"""An answer on a terminal, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.advisor.answer import Answer, Card, Check, Statement
from bot.advisor.desk import Desk
from bot.advisor.text import FLIPS, QUESTIONS, sources, stated
from knowledge.model import Ring

_COLOURS = {
    Ring.ADOPT: "bold green",
    Ring.TRIAL: "bold cyan",
    Ring.ASSESS: "bold yellow",
    Ring.HOLD: "bold red",
}
_MARKS = {"for": ("+", "green"), "against": ("-", "red"), "neutral": ("?", "dim")}


def show(answer: Answer, desk: Desk, console: Console | None = None) -> None:
    """Print an answer: verdict first, sources last."""
    target = console or Console(highlight=False)
    for part in _parts(answer, desk):
        target.print(part, end="\n\n", soft_wrap=False)


def _parts(answer: Answer, desk: Desk) -> list[RenderableType]:
    labels = desk.phrases.labels
    parts: list[RenderableType] = [_head(answer, desk)]
    if answer.ring:
        parts += _sides(answer, desk)
    if answer.guidance:
        title = labels.guidance if answer.ring else ""
        parts.append(_section(title, [_statement(s, answer, desk) for s in answer.guidance]))
    if answer.cards:
        cards = [_card(card, answer, desk) for card in answer.cards]
        parts.append(_section(labels.cases if answer.ring else "", cards))
    if answer.missing:
        questions = [desk.checklist[name].question for name in answer.missing[:QUESTIONS]]
        numbered = [Text(f"{n}. {question}") for n, question in enumerate(questions, start=1)]
        parts.append(_section(labels.missing, numbered))
    if answer.flips:
        flips = [
            Text(
                labels.flip.format(
                    fact=desk.checklist[flip.criterion].says(flip.state), ring=flip.ring.value
                )
            )
            for flip in answer.flips[:FLIPS]
        ]
        parts.append(_section(labels.flips, flips))
    listed = _sources(answer, desk)
    if listed:
        parts.append(_section(labels.sources, listed))
    parts.append(Text(f"snapshot {answer.snapshot}, receipt {answer.receipt}", style="dim"))
    return parts


def _head(answer: Answer, desk: Desk) -> RenderableType:
    headline = Text(answer.headline, style=_COLOURS[answer.ring] if answer.ring else "bold")
    lines: list[RenderableType] = [headline, *(Text(note) for note in answer.notes)]
    if answer.ring:
        percent = round(answer.confidence * 100)
        lines.append(Text(desk.phrases.labels.confidence.format(percent=percent), style="dim"))
    return Group(*lines)


def _sides(answer: Answer, desk: Desk) -> list[RenderableType]:
    labels = desk.phrases.labels
    parts = []
    for title, side, nothing in (
        (labels.speaks_for, "for", labels.nothing_for),
        (labels.speaks_against, "against", labels.nothing_against),
    ):
        checks = [check for check in answer.checklist if check.weighs == side]
        lines = [_check(check, desk) for check in checks] or [Text(nothing, style="dim")]
        parts.append(_section(title, lines))
    silent = [c.criterion for c in answer.checklist if c.state == "unknown"]
    if silent:
        names = "; ".join(desk.checklist[name].label for name in silent)
        title = f"{labels.checklist}, {labels.not_stated}"
        parts.append(_section(title, [Text(names, style="dim")]))
    return parts


def _check(check: Check, desk: Desk) -> Text:
    mark, colour = _MARKS[check.weighs]
    return Text.assemble((f"{mark} ", colour), stated(check, desk.checklist, desk.phrases))


def _statement(statement: Statement, answer: Answer, desk: Desk) -> Text:
    standing = desk.phrases.standings[answer.cited(statement.citations[0]).standing]
    numbers = "".join(f"[{n}]" for n in statement.citations)
    return Text.assemble(statement.text, " ", (f"{numbers} {standing}", "dim"))


def _card(card: Card, answer: Answer, desk: Desk) -> RenderableType:
    labels = desk.phrases.labels
    details = [card.move, str(card.year)]
    if card.matches:
        items = ", ".join(desk.checklist[name].label.lower() for name in card.matches)
        details.append(labels.matches.format(items=items))
    if card.other_way:
        details.append(labels.other_way)
    title = Text.assemble((card.title, "bold"), f" ({'; '.join(details)})")
    lines = [_statement(statement, answer, desk) for statement in card.statements]
    return Group(title, *(Padding(line, (0, 0, 0, 2)) for line in lines))


def _sources(answer: Answer, desk: Desk) -> list[RenderableType]:
    table = Table.grid(padding=(0, 1))
    for source in sources(answer):
        numbers = ",".join(map(str, source.numbers))
        described = ", ".join((source.title, *source.standings(desk.phrases)))
        table.add_row(f"[{numbers}]", Text.assemble(described, "\n", (source.place, "dim")))
    return [table] if table.row_count else []


def _section(title: str, lines: Sequence[RenderableType]) -> RenderableType:
    if not title:
        return Group(*lines)
    return Group(Text(title, style="bold"), *(Padding(line, (0, 0, 0, 2)) for line in lines))
