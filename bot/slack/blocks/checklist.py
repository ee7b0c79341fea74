"""The filled-in checklist: for and against side by side, and all items with the asker's words."""

from __future__ import annotations

from slack_sdk.models.blocks import (
    Block,
    RawTextObject,
    SectionBlock,
    TableBlock,
    TableBlockColumnSettings,
)

from bot.advisor import text as plain
from bot.advisor.answer import Answer, Check
from bot.advisor.text import fact, numbers
from bot.slack.blocks.kit import cut, escape, fitted, flat, folded, lines
from bot.slack.blocks.message import Words
from knowledge.model import Ring

_SIDE = 1600
"""Characters of one side: all items of it at their usual length."""
_FACT = 160
_QUOTE = 60
"""Characters of the asker's words beside an item; the table has more of them."""
_CELL = 300
_CITED = 5


def sides(answer: Answer, words: Words) -> Block:
    """What speaks for Rust and what against; on a phone one stands below the other.

    The side that the verdict follows comes first.
    """
    stated = plain.sides(answer, words.phrases)
    if answer.ring is Ring.HOLD:
        stated = (*reversed(stated[:2]), *stated[2:])
    fields = []
    for side in stated:
        body = [_stated(check, words) for check in side.checks] or [f"_{escape(side.nothing)}_"]
        fields.append({"type": "mrkdwn", "text": lines([f"*{escape(side.title)}*", *body], _SIDE)})
    return SectionBlock(fields=fields, block_id="sides")


def checklist(answer: Answer, words: Words) -> Block:
    """All items, folded up until someone wants to see them.

    Two columns and not three: a phone shows no more side by side. An item that was stated reads as
    a statement, so that no column has to say yes or no.
    """
    wording = words.wording
    rows = [[_cell(wording.criterion), _cell(wording.words)]]
    rows += [
        [_cell(_item(check, words)), _cell(cut(said, _CELL))]
        for check in sorted(answer.checklist, key=_order)
        for said in [_said(check, words) or words.phrases.labels.not_stated]
    ]
    wrapped = TableBlockColumnSettings(is_wrapped=True)
    table = TableBlock(rows=rows, column_settings=[wrapped, wrapped], block_id="checklist")
    known = sum(check.state != "unknown" for check in answer.checklist)
    counted = wording.facts.format(known=known, all=len(answer.checklist))
    return folded(f"{words.phrases.labels.checklist}: {counted}", table, block_id="all-items")


_SHOWN = ("for", "against", "neutral")


def _order(check: Check) -> tuple[bool, int]:
    return check.state == "unknown", _SHOWN.index(check.weighs)


def _item(check: Check, words: Words) -> str:
    marks, said = words.wording.marks, fact(check, words.checklist, words.phrases)
    if check.state == "unknown":
        return f"{marks.unknown} {said}"
    mark = {"for": marks.speaks_for, "against": marks.speaks_against}.get(check.weighs)
    return f"{mark or marks.neutral} {said}"


def _stated(check: Check, words: Words) -> str:
    why = fitted(_said(check, words, _QUOTE), 2 * _QUOTE)
    said = f": {why}" if why else ""
    named = fitted(fact(check, words.checklist, words.phrases), _FACT)
    return f"• {named}{said} {numbers(check.citations[:_CITED])}".rstrip()


def _said(check: Check, words: Words, most: int = _CELL) -> str:
    """The asker's words that an item was read from, or what it rests on without any."""
    quotes = [flat(e.quote, most) for e in (check.evidence, check.opposite) if e is not None]
    quotes = [quote for quote in quotes if quote]
    if len(quotes) > 1:
        yes, no = reversed(quotes) if check.state == "no" else quotes
        return words.phrases.labels.contradicted.format(yes=yes, no=no)
    if quotes:
        return f"“{quotes[0]}”"
    if check.state == "unknown" or check.evidence is not None:
        return ""
    labels = words.phrases.labels
    return labels.by_button if check.answered else labels.earlier


def _cell(text: str) -> RawTextObject:
    return RawTextObject(text=text)
