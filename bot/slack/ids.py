"""Names that Slack sends back: actions, views, shortcuts. Builders and listeners share them."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """`action_id`s of buttons."""

    FACT_YES = "fact_yes"
    FACT_NO = "fact_no"
    VOTE = "vote"
    VOTE_UP = "vote_up"
    VOTE_DOWN = "vote_down"
    REFINE = "refine"
    WHAT_IF = "what_if"
    SOURCES = "sources"
    EXPORT = "export_adr"
    DELETE = "delete"
    SHARE = "share"
    LINK = "link"
    """A button that only opens an address; Slack still reports the click."""


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
