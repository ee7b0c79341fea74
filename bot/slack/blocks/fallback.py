"""The same message in blocks that every Slack client and plan knows.

Newer blocks (table, context_actions, container) and elements (citation) are refused with
`invalid_blocks` here and there; then the message is sent once more in this form: https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.slack.blocks.kit import SECTION, escape, lines
from bot.slack.ids import Action

Json = dict[str, Any]


def plain_blocks(blocks: Sequence[Json]) -> list[Json]:
    """The blocks with each newer one put into older words."""
    return [older for block in blocks for older in _older(block)]


def _older(block: Json) -> Iterator[Json]:
    if block["type"] == "table":
        yield _section(block)
    elif block["type"] == "context_actions":
        yield {
            "type": "actions",
            "block_id": block["block_id"],
            "elements": [button for element in block["elements"] for button in _votes(element)],
        }
    elif block["type"] == "rich_text":
        yield {**block, "elements": [_linked(element) for element in block["elements"]]}
    elif block["type"] == "container":
        title = block.get("title")
        if title:
            yield {"type": "context", "elements": [title]}
        for child in block["child_blocks"]:
            yield from _older(child)
    else:
        yield block


def _section(table: Json) -> Json:
    _, *rows = [[cell.get("text", "") for cell in row] for row in table["rows"]]
    said = [f"{escape(first)}: {escape('; '.join(rest))}" for first, *rest in rows]
    text = {"type": "mrkdwn", "text": lines(said, SECTION)}
    return {"type": "section", "block_id": table["block_id"], "text": text}


def _linked(element: Json) -> Json:
    """Rich text whose citations are links."""
    if element["type"] == "citation":
        return {"type": "link", "url": element["url"], "text": element["text"]}
    inner = element.get("elements")
    return element if inner is None else {**element, "elements": [_linked(one) for one in inner]}


def _votes(element: Json) -> Iterator[Json]:
    if element["type"] != "feedback_buttons":
        return
    pairs = (("positive_button", Action.VOTE_UP), ("negative_button", Action.VOTE_DOWN))
    for name, action in pairs:
        vote = element[name]
        yield {
            "type": "button",
            "action_id": action.value,
            "text": vote["text"],
            "value": vote["value"],
        }
