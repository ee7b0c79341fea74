"""The Home tab, and the prompts' title."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Button, Plain, Title, slots


class HomeWording(Frozen):
    """The Home tab, and the prompts' title in the Messages tab.

    `figures` names those of `rust-or-not eval` that are shown, in their order.
    """

    ask_title: Annotated[str, StringConstraints(min_length=1, max_length=150), slots()]
    ask: Annotated[tuple[str, ...], Field(min_length=1)]
    example_title: Plain
    example: Plain
    privacy: Plain
    form_button: Button
    channel_title: Plain
    channel: Plain
    channel_button: Button
    recent_title: Plain
    recent_none: Plain
    recent_ring: Annotated[str, slots("ring", "when")]
    recent_other: Annotated[str, slots("when")]
    recent_draft: Plain
    recent_thread: Plain
    no_words: Plain
    open: Button
    open_spoken: Annotated[str, slots("question")]
    shown_title: Title
    shown_close: Title
    shown_gone: Plain
    figures_title: Plain
    figures_from: Annotated[str, slots("when", "questions", "snapshot")]
    figures_older: Plain
    figures_shared: Plain
    figures_none: Plain
    figures: Annotated[dict[str, Plain], Field(min_length=1, max_length=10)]
    percent: Annotated[str, slots("value")]
    milliseconds: Annotated[str, slots("value")]
    not_counted: Plain
    index_title: Plain
    index: Annotated[str, slots("documents", "passages", "cases", "snapshot", "when")]
    index_own: Plain
    index_none: Plain
    index_damaged: Plain
    rebuilding: Annotated[str, slots("user", "when")]
    rebuild_button: Button
    rebuild_title: Annotated[str, Field(max_length=100)]
    rebuild_sure: Annotated[str, Field(max_length=300), slots()]
    rebuild_go: Annotated[str, Field(max_length=30)]
    cancel: Annotated[str, Field(max_length=30)]
    admin_title: Annotated[str, StringConstraints(min_length=1, max_length=150), slots()]
    to_measure: Plain
    to_mend: Plain
    to_build_own: Plain
    gaps_title: Plain
    gaps_none: Plain
    gap: Annotated[str, slots("question", "count", "when")]
    gap_once: Plain
    gap_times: Annotated[str, slots("count")]
    gap_declined: Plain
    gaps_more: Annotated[str, slots("count")]
    votes_title: Plain
    votes_none: Plain
    votes_counted: Annotated[str, slots("up", "down", "all")]
    vote_up: Plain
    vote_down: Plain
    vote: Annotated[str, slots("mark", "verdict", "question")]
    vote_reason: Annotated[str, slots("vote", "reason")]
    no_verdict: Plain
    failed: Annotated[str, slots("reference")]
    prompts_title: Plain


@cache
def load_home_wording(root: Path = CONTENT) -> HomeWording:
    return load_file(root / "wording" / "home.yaml", HomeWording)
