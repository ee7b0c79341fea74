"""Whole payloads: what Slack takes as blocks or as a view, and what it says of the rest.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from . import limits
from .blocks import BLOCK
from .elements import ELEMENT
from .limits import BLOCKS
from .rules import DOCS, Problem, SlackError
from .schema import Check, Inspection, anything, boolean, one_of, shape, string, text
from .second_opinion import ask_the_sdk

_serial = itertools.count(1)
plain = "plain_text"

AT_MOST = {"table": 1, "data_visualization": 2}
"""Blocks of a type that one message may hold."""


def inspect(blocks: Any, surface: str, root: str = "/blocks") -> Inspection:
    """Check a list of blocks for a surface (`message`, `modal` or `home`)."""
    seen = Inspection(surface)
    if not isinstance(blocks, list):
        seen.note(root, "must be an array", "invalid_blocks_format")
        return seen
    if len(blocks) > limits.BLOCKS_IN[surface]:
        seen.note(root, f"no more than {limits.BLOCKS_IN[surface]} items allowed")
    for i, block in enumerate(blocks):
        at, seen.action_ids = f"{root}/{i}", set()
        before = len(seen.problems)
        one_of(BLOCK)(block, at, seen)
        if len(seen.problems) == before:
            ask_the_sdk(block, at, seen)
        kind = block.get("type") if isinstance(block, dict) else None
        seen.types.append(str(kind))
        if kind in BLOCK and surface not in BLOCK[kind].surfaces:
            seen.doc = BLOCK[kind].doc
            seen.note(f"{at}/type", f"unsupported type in {surface}: {kind}")
            seen.doc = BLOCKS
    for kind, most in AT_MOST.items():
        if seen.types.count(kind) > most:
            seen.note(root, f"no more than {most} {kind} blocks allowed", "invalid_attachments")
    if seen.markdown > limits.MARKDOWN_TOTAL:
        seen.note(root, f"markdown blocks exceed {limits.MARKDOWN_TOTAL}", "msg_blocks_too_long")
    if surface == "message" and seen.rendered > limits.RENDERED_TOTAL:
        seen.note(root, f"{seen.rendered} characters rendered", "msg_blocks_too_long")
    return seen


def refuse(problems: list[Problem], error: str | None = None) -> None:
    """Raise what Slack answers for these problems: the error, and each one as a message.

    https://docs.slack.dev/reference/methods/chat.postMessage#errors
    """
    if not problems:
        return
    said = [str(problem) for problem in problems]
    special = next((p.rule for p in problems if p.rule != "invalid_blocks"), "invalid_blocks")
    raise SlackError(
        error or special,
        "; ".join(said[:5]),
        doc=problems[0].doc,
        errors=[message.removeprefix("[ERROR] ") for message in said],
        response_metadata={"messages": said},
    )


def inspect_view(view: Any, surfaces: tuple[str, ...]) -> Inspection:
    """Check a view object (https://docs.slack.dev/reference/views)."""
    kind = view.get("type") if isinstance(view, dict) else None
    seen = Inspection(str(kind), doc=f"{DOCS}/reference/views")
    if kind not in surfaces:
        seen.note("/view/type", f"must be one of: {', '.join(surfaces)}")
        return seen
    found = inspect(view.get("blocks"), kind, "/view/blocks") if "blocks" in view else None
    inputs = any(b.get("type") == "input" for b in view.get("blocks") or [] if isinstance(b, dict))
    shared: dict[str, Check] = {
        "private_metadata": string(limits.PRIVATE_METADATA, 0),
        "callback_id": string(limits.ID, 0),
        "external_id": string(limits.ID, 0),
    }
    title = text(limits.VIEW_TITLE, plain)
    modal: dict[str, Check] = {
        "close": title,
        "submit": title,
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    }
    required: dict[str, Check] = {
        "blocks": anything,
        **({"title": title} if kind == "modal" else {}),
    }
    optional = {**shared, **(modal if kind == "modal" else {})}
    shape(seen.doc, required, optional)(view, "/view", seen)
    if kind == "modal" and inputs and "submit" not in view:
        seen.note("/view", "missing required field: submit (the view has input blocks)")
    if found is not None:
        seen.problems += found.problems
        seen.spoken, seen.broadcasts, seen.types = found.spoken, found.broadcasts, found.types
    return seen


def fill_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A copy of the blocks with the block_ids and action_ids that Slack adds where none are."""
    copied: list[dict[str, Any]] = json.loads(json.dumps(blocks))
    for block in copied:
        block.setdefault("block_id", f"b{next(_serial):04d}")
        for child in block.get("child_blocks") or []:
            fill = fill_ids([child])[0]
            child.update(fill)
        for item in elements_of(block):
            if item.get("type") in ELEMENT and item["type"] != "image":
                item.setdefault("action_id", f"a{next(_serial):04d}")
    return copied


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements of a block, wherever its type keeps them."""
    if block.get("type") == "rich_text":
        return []
    found = [block[name] for name in ("accessory", "element") if isinstance(block.get(name), dict)]
    for name in ("elements", "actions"):
        found += [item for item in block.get(name) or [] if isinstance(item, dict)]
    return found + [
        inner for item in found if item.get("type") == "card" for inner in elements_of(item)
    ]


PINGS = re.compile(r"<!(channel|here|everyone)(?:\|[^>]*)?>|<!subteam\^(\w+)[^>]*>|<@(\w+)[^>]*>")


def pings_in(said: str) -> list[str]:
    """Whom a text notifies: `channel`, `here`, `everyone`, a group's or a user's id.

    https://docs.slack.dev/messaging/formatting-message-text
    """
    return [next(filter(None, match.groups())) for match in PINGS.finditer(said)]
