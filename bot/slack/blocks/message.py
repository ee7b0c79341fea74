"""What is posted, and the reviewed words that it is written with."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from knowledge.checklist import Checklist
from knowledge.phrases import Phrases
from knowledge.wording import ReplyWording


@dataclass(frozen=True)
class Words:
    """The reviewed content that a reply is written with."""

    checklist: Checklist
    phrases: Phrases
    wording: ReplyWording


@dataclass(frozen=True)
class Message:
    """What is posted: blocks, and the same in plain text for notifications and screen readers."""

    blocks: list[Block]
    text: str
