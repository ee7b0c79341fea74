"""Fits a reply into Slack's limits: what is reserved always stays whole, the rest as space allows.

50 blocks to a message (https://docs.slack.dev/reference/block-kit/blocks); the sum of rendered text
has an undocumented ceiling near 13 200 characters, beyond which Slack answers
`msg_blocks_too_long` (https://github.com/slackapi/bolt-js/issues/2509), so that we stay well below.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from slack_sdk.models.blocks import Block

MOST_BLOCKS = 50
MOST_CHARACTERS = 11_000


@dataclass(frozen=True)
class Part:
    """Blocks that stand or fall together. `rank` 0 is reserved; the highest rank goes first."""

    blocks: Sequence[Block]
    rank: int = 0
    size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(map(rendered, self.blocks)))


@dataclass(frozen=True)
class Plan:
    """What is sent. `shortened` is true where a part was left out."""

    blocks: list[Block]
    shortened: bool


def plan(parts: Sequence[Part], notice: Block) -> Plan:
    """The parts that fit, in their order, and `notice` at the end where any does not.

    Raises `ValueError` where the reserved parts alone do not fit: their builders bound them.
    """
    order = sorted(range(len(parts)), key=lambda at: (parts[at].rank, at))
    left_blocks, left_characters = MOST_BLOCKS - 1, MOST_CHARACTERS - rendered(notice)
    kept: set[int] = set()
    for at in order:
        part = parts[at]
        fits = len(part.blocks) <= left_blocks and part.size <= left_characters
        if not fits and part.rank == 0:
            raise ValueError("the reserved parts of a reply do not fit into a message")
        if fits:
            kept.add(at)
            left_blocks -= len(part.blocks)
            left_characters -= part.size
    blocks = [block for at, part in enumerate(parts) if at in kept for block in part.blocks]
    shortened = len(kept) < len(parts)
    return Plan([*blocks, notice] if shortened else blocks, shortened)


def rendered(block: Block) -> int:
    """Characters that a block puts on the screen, counted generously: all but the values."""
    return _length(block.to_dict())


_UNSEEN = {"type", "value", "block_id", "action_id", "style", "url", "accessibility_label", "emoji"}


def _length(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_length(item) for name, item in value.items() if name not in _UNSEEN)
    if isinstance(value, list):
        return sum(map(_length, value))
    return 0 if value is None or isinstance(value, bool) else len(json.dumps(value))
