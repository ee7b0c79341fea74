"""Rebuilding the index from Slack."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import field_validator

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Plain, slots

Stage = Literal[
    "starting", "reading", "embedding", "writing", "checking", "done", "others", "comparing"
]
"""Of a rebuild of the index."""


class RebuildFailures(Frozen):
    """Why a rebuild failed, truthfully and without the words of an exception."""

    checks: Annotated[str, slots("reference")]
    folders: Annotated[str, slots("names")]
    models: Plain
    disk: Plain
    content: Plain
    not_apart: Plain
    other: Annotated[str, slots("reference")]


class RebuildWording(Frozen):
    """Rebuilding the index from Slack. `stages`: those of a build, and three of our own."""

    refused: Plain
    refused_several: Plain
    busy: Annotated[str, slots("user", "when", "stage")]
    busy_elsewhere: Plain
    someone: Plain
    started: Plain
    running: Annotated[str, slots("stage")]
    running_more: Plain
    interrupted: Plain
    stages: dict[Stage, Plain]
    counted: Annotated[str, slots("stage", "done", "total")]
    rebuilt: Annotated[str, slots("snapshot")]
    unchanged: Annotated[str, slots("snapshot")]
    not_serving: Annotated[str, slots("snapshot")]
    documents: Annotated[str, slots("added", "changed", "removed", "unchanged")]
    added: Annotated[str, slots("names")]
    changed: Annotated[str, slots("names")]
    removed: Annotated[str, slots("names")]
    more: Annotated[str, slots("count")]
    passages: Annotated[str, slots("all", "added", "removed", "embedded")]
    skipped: Annotated[str, slots("count")]
    kept: Annotated[str, slots("count")]
    file: Annotated[str, slots("path", "reason")]
    verdicts_same: Annotated[str, slots("asked")]
    verdicts_none: Plain
    verdicts: Annotated[str, slots("asked", "rings", "sources")]
    ring_changes: Annotated[str, slots("before", "now", "question")]
    quoted_now: Annotated[str, slots("names")]
    quoted_no_more: Annotated[str, slots("names")]
    quoted: Annotated[str, slots("name", "count")]
    question: Annotated[str, slots("question")]
    asked_privately: Plain
    verdicts_failed: Annotated[str, slots("reference")]
    own: Plain
    others: Annotated[str, slots("done")]
    others_failed: Annotated[str, slots("failed", "reference")]
    failed: RebuildFailures

    @field_validator("stages")
    @classmethod
    def _all_stages(cls, stages: dict[Stage, str]) -> dict[Stage, str]:
        if missing := set(get_args(Stage)) - stages.keys():
            raise ValueError(f"stages without a name: {', '.join(sorted(missing))}")
        return stages


@cache
def load_rebuild_wording(root: Path = CONTENT) -> RebuildWording:
    return load_file(root / "wording" / "rebuild.yaml", RebuildWording)
