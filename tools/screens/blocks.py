"""Blocks as HTML. https://docs.slack.dev/reference/block-kit/blocks"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tools.screens.elements import Json, Shown, element, said
from tools.screens.markup import plain, tag
from tools.screens.rich_text import rich


def blocks(bodies: Sequence[Json], shown: Shown) -> str:
    """A list of blocks. Raises `KeyError` for a type that is not known."""
    return "".join(
        tag("div", BLOCKS[body["type"]](body, shown), class_=f"block {body['type']}")
        for body in bodies
    )


def _section(body: Json, shown: Shown) -> str:
    parts = []
    if "text" in body:
        parts.append(tag("div", said(body["text"], shown), class_="text"))
    if "fields" in body:
        fields = [tag("div", said(one, shown), class_="text") for one in body["fields"]]
        parts.append(tag("div", *fields, class_="fields"))
    left = tag("div", *parts, class_="left")
    accessory = body.get("accessory")
    return left + (tag("div", _entered(accessory, body, shown)) if accessory else "")


def _context(body: Json, shown: Shown) -> str:
    return "".join(tag("div", said(one, shown)) for one in body["elements"])


def _actions(body: Json, shown: Shown) -> str:
    return "".join(_entered(one, body, shown) for one in body["elements"])


def _input(body: Json, shown: Shown) -> str:
    optional = tag("span", " (optional)", class_="hint") if body.get("optional") else ""
    label = tag("div", said(body["label"], shown), optional, class_="label")
    hint = tag("div", said(body["hint"], shown), class_="hint") if "hint" in body else ""
    error = shown.errors.get(body["block_id"])
    wrong = tag("div", plain(f"⚠ {error}"), class_="error") if error else ""
    return label + _entered(body["element"], body, shown) + wrong + hint


def _entered(inner: Json, body: Json, shown: Shown) -> str:
    values = shown.entered.get(body.get("block_id", ""), {})
    return element(inner, values.get(inner.get("action_id"), {}), shown)


def _table(body: Json, shown: Shown) -> str:
    head, *rows = body["rows"]
    cells = [tag("tr", *(tag("th", _cell(one, shown)) for one in head))]
    cells += [tag("tr", *(tag("td", _cell(one, shown)) for one in row)) for row in rows]
    return tag("table", *cells)


def _cell(body: Json, shown: Shown) -> str:
    return rich_text(body, shown) if body["type"] == "rich_text" else plain(body["text"])


def _container(body: Json, shown: Shown) -> str:
    title = body.get("title")
    named = plain(title["text"]) if title else rich_text(body["rich_text_title"], shown)
    folded = body.get("is_collapsible") and body.get("default_collapsed") and not shown.unfolded
    mark = ("▸ " if folded else "▾ ") if body.get("is_collapsible") else ""
    inside = "" if folded else blocks(body["child_blocks"], shown)
    return tag("div", mark, named, class_="fold") + inside


def rich_text(body: Json, shown: Shown) -> str:
    return "".join(rich(one, shown.names) for one in body["elements"])


BLOCKS: dict[str, Callable[[Json, Shown], str]] = {
    "section": _section,
    "divider": lambda *_: "<hr>",
    "header": lambda body, _: plain(body["text"]["text"]),
    "context": _context,
    "actions": _actions,
    "context_actions": _actions,
    "input": _input,
    "rich_text": rich_text,
    "table": _table,
    "container": _container,
}
"""Every block that can be shown."""
