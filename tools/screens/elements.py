"""Interactive elements as HTML. https://docs.slack.dev/reference/block-kit/block-elements"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.screens.markup import mrkdwn, plain, tag
from tools.screens.names import Names

Json = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """What else is needed to show blocks.

    `entered` is the state of a form (block_id → action_id → value), `errors` what it says is
    wrong (block_id → message); `unfolded` shows what is folded up at first.
    """

    names: Names
    entered: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    unfolded: bool = False


def said(body: Json, shown: Shown) -> str:
    """A text object."""
    if body["type"] == "mrkdwn":
        return mrkdwn(body["text"], shown.names)
    return plain(body["text"])


def element(body: Json, value: Json, shown: Shown) -> str:
    """An element, with what was entered. Raises `KeyError` for a type that is not known."""
    return ELEMENTS[body["type"]](body, value, shown)


def _button(body: Json, _: Json, shown: Shown) -> str:
    arrow = " ↗" if body.get("url") else ""
    return tag("span", said(body["text"], shown), arrow, class_=f"button {body.get('style') or ''}")


def _static_select(body: Json, value: Json, shown: Shown) -> str:
    chosen = value.get("selected_option") or body.get("initial_option")
    return _select(said(chosen["text"], shown) if chosen else "", body, shown)


def _users_select(body: Json, value: Json, shown: Shown) -> str:
    user = value.get("selected_user") or body.get("initial_user")
    return _select(plain("@" + shown.names.names(user)) if user else "", body, shown)


def _conversations_select(body: Json, value: Json, shown: Shown) -> str:
    chosen = value.get("selected_conversation") or body.get("initial_conversation")
    return _select(plain("#" + shown.names.names(chosen)) if chosen else "", body, shown)


def _select(chosen: str, body: Json, shown: Shown) -> str:
    return tag("span", chosen or _placeholder(body, shown), tag("span", "⌄"), class_="select")


def _placeholder(body: Json, shown: Shown, nothing: str = "Choose…") -> str:
    hint = body.get("placeholder")
    return tag("span", said(hint, shown) if hint else nothing, class_="placeholder")


def _radio_buttons(body: Json, value: Json, shown: Shown) -> str:
    chosen = value.get("selected_option") or body.get("initial_option") or {}
    return "".join(
        _choice(one, shown, chosen.get("value") == one["value"], "radio") for one in body["options"]
    )


def _checkboxes(body: Json, value: Json, shown: Shown) -> str:
    chosen = value.get("selected_options", body.get("initial_options") or [])
    ticked = {one["value"] for one in chosen}
    return "".join(_choice(one, shown, one["value"] in ticked, "box") for one in body["options"])


def _choice(option: Json, shown: Shown, chosen: bool, kind: str) -> str:
    more = option.get("description")
    described = tag("div", said(more, shown), class_="hint") if more else ""
    mark = tag("span", class_=f"{kind} on" if chosen else kind)
    return tag("div", mark, tag("div", said(option["text"], shown), described), class_="choice")


def _plain_text_input(body: Json, value: Json, shown: Shown) -> str:
    written = value.get("value", body.get("initial_value")) or ""
    inside = plain(written) if written else _placeholder(body, shown, " ")
    return tag("div", inside, class_="field tall" if body.get("multiline") else "field")


def _feedback_buttons(body: Json, _: Json, shown: Shown) -> str:
    pairs = (("👍", body["positive_button"]), ("👎", body["negative_button"]))
    return "".join(
        tag("span", f"{mark} ", said(one["text"], shown), class_="vote") for mark, one in pairs
    )


ELEMENTS: dict[str, Callable[[Json, Json, Shown], str]] = {
    "button": _button,
    "static_select": _static_select,
    "users_select": _users_select,
    "conversations_select": _conversations_select,
    "radio_buttons": _radio_buttons,
    "checkboxes": _checkboxes,
    "plain_text_input": _plain_text_input,
    "feedback_buttons": _feedback_buttons,
}
"""Every element that can be shown."""
