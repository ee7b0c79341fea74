"""Rich text, tables and charts: the blocks whose insides are a language of their own.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from typing import Any

from . import limits
from .limits import BLOCKS, ELEMENTS
from .schema import (
    Check,
    Inspection,
    Shape,
    anything,
    boolean,
    enum,
    integer,
    items,
    number,
    one_of,
    shape,
    string,
    url,
)

style = shape(
    f"{BLOCKS}/rich-text-block",
    {},
    dict.fromkeys(
        (
            *("bold", "italic", "strike", "code", "underline"),
            *("highlight", "client_highlight", "unlink"),
        ),
        boolean,
    ),
)


def _said(value: Any, at: str, seen: Inspection) -> None:
    string(None)(value, at, seen)
    seen.rendered += len(str(value))


def _broadcast(value: Any, at: str, seen: Inspection) -> None:
    enum("here", "channel", "everyone")(value, at, seen)
    seen.broadcasts.append(str(value))


def _mention(value: Any, at: str, seen: Inspection) -> None:
    string()(value, at, seen)
    seen.broadcasts.append(f"@{value}")


_rich = f"{BLOCKS}/rich-text-block"
_style: dict[str, Check] = {"style": style}
INLINE: dict[str, Shape] = {
    "text": shape(_rich, {"text": _said}, _style),
    "link": shape(
        f"{ELEMENTS}/link-element",
        {"url": url()},
        {
            **_style,
            "text": _said,
            **dict.fromkeys(("unsafe", "from_llm", "is_slack_url", "truncated"), boolean),
        },
    ),
    "emoji": shape(
        _rich, {"name": string()}, {**_style, "unicode": string(), "skin_tone": integer()}
    ),
    "user": shape(_rich, {"user_id": _mention}, _style),
    "usergroup": shape(_rich, {"usergroup_id": _mention}, _style),
    "channel": shape(_rich, {"channel_id": string()}, _style),
    "team": shape(_rich, {"team_id": string()}, _style),
    "broadcast": shape(_rich, {"range": _broadcast}, _style),
    "color": shape(_rich, {"value": string()}, _style),
    "date": shape(
        _rich,
        {"timestamp": integer(), "format": string()},
        {**_style, "url": url(), "fallback": string()},
    ),
    "citation": shape(
        f"{ELEMENTS}/citation-element",
        {"url": url(), "text": _said, "index": number, "details": anything},
        {"from_llm": boolean, "is_slack_url": boolean},
    ),
}
_inline = items(one_of(INLINE), 0)
_section = shape(_rich, {"elements": _inline})
RICH: dict[str, Shape] = {
    "rich_text_section": _section,
    "rich_text_preformatted": shape(
        _rich,
        {"elements": items(one_of(INLINE, "text", "link"), 0)},
        {"border": integer(0, 1), "language": string()},
    ),
    "rich_text_quote": shape(_rich, {"elements": _inline}, {"border": integer(0, 1)}),
    "rich_text_list": shape(
        _rich,
        {
            "style": enum("bullet", "ordered"),
            "elements": items(one_of({"rich_text_section": _section})),
        },
        {"indent": integer(0, 8), "offset": integer(0), "border": integer(0, 1)},
    ),
}
rich_text = shape(_rich, {"elements": items(one_of(RICH))}, {"block_id": anything})

CELL: dict[str, Check] = {
    "raw_text": shape(f"{BLOCKS}/table-block", {"text": _said}),
    "raw_number": shape(f"{BLOCKS}/table-block", {"value": number}, {"text": _said}),
    "rich_text": rich_text,
}
column = shape(
    f"{BLOCKS}/table-block", {}, {"align": enum("left", "center", "right"), "is_wrapped": boolean}
)


def columns(value: Any, at: str, seen: Inspection) -> None:
    """Settings for the first columns; null leaves a column as it is. At most 20."""
    if not isinstance(value, list) or len(value) > limits.TABLE_COLUMNS:
        seen.note(at, f"no more than {limits.TABLE_COLUMNS} items allowed")
        return
    for i, item in enumerate(value):
        if item is not None:
            column(item, f"{at}/{i}", seen)


table_rows = items(items(one_of(CELL), 1, limits.TABLE_COLUMNS), 1, limits.TABLE_ROWS)


def data_rows(value: Any, at: str, seen: Inspection) -> None:
    """2 to 101 rows of one length, the first a header without rich text.

    https://docs.slack.dev/reference/block-kit/blocks/data-table-block
    """
    before = len(seen.problems)
    items(items(one_of(CELL), 1, limits.TABLE_COLUMNS), *limits.DATA_TABLE_ROWS)(value, at, seen)
    if len(seen.problems) > before:
        return
    if any(cell["type"] == "rich_text" for cell in value[0]):
        seen.note(f"{at}/0", "rich_text is not allowed in the header row")
    if len({len(row) for row in value}) > 1:
        seen.note(at, "all rows must have the same number of cells")


_chart = f"{BLOCKS}/data-visualization-block"
_point = shape(_chart, {"label": string(), "value": number})
_series = items(shape(_chart, {"name": string(), "data": items(_point)}), 1, 6)
_axes = shape(
    _chart,
    {"categories": items(string())},
    {"x_label": string(50), "y_label": string(50)},
)
chart = one_of(
    {
        "pie": shape(_chart, {"segments": items(_point, 1, 6)}),
        **dict.fromkeys(
            ("bar", "line", "area"),
            shape(_chart, {"series": _series, "axis_config": _axes}),
        ),
    }
)
