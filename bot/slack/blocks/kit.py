"""Small pieces of Block Kit. Limits: https://docs.slack.dev/reference/block-kit

slack_sdk's models check lengths as Slack does; they raise here, in the tests, and not in a channel.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

SECTION = 3000
FIELD = 2000
BUTTON = 75
CONTEXT_ELEMENTS = 10

Blocks = list[Block]


def escape(text: str) -> str:
    """Text of a document or a person, so that it cannot link, mention or ping.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(address: str | None, label: str) -> str:
    """A link in mrkdwn; only the label where there is no web address."""
    if not address or not address.startswith(("http://", "https://")):
        return escape(label)
    safe = escape(address).replace("|", "%7C")
    return f"<{safe}|{escape(label).replace('|', '/')}>"


def cut(text: str, most: int) -> str:
    """At most `most` characters, cut between words and marked so."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    space = head.rfind(" ")
    return f"{(head[:space] if space > most * 2 // 3 else head).rstrip()}…"


def lines(items: Sequence[str], most: int = SECTION) -> str:
    """The lines that fit, joined; none is cut in the middle (an escape or a link would break)."""
    kept: list[str] = []
    left = most
    for item in items:
        left -= len(item) + 1
        if left < 0:
            break
        kept.append(item)
    return "\n".join(kept)


def section(text: str, block_id: str | None = None, **more: Any) -> Block:
    """A paragraph of mrkdwn, `text` already escaped and short enough."""
    return SectionBlock(text=MarkdownTextObject(text=text), block_id=block_id, **more)


def context(*texts: str, block_id: str | None = None) -> Block:
    """Small print."""
    elements = [MarkdownTextObject(text=text) for text in texts[:CONTEXT_ELEMENTS]]
    return ContextBlock(elements=elements, block_id=block_id)


def button(
    label: str,
    action: str,
    value: dict[str, str],
    *,
    style: str | None = None,
    confirm: ConfirmObject | None = None,
    spoken: str | None = None,
) -> ButtonElement:
    """A button that sends `value` back as JSON. `spoken` is what a screen reader says."""
    return ButtonElement(
        text=PlainTextObject(text=cut(label, BUTTON), emoji=True),
        action_id=action,
        value=json.dumps(value, separators=(",", ":")),
        style=style,
        confirm=confirm,
        accessibility_label=cut(spoken, BUTTON) if spoken else None,
    )


def actions(*elements: ButtonElement, block_id: str | None = None) -> Block:
    return ActionsBlock(elements=list(elements), block_id=block_id)


def as_dicts(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The blocks as they are sent. Raises `SlackObjectFormationError` for one beyond a limit."""
    return [block.to_dict() for block in blocks]
