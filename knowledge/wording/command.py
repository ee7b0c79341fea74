"""What the slash command says besides answers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Button, Plain, slots


class CommandWording(Frozen):
    """What the slash command says besides answers."""

    help_title: Plain
    help: Annotated[tuple[Plain, ...], Field(min_length=1)]
    help_text: Plain
    status_title: Plain
    status: Annotated[str, slots("snapshot", "age", "documents", "passages", "cases")]
    status_own: Plain
    status_kept: Annotated[str, slots("assessments", "days")]
    history_title: Plain
    history_found: Annotated[str, slots("words")]
    history_none: Plain
    history_not_found: Annotated[str, slots("words")]
    history_line: Annotated[str, slots("mark", "question")]
    no_words: Plain
    open: Button
    go_to: Button


@cache
def load_command_wording(root: Path = CONTENT) -> CommandWording:
    return load_file(root / "wording" / "command.yaml", CommandWording)
