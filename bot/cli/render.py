"""An answer on a terminal, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from bot.advisor.answer import Answer, Card, Check, Statement
from bot.advisor.desk import Desk
from bot.advisor.text import (
    FLIPS,
    QUESTIONS,
    confidence,
    details,
    flip,
    guidance_title,
    known,
    likeness,
    numbers,
    records_first,
    sides,
    silence,
    sources,
    standing,
    stated,
    visible,
)
from knowledge.model import Ring

WIDEST = 88
"""Columns that are used at most: longer lines are hard to read."""

_COLOURS = {
    Ring.ADOPT: "bold green",
    Ring.TRIAL: "bold cyan",
    Ring.ASSESS: "bold yellow",
    Ring.HOLD: "bold red",
}
_MARKS = {"for": ("+ ", "green"), "against": ("- ", "red"), "neutral": ("? ", "dim")}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text behind a mark, under which its further lines are indented.

    What is `whole` is not broken: an address in two lines can be neither opened nor copied.
    """

    text: Text
    mark: Text = field(default_factory=Text)
    whole: bool = False

    def lines(self, console: Console, width: int) -> Iterator[Text]:
        """The text in lines of at most `width` columns."""
        indent = len(self.mark)
        room = max(width - indent, 1)
        wrapped = [self.text] if self.whole else self.text.wrap(console, room)
        for number, line in enumerate(wrapped):
            line.rstrip()
            yield Text.assemble(self.mark if number == 0 else " " * indent, line)


Section = Sequence[Paragraph]


def show(answer: Answer, desk: Desk, console: Console | None = None) -> None:
    """Print an answer: verdict first, sources last."""
    target = console or Console(highlight=False)
    for section in filter(None, _sections(answer, desk)):
        for paragraph in section:
            for line in paragraph.lines(target, min(target.width, WIDEST)):
                target.print(line, soft_wrap=True)
        target.print()


def _sections(answer: Answer, desk: Desk) -> Iterator[Section]:
    labels = desk.phrases.labels
    yield _head(answer, desk)
    if answer.ring:
        yield from _sides(answer, desk)
        yield _missing(answer, desk)
        yield _flips(answer, desk)
    if not records_first(answer):
        yield _guidance(answer, desk)
    if answer.ring and answer.cards:
        yield [_title(labels.cases)]
    for card in answer.cards:
        yield _card(card, answer, desk)
    if records_first(answer):
        yield _guidance(answer, desk)
    yield _silent(answer, desk)
    yield _sources(answer, desk)
    yield [Paragraph(_text((f"snapshot {answer.snapshot}, receipt {answer.receipt}", "dim")))]


def _head(answer: Answer, desk: Desk) -> Section:
    style = _COLOURS[answer.ring] if answer.ring else "bold"
    head = [Paragraph(_text((answer.headline, style)))]
    head += [Paragraph(_text(note)) for note in answer.notes]
    if answer.ring:
        head += [Paragraph(_text((said, "dim"))) for said in confidence(answer, desk.phrases)]
        head += [Paragraph(_statement(reason, answer, desk)) for reason in answer.reasons[:1]]
    return head


def _sides(answer: Answer, desk: Desk) -> Iterator[Section]:
    if not known(answer):
        return
    for side in sides(answer, desk.phrases):
        checks = [_check(check, desk) for check in side.checks]
        yield _titled(side.title, checks) or [Paragraph(_text((side.nothing, "dim")))]


def _check(check: Check, desk: Desk) -> Paragraph:
    text = _text(stated(check, desk.checklist, desk.phrases))
    return Paragraph(text, _text("  ", _MARKS[check.weighs]))


def _missing(answer: Answer, desk: Desk) -> Section:
    questions = [desk.checklist[name].question for name in answer.missing[:QUESTIONS]]
    numbered = enumerate(questions, start=1)
    lines = [Paragraph(_text(question), _text(f"  {n}. ")) for n, question in numbered]
    return _titled(desk.phrases.labels.missing, lines)


def _flips(answer: Answer, desk: Desk) -> Section:
    lines = [flip(item, desk.checklist, desk.phrases) for item in answer.flips[:FLIPS]]
    return _titled(desk.phrases.labels.flips, [_item(_text(line), "• ") for line in lines])


def _guidance(answer: Answer, desk: Desk) -> Section:
    lines = _statements(answer.guidance, answer, desk)
    titled = answer.ring or (answer.cards and records_first(answer))
    return _titled(guidance_title(answer, desk.phrases), lines) if titled else lines


def _card(card: Card, answer: Answer, desk: Desk) -> Section:
    return [
        _title(card.title),
        Paragraph(_text((details(card, desk.checklist, desk.phrases), "dim"))),
        *(Paragraph(_text((line, "dim"))) for line in likeness(card, desk.checklist, desk.phrases)),
        *_statements(card.statements, answer, desk),
    ]


def _silent(answer: Answer, desk: Desk) -> Section:
    names = [desk.checklist[c.criterion].label for c in answer.checklist if c.state == "unknown"]
    title = silence(answer, desk.phrases)
    shown = names and known(answer)
    return _titled(title, [_item(_text(("; ".join(names), "dim")))]) if shown else []


def _sources(answer: Answer, desk: Desk) -> Section:
    lines = []
    for source in sources(answer):
        described = ", ".join((source.title, *source.standings(desk.phrases)))
        lines.append(_item(_text(f"{numbers(source.numbers)} {described}")))
        lines.append(Paragraph(_text((source.place, "dim")), _text("    "), whole=True))
    return _titled(desk.phrases.labels.sources, lines)


def _statements(statements: Iterable[Statement], answer: Answer, desk: Desk) -> list[Paragraph]:
    return [_item(_statement(statement, answer, desk), "• ") for statement in statements]


def _statement(statement: Statement, answer: Answer, desk: Desk) -> Text:
    said = " ".join((numbers(statement.citations), standing(statement, answer, desk.phrases)))
    return _text(f"{statement.text} ", (said.rstrip(), "dim"))


def _item(text: Text, mark: str = "") -> Paragraph:
    return Paragraph(text, _text(f"  {mark}"))


def _title(title: str) -> Paragraph:
    return Paragraph(_text((title, "bold")))


def _titled(title: str, lines: Sequence[Paragraph]) -> Section:
    return [_title(title), *lines] if lines else []


def _text(*parts: str | tuple[str, str]) -> Text:
    """Parts, each with a style or without, as they stand: nothing in them is taken for markup."""
    styled = ((part, "") if isinstance(part, str) else part for part in parts)
    return Text.assemble(*((visible(text), style) for text, style in styled))
