"""What the bot says around its answers, by surface: buttons, notices, forms. A file for each.

Like the phrases of the replies, these are reviewed content. A placeholder that the code does not
fill, or that it would miss, is refused when the file is read.
"""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen, Ring


def _slots(*names: str) -> AfterValidator:
    def check(text: str) -> str:
        used = {str(name) for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        if used != set(names):
            listed = ", ".join(f"{{{name}}}" for name in names) or "none"
            raise ValueError(f"placeholders must be {listed}; found {sorted(used) or 'none'}")
        return text

    return AfterValidator(check)


Plain = Annotated[str, StringConstraints(min_length=1, max_length=700), _slots()]
Button = Annotated[str, StringConstraints(min_length=1, max_length=75), _slots()]
Title = Annotated[str, StringConstraints(min_length=1, max_length=24), _slots()]
"""The most that Slack shows as the title of a modal, or on its buttons."""


class ReplyWording(Frozen):
    """Buttons and titles of a reply. `rings` are the marks before a verdict, as emoji codes."""

    rings: dict[Ring, Plain]
    yes: Button
    no: Button
    helpful: Button
    unhelpful: Button
    refine: Button
    what_if: Button
    sources: Button
    export: Button
    delete: Button
    share: Button
    delete_title: Annotated[str, Field(max_length=100)]
    delete_text: Plain
    cancel: Annotated[str, Field(max_length=30)]
    draft: Plain
    shared_by: Annotated[str, _slots("user")]
    shortened: Plain
    criterion: Plain
    state: Plain
    words: Plain
    said_yes: Plain
    said_no: Plain
    answered: Plain
    assessed_for: Annotated[str, _slots("user")]
    contact: Annotated[str, _slots("contact")]
    receipt: Annotated[str, _slots("snapshot", "receipt")]
    facts: Annotated[str, _slots("known", "all")]


class NoticeWording(Frozen):
    """What is said instead of an answer."""

    failed: Annotated[str, _slots("reference")]
    refused_question: Annotated[str, _slots("reason")]
    not_ready: Plain
    external: Plain
    empty: Plain
    thanks: Plain
    gone: Plain
    not_yours: Plain
    thinking: Plain
    shared: Plain
    deleted: Plain


class FeedbackWording(Frozen):
    """The form behind a bad vote."""

    title: Title
    question: Plain
    hint: Plain
    send: Title
    close: Title


@cache
def load_reply_wording(root: Path = CONTENT) -> ReplyWording:
    """Raises `ContentError` naming file and line, as do all of these."""
    return load_file(root / "wording" / "reply.yaml", ReplyWording)


@cache
def load_notice_wording(root: Path = CONTENT) -> NoticeWording:
    return load_file(root / "wording" / "notices.yaml", NoticeWording)


@cache
def load_feedback_wording(root: Path = CONTENT) -> FeedbackWording:
    return load_file(root / "wording" / "feedback.yaml", FeedbackWording)


WORDINGS = (load_reply_wording, load_notice_wording, load_feedback_wording)
"""Every loader above, for `rust-or-not knowledge check`."""
