"""What stands above a reply whose question stands nowhere else: who asked what, for whom."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.slack.blocks.kit import context, escape, one_line
from bot.store.records import Assessment
from knowledge.wording import DraftWording

_QUESTION = 400
"""Characters of the question that are shown."""


def origin(kept: Assessment, wording: DraftWording) -> list[Block]:
    """Nothing for a reply in the thread of its question."""
    if not kept.alone:
        return []
    question = one_line(kept.question, _QUESTION)
    asked = f"{escape(wording.asked)} “{question}”" if question else escape(wording.by_form)
    return [context(*_people(kept, wording), asked, block_id="origin")]


def _people(kept: Assessment, wording: DraftWording) -> list[str]:
    said = []
    if kept.shared_by:
        said.append(wording.shared_by.format(user=f"<@{kept.shared_by}>"))
    if kept.author is not None:
        phrase = wording.assessed if kept.author else wording.assessed_bot
        said.append(phrase.format(asker=f"<@{kept.asker}>", author=f"<@{kept.author}>"))
    return said
