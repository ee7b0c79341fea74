"""Small pieces of Block Kit. Limits: https://docs.slack.dev/reference/block-kit

slack_sdk's models check lengths as Slack does; they raise here, in the tests, and not in a channel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContainerBlock,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.advisor.text import visible

SECTION = 3000
FIELD = 2000
BUTTON = 75
CONTEXT_ELEMENTS = 10
CONTAINER_TITLE = 150
CONTAINER_CHILDREN = 10

Blocks = list[Block]


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f-\xa0\s<>|\u202a-\u202e\u2066-\u2069]{1,600}")
_HOST = re.compile(r"https?://(?:[^/?#]*@)?([^/?#:@]+)")
_LEFT_OUT = "…"


def escape(text: str) -> str:
    """Text of a document or a person, so that it cannot link, mention, ping or turn the line.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return "".join(_ENTITIES.get(character, character) for character in visible(text))


def fitted(text: str, most: int) -> str:
    """Escaped text of at most `most` characters, cut between words: never inside an entity."""
    shown = visible(text)
    if len(escape(shown)) <= most:
        return escape(shown)
    room, kept = most - len(_LEFT_OUT), 0
    for character in shown:
        room -= len(_ENTITIES.get(character, character))
        if room < 0:
            break
        kept += 1
    return escape(_broken_off(shown[:kept]))


def flat(text: str, most: int) -> str:
    """Text on one line, not escaped: for plain text and rich text."""
    return cut(" ".join(visible(text).split()), most)


def one_line(text: str, most: int) -> str:
    """Escaped text on one line."""
    return fitted(" ".join(text.split()), most)


def web_address(address: str | None) -> str | None:
    """An address that can be linked to: of the web, and without a character that ends a link."""
    return address if address and _ADDRESS.fullmatch(address) else None


def host(address: str | None) -> str:
    """The host of a web address; empty for any other."""
    found = _HOST.match(web_address(address) or "")
    return found.group(1) if found else ""


def link(address: str | None, label: str) -> str:
    """A link in mrkdwn; only the label where there is no web address."""
    safe = web_address(address)
    if safe is None:
        return escape(label)
    return f"<{escape(safe)}|{escape(label).replace('|', '/')}>"


def cut(text: str, most: int) -> str:
    """At most `most` characters, cut between words and marked so."""
    return text if len(text) <= most else _broken_off(text[: most - len(_LEFT_OUT)])


def _broken_off(head: str) -> str:
    space = head.rfind(" ")
    return f"{(head[:space] if space > len(head) * 2 // 3 else head).rstrip()}{_LEFT_OUT}"


def lines(items: Sequence[str], most: int = SECTION) -> str:
    """The lines that fit, joined; none is cut in the middle (an escape or a link would break).

    An ellipsis on a line of its own says that others were left out.
    """
    whole = "\n".join(items)
    if len(whole) <= most:
        return whole
    kept: list[str] = []
    left = most - len(_LEFT_OUT)
    for item in items:
        left -= len(item) + 1
        if left < 0:
            break
        kept.append(item)
    return "\n".join([*kept, _LEFT_OUT])


def section(text: str, block_id: str | None = None, **more: Any) -> Block:
    """A paragraph of mrkdwn, `text` already escaped and short enough; shown whole.

    Slack folds a tall section up behind "see more" unless it is told to expand it:
    https://docs.slack.dev/reference/block-kit/blocks/section-block
    """
    text_object = MarkdownTextObject(text=text)
    return SectionBlock(text=text_object, block_id=block_id, **{"expand": True, **more})


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


def folded(title: str, *blocks: Block, block_id: str) -> Block:
    """Blocks behind a title, shown to whoever opens it."""
    return ContainerBlock(
        title=cut(title, CONTAINER_TITLE),
        child_blocks=list(blocks[:CONTAINER_CHILDREN]),
        is_collapsible=True,
        default_collapsed=True,
        block_id=block_id,
    )


def actions(*elements: ButtonElement, block_id: str | None = None) -> Block:
    return ActionsBlock(elements=list(elements), block_id=block_id)


class RawBlock(Block):
    """A block as it is sent, for what slack_sdk has no model of: it would leave such parts out."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(type=body["type"], block_id=body.get("block_id"))
        self._body = body

    def to_dict(self) -> dict[str, Any]:
        return self._body


def as_dicts(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The blocks as they are sent. Raises `SlackObjectFormationError` for one beyond a limit."""
    return [block.to_dict() for block in blocks]


def moment(seconds: float, shown: str = "{date_short_pretty} {time}") -> str:
    """A moment, in seconds since 1970, as each reader's own clock and language show it.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    plain = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(seconds)}^{shown}|{plain}>"
