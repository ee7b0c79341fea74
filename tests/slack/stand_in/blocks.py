"""The types of block, one entry each, as documented.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from typing import Any

from . import limits
from .elements import ELEMENT, IN_ACTIONS, IN_INPUT, IN_SECTION, element
from .limits import BLOCKS
from .rich_text import chart, columns, data_rows, rich_text, table_rows
from .schema import (
    Check,
    Inspection,
    Shape,
    anything,
    boolean,
    enum,
    integer,
    items,
    one_of,
    shape,
    string,
    text,
    url,
)

MESSAGE = frozenset({"message"})
plain = "plain_text"


def _block_id(value: Any, at: str, seen: Inspection) -> None:
    string(limits.ID)(value, at, seen)
    if isinstance(value, str):
        if value in seen.block_ids:
            seen.note(at, f"`block_id` already exists: {value}")
        seen.block_ids.add(value)


def _section(value: Any, at: str, seen: Inspection) -> None:
    if "text" not in value and "fields" not in value:
        seen.note(at, "missing required field: text")


def _markdown(value: Any, at: str, seen: Inspection) -> None:
    string(limits.MARKDOWN_TOTAL)(value, at, seen)
    seen.markdown += len(str(value))
    seen.rendered += len(str(value))
    seen.spoken.append(str(value))


def _input(value: Any, at: str, seen: Inspection) -> None:
    inner = value.get("element")
    kind = inner.get("type") if isinstance(inner, dict) else None
    if kind == "file_input" and seen.surface != "modal":
        seen.note(f"{at}/element/type", f"unsupported type in {seen.surface}: file_input")


def _card(value: Any, at: str, seen: Inspection) -> None:
    if not value.keys() & {"hero_image", "title", "actions", "body"}:
        seen.note(at, "at least one of hero_image, title, actions, body is required")


def _container(value: Any, at: str, seen: Inspection) -> None:
    if not value.keys() & {"title", "rich_text_title"}:
        seen.note(at, "missing required field: title")


IN_CONTAINER = ("actions", "context", "divider", "header", "image", "section", "table", "video")
"""What a container may hold. The page lists `file`, `input` and `rich_text` too, which Slack's own
validator was seen to refuse: https://docs.slack.dev/reference/block-kit/blocks/container-block"""


def _child(value: Any, at: str, seen: Inspection) -> None:
    one_of({name: BLOCK[name] for name in IN_CONTAINER})(value, at, seen)


def _plain_string(most: int) -> Check:
    def check(value: Any, at: str, seen: Inspection) -> None:
        string(most)(value, at, seen)
        seen.rendered += len(str(value))

    return check


def _block(name: str, required: dict[str, Check], optional: Any = None, **more: Any) -> Shape:
    return shape(
        f"{BLOCKS}/{name}-block", required, {"block_id": _block_id, **(optional or {})}, **more
    )


_context = one_of({"image": ELEMENT["image"], plain: text(), "mrkdwn": text()})
card = _block(
    "card",
    {},
    {
        "hero_image": ELEMENT["image"],
        "icon": ELEMENT["image"],
        "title": text(limits.CARD_TITLE),
        "subtitle": text(limits.CARD_SUBTITLE),
        "body": text(limits.CARD_BODY),
        "actions": items(element("button"), 1),
    },
    also=_card,
    surfaces=MESSAGE,
)
_source = shape(f"{limits.ELEMENTS}/url-source-element", {"url": url(), "text": string()})
task_card = _block(
    "task-card",
    {
        "task_id": string(),
        "title": _plain_string(3000),
        "status": enum("pending", "in_progress", "complete", "error"),
    },
    {
        "details": rich_text,
        "output": rich_text,
        "sources": items(one_of({"url": _source}), 0),
    },
    surfaces=MESSAGE,
)

BLOCK: dict[str, Shape] = {
    "section": _block(
        "section",
        {},
        {
            "text": text(limits.SECTION_TEXT),
            "fields": items(text(limits.FIELD_TEXT), 1, limits.SECTION_FIELDS),
            "accessory": element(*IN_SECTION),
            "expand": boolean,
        },
        also=_section,
    ),
    "divider": _block("divider", {}),
    "header": _block("header", {"text": text(limits.HEADER_TEXT, plain)}),
    "context": _block("context", {"elements": items(_context, 1, limits.CONTEXT_ELEMENTS)}),
    "actions": _block(
        "actions", {"elements": items(element(*IN_ACTIONS), 1, limits.ACTIONS_ELEMENTS)}
    ),
    "context_actions": _block(
        "context-actions",
        {
            "elements": items(
                element("feedback_buttons", "icon_button"), 1, limits.CONTEXT_ACTIONS_ELEMENTS
            )
        },
        surfaces=MESSAGE,
    ),
    "image": _block(
        "image",
        {"alt_text": string(limits.IMAGE_ALT)},
        {
            "image_url": url(limits.URL),
            "slack_file": anything,
            "title": text(limits.IMAGE_TITLE, plain),
        },
    ),
    "input": _block(
        "input",
        {"label": text(limits.INPUT_LABEL, plain), "element": element(*IN_INPUT)},
        {
            "hint": text(limits.INPUT_HINT, plain),
            "optional": boolean,
            "dispatch_action": boolean,
        },
        also=_input,
    ),
    "markdown": _block("markdown", {"text": _markdown}, surfaces=MESSAGE),
    "rich_text": _block("rich-text", {"elements": rich_text.known["elements"]}),
    "table": _block("table", {"rows": table_rows}, {"column_settings": columns}, surfaces=MESSAGE),
    "data_table": _block(
        "data-table",
        {"rows": data_rows, "caption": _plain_string(3000)},
        {"page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
        surfaces=MESSAGE,
    ),
    "data_visualization": _block(
        "data-visualization",
        {"title": _plain_string(limits.CHART_TITLE), "chart": chart},
        surfaces=MESSAGE,
    ),
    "card": card,
    "carousel": _block(
        "carousel",
        {"elements": items(one_of({"card": card}), 1, limits.CAROUSEL_CARDS)},
        surfaces=MESSAGE,
    ),
    "container": _block(
        "container",
        {"child_blocks": items(_child, 1, limits.CONTAINER_CHILDREN)},
        {
            "title": text(limits.CARD_TITLE, plain),
            "rich_text_title": rich_text,
            "subtitle": text(limits.CARD_SUBTITLE),
            "icon": ELEMENT["image"],
            "width": enum("narrow", "standard", "wide", "full"),
            **dict.fromkeys(("is_collapsible", "default_collapsed", "has_header_divider"), boolean),
        },
        also=_container,
        surfaces=MESSAGE,
    ),
    "task_card": task_card,
    "plan": _block(
        "plan",
        {"title": _plain_string(3000)},
        {"tasks": items(one_of({"task_card": task_card}), 0)},
        surfaces=MESSAGE,
    ),
    "alert": _block(
        "alert",
        {"text": text()},
        {"level": enum("default", "info", "warning", "error", "success")},
        surfaces=frozenset({"modal"}),
    ),
    "video": _block(
        "video",
        {
            "alt_text": string(),
            "title": text(199, plain),
            "thumbnail_url": url(),
            "video_url": url(),
        },
        dict.fromkeys(
            ("author_name", "description", "provider_icon_url", "provider_name", "title_url"),
            anything,
        ),
    ),
}
"""Every block type that the stand-in takes. `file` and `call` cannot simply be posted by an app."""
