"""A list of assessments, each with a way to see it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot.slack.blocks.kit import (
    button,
    lines,
    link,
    moment,
    one_line,
    section,
    web_address,
)
from bot.slack.blocks.message import Message
from bot.slack.ids import Action
from bot.store.records import Assessment
from knowledge.wording import CommandWording, load_command_wording, load_reply_wording

SHOWN = 10
_QUESTION = 200
_WORDS = 100


def history(
    found: Sequence[Assessment], links: Mapping[str, str | None], words: str = ""
) -> Message:
    """`links` are permalinks by the id of an assessment; `words` is what was searched for."""
    wording, sought = load_command_wording(), one_line(words, _WORDS)
    if not found:
        phrase = wording.history_not_found if words else wording.history_none
        said = phrase.format(words=sought)
        return Message([section(said)], said)
    title = wording.history_found.format(words=sought) if words else wording.history_title
    blocks = [section(f"*{title}*"), *(_row(kept, links.get(kept.id), wording) for kept in found)]
    named = (f"• {link(links.get(kept.id), _name(kept, wording))}" for kept in found)
    return Message(blocks, lines([title, *named]))


def _row(kept: Assessment, address: str | None, wording: CommandWording) -> Block:
    ring = kept.answer.ring
    line = wording.history_line.format(
        mark=load_reply_wording().rings[ring] if ring else "•",
        question=one_line(_name(kept, wording), _QUESTION),
    )
    told = [f"*{ring}*"] if ring else []
    said = lines([line, " · ".join([*told, moment(kept.asked_at)])])
    return section(said, f"row:{kept.id}", accessory=_way(kept, address, wording))


def _way(kept: Assessment, address: str | None, wording: CommandWording) -> ButtonElement:
    if web_address(address) is None:
        return button(wording.open, Action.OPEN, {"id": kept.id}, spoken=_spoken(kept, wording))
    return ButtonElement(
        text=wording.go_to,
        url=str(address),
        action_id=Action.LINK.value,
        accessibility_label=_spoken(kept, wording),
    )


def _name(kept: Assessment, wording: CommandWording) -> str:
    flat = " ".join(kept.question.split()) or wording.no_words
    return flat if len(flat) <= _QUESTION else f"{flat[: _QUESTION - 1].rstrip()}…"


def _spoken(kept: Assessment, wording: CommandWording) -> str:
    return f"{wording.open}: {_name(kept, wording)}"[:75]
