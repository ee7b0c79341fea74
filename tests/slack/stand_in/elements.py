"""Block elements and composition objects, one entry each, as documented.

https://docs.slack.dev/reference/block-kit/block-elements and
https://docs.slack.dev/reference/block-kit/composition-objects
"""

from __future__ import annotations

from typing import Any

from . import limits
from .limits import ELEMENTS, OBJECTS
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


def action_id(value: Any, at: str, seen: Inspection) -> None:
    """At most 255 characters, and unique among the action_ids of its block."""
    string(limits.ID)(value, at, seen)
    if isinstance(value, str):
        if value in seen.action_ids:
            seen.note(at, f"`action_id` already exists: {value}")
        seen.action_ids.add(value)


plain = "plain_text"
confirm = shape(
    f"{OBJECTS}/confirmation-dialog-object",
    {
        "title": text(limits.CONFIRM_TITLE, plain),
        "text": text(limits.CONFIRM_TEXT),
        "confirm": text(limits.CONFIRM_BUTTON, plain),
        "deny": text(limits.CONFIRM_BUTTON, plain),
    },
    {"style": enum("primary", "danger")},
)


def option(*kinds: str) -> Shape:
    return shape(
        f"{OBJECTS}/option-object",
        {"text": text(limits.OPTION_TEXT, *kinds), "value": string(limits.OPTION_VALUE)},
        {"description": text(limits.OPTION_DESCRIPTION, *kinds), "url": url()},
    )


option_group = shape(
    f"{OBJECTS}/option-group-object",
    {
        "label": text(limits.GROUP_LABEL, plain),
        "options": items(option(plain), 1, limits.SELECT_OPTIONS),
    },
)
dispatch = shape(
    f"{OBJECTS}/dispatch-action-configuration-object",
    {},
    {"trigger_actions_on": items(enum("on_enter_pressed", "on_character_entered"))},
)
conversation_filter = shape(
    f"{OBJECTS}/conversation-filter-object",
    {},
    {
        "include": items(enum("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
placeholder = {"placeholder": text(limits.PLACEHOLDER, plain)}
common: dict[str, Check] = {"action_id": action_id}
asked: dict[str, Check] = {**common, "confirm": confirm}
entered: dict[str, Check] = {**common, **placeholder, "focus_on_load": boolean}
picked: dict[str, Check] = {**entered, "confirm": confirm}
several: dict[str, Check] = {**picked, "max_selected_items": integer(1)}


def exactly_one(*names: str) -> Check:
    def check(value: Any, at: str, seen: Inspection) -> None:
        if sum(name in value for name in names) != 1:
            seen.note(at, f"exactly one of {', '.join(names)} is required")

    return check


def initial_among_options(value: Any, at: str, seen: Inspection) -> None:
    """`initial_option(s)` must equal an option exactly, or Slack refuses the element."""
    offered = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        offered += group.get("options") or [] if isinstance(group, dict) else []
    first = value.get("initial_option")
    chosen = ([first] if first is not None else []) + list(value.get("initial_options") or [])
    for item in chosen:
        if item not in offered:
            seen.note(at, "initial option does not match any option")


def select_also(value: Any, at: str, seen: Inspection) -> None:
    exactly_one("options", "option_groups")(value, at, seen)
    initial_among_options(value, at, seen)


def _select(kind: str, optional: dict[str, Check], required: dict[str, Check] | None = None) -> Any:
    base = several if kind.startswith("multi_") else picked
    doc = "multi-select-menu-element" if kind.startswith("multi_") else "select-menu-element"
    also = select_also if kind.endswith("static_select") else None
    return shape(f"{ELEMENTS}/{doc}", required or {}, {**base, **optional}, also=also)


_static: dict[str, Check] = {
    "options": items(option(plain), 1, limits.SELECT_OPTIONS),
    "option_groups": items(option_group, 1, limits.OPTION_GROUPS),
}
_conversations: dict[str, Check] = {
    "default_to_current_conversation": boolean,
    "filter": conversation_filter,
}
_response: dict[str, Check] = {"response_url_enabled": boolean}
_choices = items(option(), 1, limits.CHOICE_OPTIONS)
_feedback = shape(
    f"{ELEMENTS}/feedback-buttons-element",
    {"text": text(limits.BUTTON_TEXT, plain), "value": string(limits.BUTTON_VALUE)},
    {"accessibility_label": string(limits.ACCESSIBILITY_LABEL)},
)
_picture: dict[str, Check] = {
    "image_url": url(limits.URL),
    "slack_file": anything,
}

ELEMENT: dict[str, Shape] = {
    "button": shape(
        f"{ELEMENTS}/button-element",
        {"text": text(limits.BUTTON_TEXT, plain)},
        {
            **asked,
            "url": url(limits.URL),
            "value": string(limits.BUTTON_VALUE),
            "style": enum("primary", "danger"),
            "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
            "agent_prompt": string(4000),
            "agent_prompt_display": string(),
            "visible_to_user_ids": items(string(), 1, 10),
        },
    ),
    "checkboxes": shape(
        f"{ELEMENTS}/checkboxes-element",
        {"options": _choices},
        {**asked, "initial_options": items(option()), "focus_on_load": boolean},
        also=initial_among_options,
    ),
    "radio_buttons": shape(
        f"{ELEMENTS}/radio-button-group-element",
        {"options": _choices},
        {**asked, "initial_option": option(), "focus_on_load": boolean},
        also=initial_among_options,
    ),
    "datepicker": shape(
        f"{ELEMENTS}/date-picker-element", {}, {**picked, "initial_date": string()}
    ),
    "timepicker": shape(
        f"{ELEMENTS}/time-picker-element",
        {},
        {**picked, "initial_time": string(), "timezone": string()},
    ),
    "datetimepicker": shape(
        f"{ELEMENTS}/datetime-picker-element",
        {},
        {**asked, "initial_date_time": integer(), "focus_on_load": boolean},
    ),
    "email_text_input": shape(
        f"{ELEMENTS}/email-input-element",
        {},
        {**entered, "initial_value": string(), "dispatch_action_config": dispatch},
    ),
    "url_text_input": shape(
        f"{ELEMENTS}/url-input-element",
        {},
        {**entered, "initial_value": string(), "dispatch_action_config": dispatch},
    ),
    "number_input": shape(
        f"{ELEMENTS}/number-input-element",
        {"is_decimal_allowed": boolean},
        {
            **entered,
            "initial_value": string(),
            "min_value": string(),
            "max_value": string(),
            "dispatch_action_config": dispatch,
        },
    ),
    "plain_text_input": shape(
        f"{ELEMENTS}/plain-text-input-element",
        {},
        {
            **entered,
            "initial_value": string(limits.PLAIN_INPUT, 0),
            "multiline": boolean,
            "min_length": integer(0, limits.PLAIN_INPUT),
            "max_length": integer(1, limits.PLAIN_INPUT),
            "dispatch_action_config": dispatch,
        },
    ),
    "rich_text_input": shape(
        f"{ELEMENTS}/rich-text-input-element",
        {},
        {
            **entered,
            "initial_value": anything,
            "dispatch_action_config": dispatch,
            "min_lines": integer(1),
            "max_lines": integer(1),
        },
    ),
    "file_input": shape(
        f"{ELEMENTS}/file-input-element",
        {},
        {**common, "filetypes": items(string()), "max_files": integer(1, 10)},
        surfaces=frozenset({"modal"}),
    ),
    "image": shape(
        f"{ELEMENTS}/image-element",
        {"alt_text": string(limits.IMAGE_ALT)},
        _picture,
        also=exactly_one("image_url", "slack_file"),
    ),
    "overflow": shape(
        f"{ELEMENTS}/overflow-menu-element",
        {"options": items(option(plain), 1, limits.OVERFLOW_OPTIONS)},
        asked,
    ),
    "feedback_buttons": shape(
        f"{ELEMENTS}/feedback-buttons-element",
        {"positive_button": _feedback, "negative_button": _feedback},
        common,
    ),
    "icon_button": shape(
        f"{ELEMENTS}/icon-button-element",
        {"icon": enum("trash"), "text": text(limits.BUTTON_TEXT, plain)},
        {
            **asked,
            "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
            "value": string(limits.BUTTON_VALUE),
            "visible_to_user_ids": items(string(), 1, 10),
        },
    ),
    "workflow_button": shape(
        f"{ELEMENTS}/workflow-button-element",
        {"text": text(limits.BUTTON_TEXT, plain), "workflow": anything},
        {**common, "style": enum("primary", "danger"), "accessibility_label": string(75)},
    ),
    "static_select": _select("static_select", {**_static, "initial_option": option(plain)}),
    "external_select": _select(
        "external_select", {"initial_option": option(plain), "min_query_length": integer(0)}
    ),
    "users_select": _select("users_select", {"initial_user": string()}),
    "conversations_select": _select(
        "conversations_select", {**_conversations, **_response, "initial_conversation": string()}
    ),
    "channels_select": _select("channels_select", {**_response, "initial_channel": string()}),
    "multi_static_select": _select(
        "multi_static_select", {**_static, "initial_options": items(option(plain))}
    ),
    "multi_external_select": _select(
        "multi_external_select",
        {"initial_options": items(option(plain)), "min_query_length": integer(0)},
    ),
    "multi_users_select": _select("multi_users_select", {"initial_users": items(string())}),
    "multi_conversations_select": _select(
        "multi_conversations_select", {**_conversations, "initial_conversations": items(string())}
    ),
    "multi_channels_select": _select(
        "multi_channels_select", {"initial_channels": items(string())}
    ),
}

SELECTS = tuple(k for k in ELEMENT if k.endswith("_select") and not k.startswith("multi_"))
MULTI_SELECTS = tuple(k for k in ELEMENT if k.startswith("multi_"))
CHOICES = ("checkboxes", "radio_buttons")
PICKERS = ("datepicker", "timepicker", "datetimepicker")
IN_ACTIONS = ("button", "overflow", "workflow_button", *SELECTS, *CHOICES, *PICKERS)
IN_SECTION = (
    *("button", "image", "overflow", "workflow_button", "datepicker", "timepicker"),
    *SELECTS,
    *MULTI_SELECTS,
    *CHOICES,
)
IN_INPUT = (
    *("plain_text_input", "rich_text_input", "email_text_input", "url_text_input"),
    *("number_input", "file_input"),
    *SELECTS,
    *MULTI_SELECTS,
    *CHOICES,
    *PICKERS,
)


def element(*allowed: str) -> Check:
    """One element of the `allowed` types."""
    return one_of(ELEMENT, *allowed)
