"""Buttons and titles of a reply."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen, Ring
from knowledge.wording.kinds import Button, Plain, slots


class Marks(Frozen):
    """Before an item of the checklist: what it does to the verdict."""

    speaks_for: Plain
    speaks_against: Plain
    neutral: Plain
    unknown: Plain


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
    share_beside: Button
    delete_title: Annotated[str, Field(max_length=100)]
    delete_text: Plain
    cancel: Annotated[str, Field(max_length=30)]
    shortened: Plain
    criterion: Plain
    words: Plain
    marks: Marks
    more_sources: Annotated[str, slots("count")]
    more_questions: Annotated[str, slots("count")]
    more_cases: Plain
    advice_and_cases: Plain
    more_advice: Plain
    as_before: Plain
    contact: Annotated[str, slots("contact")]
    receipt: Annotated[str, slots("snapshot", "receipt")]
    facts: Annotated[str, slots("known", "all")]


@cache
def load_reply_wording(root: Path = CONTENT) -> ReplyWording:
    """Raises `ContentError` naming file and line."""
    return load_file(root / "wording" / "reply.yaml", ReplyWording)
