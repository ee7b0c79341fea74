"""Rich text as HTML. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.screens.emoji import EMOJI
from tools.screens.markup import tag, text
from tools.screens.names import Names

Json = dict[str, Any]
_STYLES = {"bold": "b", "italic": "i", "strike": "s", "code": "code"}


def rich(part: Json, names: Names) -> str:
    """Any part of a rich text. Raises `KeyError` for a type that is not known."""
    return PARTS[part["type"]](part, names)


def _inside(part: Json, names: Names) -> str:
    return "".join(rich(one, names) for one in part["elements"])


def _list(part: Json, names: Names) -> str:
    items = [tag("li", rich(one, names)) for one in part["elements"]]
    return tag("ol" if part.get("style") == "ordered" else "ul", *items)


def _text(part: Json, names: Names) -> str:
    shown = text(part["text"])
    for style, name in _STYLES.items():
        if part.get("style", {}).get(style):
            shown = tag(name, shown)
    return shown


PARTS: dict[str, Callable[[Json, Names], str]] = {
    "rich_text_section": lambda part, names: tag("div", _inside(part, names)),
    "rich_text_quote": lambda part, names: tag("blockquote", _inside(part, names)),
    "rich_text_preformatted": lambda part, names: tag("pre", _inside(part, names)),
    "rich_text_list": _list,
    "text": _text,
    "link": lambda part, _: tag("a", text(part.get("text") or part["url"]), href=part["url"]),
    "citation": lambda part, _: tag("a", text(part["text"]), class_="citation", href=part["url"]),
    "emoji": lambda part, _: EMOJI[part["name"]],
    "user": lambda part, names: tag(
        "span", text("@" + names.names(part["user_id"])), class_="mention"
    ),
    "channel": lambda part, names: tag(
        "span", text("#" + names.names(part["channel_id"])), class_="mention"
    ),
}
"""Every part that can be shown."""
