"""What a person does to elements: the action a click makes, and the state a form has.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload and
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .inspection import elements_of
from .rules import NotPossible
from .workspace import Json

ONE_ID = {
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
MANY_IDS = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
}
TYPED = frozenset(
    ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")
)
ONE_OPTION = frozenset(("static_select", "external_select", "radio_buttons", "overflow"))
MANY_OPTIONS = frozenset(("multi_static_select", "multi_external_select", "checkboxes"))
STATEFUL = (*ONE_ID, *MANY_IDS, *TYPED, *(ONE_OPTION - {"overflow"}), *MANY_OPTIONS)


def walk(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element with its block, also those in containers and cards."""
    for block in blocks:
        yield from walk(block.get("child_blocks") or [])
        for element in elements_of(block):
            if "action_id" in element:
                yield block, element


def find(
    blocks: list[Json], action_id: str, value: Any = None, block_id: str | None = None
) -> tuple[Json, Json]:
    """The element that a person can use under this action_id.

    Where several blocks have the same action_id, `block_id` chooses, or `value` the button that
    bears it.
    """
    found = [
        (b, e)
        for b, e in walk(blocks)
        if e["action_id"] == action_id and block_id in (None, b["block_id"])
    ]
    if not found:
        there = [e["action_id"] for _, e in walk(blocks)]
        raise NotPossible(f"nothing to click under {action_id!r}; there is {there}")
    if value is not None:
        exact = [(b, e) for b, e in found if e["type"] == "button" and e.get("value") == value]
        if not exact and all(e["type"] == "button" for _, e in found):
            raise NotPossible(f"no button {action_id!r} bears the value {value!r}")
        return (exact or found)[0]
    return found[0]


def options_of(element: Json) -> list[Json]:
    groups = [o for g in element.get("option_groups") or [] for o in g["options"]]
    return list(element.get("options") or []) + groups


def option(element: Json, value: Any) -> Json:
    """The option with this value, or with this text as a person reads it."""
    for given in options_of(element):
        if value in (given["value"], given["text"]["text"]):
            return given
    offered = [o["value"] for o in options_of(element)]
    raise NotPossible(f"{element['action_id']!r} does not offer {value!r}, only {offered}")


def chosen(element: Json, value: Any) -> Json:
    """What an element says once a person set it to `value`, as `state.values` has it."""
    kind = element["type"]
    if kind in TYPED:
        _check_typed(element, value)
        name = "rich_text_value" if kind == "rich_text_input" else "value"
        return {"type": kind, name: value}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": None if value is None else option(element, value)}
    if kind in MANY_OPTIONS:
        picked = [option(element, each) for each in (value or [])]
        if len(picked) > element.get("max_selected_items", len(picked)):
            raise NotPossible(f"{element['action_id']!r} takes fewer items")
        return {"type": kind, "selected_options": picked}
    if kind in ONE_ID:
        return {"type": kind, ONE_ID[kind][0]: value}
    if kind in MANY_IDS:
        return {"type": kind, MANY_IDS[kind][0]: list(value or [])}
    if kind == "file_input":
        return {"type": kind, "files": list(value or [])}
    raise NotPossible(f"a {kind} cannot be filled in")


def _check_typed(element: Json, value: Any) -> None:
    """What Slack's client does not let a person type."""
    if value is None or element["type"] == "rich_text_input":
        return
    said = str(value)
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if said and not least <= len(said) <= most:
        raise NotPossible(f"{element['action_id']!r} takes {least} to {most} characters")
    if element["type"] == "number_input" and not re.fullmatch(r"-?\d+(\.\d+)?", said):
        raise NotPossible(f"{said!r} is not a number")
    if element["type"] == "email_text_input" and "@" not in said:
        raise NotPossible(f"{said!r} is not an e-mail address")
    if element["type"] == "url_text_input" and "://" not in said:
        raise NotPossible(f"{said!r} is not a URL")


def initial(element: Json) -> Json:
    """What an element says before anyone touched it."""
    kind = element["type"]
    if kind in TYPED:
        name = "rich_text_value" if kind == "rich_text_input" else "value"
        return {"type": kind, name: element.get("initial_value")}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in MANY_OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options") or []}
    if kind in ONE_ID:
        said, first = ONE_ID[kind]
        return {"type": kind, said: element.get(first)}
    if kind in MANY_IDS:
        said, first = MANY_IDS[kind]
        return {"type": kind, said: element.get(first) or []}
    return {"type": kind, "files": []}


def state(blocks: list[Json], kept: Json) -> Json:
    """`state.values` of a surface: what was chosen so far, else what was there at first."""
    values: Json = {}
    for block, element in walk(blocks):
        if element["type"] not in (*STATEFUL, "file_input"):
            continue
        was = kept.get(block["block_id"], {}).get(element["action_id"])
        values.setdefault(block["block_id"], {})[element["action_id"]] = was or initial(element)
    return values


def fill(blocks: list[Json], kept: Json, given: Json) -> Json:
    """The state after a person filled in a form.

    `given` maps an action_id or a block_id to a value. Raises NotPossible where a required
    input stays empty, as Slack's client keeps the form open then.
    """
    values, left = state(blocks, kept), dict(given)
    for block, element in walk(blocks):
        for name in (element["action_id"], block["block_id"]):
            if name in left:
                set_to = chosen(element, left.pop(name))
                values[block["block_id"]][element["action_id"]] = set_to
    if left:
        raise NotPossible(f"the form has no input for {sorted(left)}")
    for block in blocks:
        if block["type"] == "input" and not block.get("optional", False):
            said = values[block["block_id"]][block["element"]["action_id"]]
            if not any(v for k, v in said.items() if k != "type"):
                raise NotPossible(f"required: {block['label']['text']!r} ({block['block_id']})")
    return values


def action(block: Json, element: Json, value: Any, ts: str) -> Json:
    """One entry of `actions` for a click on an element."""
    kind = element["type"]
    told: Json = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": kind,
        "action_ts": ts,
    }
    if kind in ("button", "icon_button", "workflow_button"):
        for name in ("text", "value", "style"):
            if name in element:
                told[name] = element[name]
        return told
    if kind == "feedback_buttons":
        both = [element["positive_button"], element["negative_button"]]
        names = {"positive": both[0], "negative": both[1], True: both[0], False: both[1]}
        button = names.get(value) or next((b for b in both if b["value"] == value), None)
        if button is None:
            raise NotPossible(f"feedback is positive or negative, not {value!r}")
        return {**told, "value": button["value"], "text": button["text"]}
    told |= chosen(element, value)
    if "placeholder" in element:
        told["placeholder"] = element["placeholder"]
    return told
