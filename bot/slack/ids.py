"""Names that Slack sends back: actions, views, shortcuts. Builders and listeners share them."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """`action_id`s of buttons."""

    FACT_YES = "fact_yes"
    FACT_NO = "fact_no"
    FACT_YES_2 = "fact_yes_2"
    FACT_NO_2 = "fact_no_2"
    FACT_YES_3 = "fact_yes_3"
    FACT_NO_3 = "fact_no_3"
    VOTE = "vote"
    VOTE_UP = "vote_up"
    VOTE_DOWN = "vote_down"
    REFINE = "refine"
    WHAT_IF = "what_if"
    SOURCES = "sources"
    SOURCES_BACK = "sources_back"
    SOURCES_NEXT = "sources_next"
    EXPORT = "export_adr"
    DELETE = "delete"
    SHARE = "share"
    OPEN = "open_again"
    FORGET = "forget_me"
    SUPPOSE = "suppose"
    """A changed answer in the form behind "What if…"."""
    FORM = "open_form"
    HOME_OPEN = "home_open"
    CHANNEL = "channel_settings"
    CHANNEL_PICKED = "channel_picked"
    REBUILD = "rebuild"
    LINK = "link"
    """A button that only opens an address; Slack still reports the click."""


FACTS = (
    (Action.FACT_YES, Action.FACT_NO),
    (Action.FACT_YES_2, Action.FACT_NO_2),
    (Action.FACT_YES_3, Action.FACT_NO_3),
)
"""Yes and no to each missing fact that is asked for, in order. Each has its own, because Slack
tells buttons apart by `action_id` within the block that holds them, perhaps several questions."""


class View(StrEnum):
    """`callback_id`s of modals."""

    VOTE_REASON = "vote_reason"
    FORM = "assessment_form"
    WHAT_IF = "what_if"
    SOURCES = "sources"
    CHANNEL = "channel_settings"


class Shortcut(StrEnum):
    """`callback_id`s of shortcuts, as the manifest declares them."""

    ASSESS_MESSAGE = "assess_message"
    OPEN_FORM = "open_form"


COMMAND = "/rust-or-not"
