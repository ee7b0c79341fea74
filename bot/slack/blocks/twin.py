"""The reply in plain text, for notifications and screen readers: verdict, reasons, links.

Slack advises at most 4 000 characters (https://docs.slack.dev/reference/methods/chat.postMessage).
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.advisor import text as plain
from bot.advisor.answer import Answer, Card, Statement
from bot.slack.blocks.kit import escape, fitted
from knowledge.checklist import Checklist
from knowledge.model import Ring
from knowledge.phrases import Phrases

MOST = 3900
_LINKS = MOST // 3
_LINE = 400
"""So that verdict, change, first reason, notes and the first side fit whatever their lengths."""


def twin(answer: Answer, checklist: Checklist, phrases: Phrases, change: str = "") -> str:
    """The most important first, whole lines only; links last and always kept."""
    links = [escape(f"{phrases.labels.sources}:"), *_links(answer)]
    tail = _fitting(links, _LINKS) if len(links) > 1 else []
    said = [fitted(line, _LINE) for line in _said(answer, checklist, phrases, change)]
    return "\n".join([*_fitting(said, MOST - sum(len(line) + 1 for line in tail)), *tail])


def _said(answer: Answer, checklist: Checklist, phrases: Phrases, change: str) -> Iterator[str]:
    yield answer.headline
    if change:
        yield change
    yield from plain.confidence(answer, phrases)
    yield from map(_cited, answer.reasons[:1])
    yield from answer.notes[:3]
    sides = plain.sides(answer, phrases)
    for side in (*reversed(sides[:2]), *sides[2:]) if answer.ring is Ring.HOLD else sides:
        if side.checks:
            yield f"{side.title}:"
        yield from (f"- {plain.stated(check, checklist, phrases)}" for check in side.checks)
    asked = answer.missing[: plain.QUESTIONS]
    if asked:
        yield f"{phrases.labels.missing}:"
    yield from (f"- {checklist[name].question}" for name in asked)
    if answer.flips:
        yield f"{phrases.labels.flips}:"
    yield from (f"- {plain.flip(one, checklist, phrases)}" for one in answer.flips[: plain.FLIPS])
    records = [line for card in answer.cards for line in _told(card)]
    titled = answer.guidance and (answer.ring or (records and plain.records_first(answer)))
    advice = [f"{plain.guidance_title(answer, phrases)}:"] if titled else []
    advice += [f"- {_cited(one)}" for one in answer.guidance]
    yield from records + advice if plain.records_first(answer) else advice + records


def _told(card: Card) -> Iterator[str]:
    yield f"{card.title}:"
    yield from (f"- {_cited(one)}" for one in card.statements)


def _cited(statement: Statement) -> str:
    return f"{statement.text} {plain.numbers(statement.citations[:6])}".rstrip()


def _links(answer: Answer) -> Iterator[str]:
    for source in plain.sources(answer):
        numbers = plain.numbers(source.numbers[:6])
        place = escape(source.place)
        yield f"{numbers} {fitted(source.title, 150)}" + (f": {place}" if len(place) < 800 else "")


def _fitting(said: list[str], most: int) -> list[str]:
    """The first lines that fit."""
    kept = []
    for line in said:
        most -= len(line) + 1
        if most < 0:
            break
        kept.append(line)
    return kept
