"""The reply in plain text, for notifications and screen readers: verdict, reasons, links.

Slack advises at most 4 000 characters (https://docs.slack.dev/reference/methods/chat.postMessage).
"""

from __future__ import annotations

from bot.advisor import text as plain
from bot.advisor.answer import Answer
from bot.slack.blocks.kit import escape
from knowledge.checklist import Checklist
from knowledge.phrases import Phrases

MOST = 3900


def twin(answer: Answer, checklist: Checklist, phrases: Phrases, change: str = "") -> str:
    """The most important first, whole lines only; links last and always kept."""
    said = [answer.headline, *answer.notes]
    if change:
        said.append(change)
    if answer.ring:
        said.append(plain.confidence(answer, phrases))
    said += [one.text for one in answer.reasons[:1]]
    for side, title in (
        ("for", phrases.labels.speaks_for),
        ("against", phrases.labels.speaks_against),
    ):
        stated = [
            plain.stated(check, checklist, phrases)
            for check in answer.checklist
            if check.weighs == side
        ]
        said += [f"{title}:", *(f"- {line}" for line in stated)] if stated else []
    said += [f"- {one.text}" for one in answer.guidance]
    for card in answer.cards:
        said += [f"{card.title}:", *(f"- {one.text}" for one in card.statements)]
    links = [
        f"{plain.numbers(source.numbers)} {source.title}: {source.place}"
        for source in plain.sources(answer)
    ]
    tail = _fitting([f"{phrases.labels.sources}:", *links], MOST // 3) if links else []
    return "\n".join([*_fitting(said, MOST - sum(len(line) + 1 for line in tail)), *tail])


def _fitting(said: list[str], most: int) -> list[str]:
    """The first lines that fit, escaped."""
    kept = []
    for line in map(escape, said):
        most -= len(line) + 1
        if most < 0:
            break
        kept.append(line)
    return kept
