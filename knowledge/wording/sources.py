"""The modal with every quote in its context."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Button, Plain, Title, slots


class SourceNotes(Frozen):
    """What is said of a quote that no longer stands where it stood."""

    changed: Plain
    gone: Plain
    unknown: Plain


class SourcesWording(Frozen):
    """The modal with every quote in its context."""

    title: Title
    close: Title
    counted: Annotated[str, slots("citations", "sources")]
    one_page: Annotated[str, slots("page", "pages")]
    back: Button
    next: Button
    unstated: Plain
    notes: SourceNotes
    empty: Plain


@cache
def load_sources_wording(root: Path = CONTENT) -> SourcesWording:
    return load_file(root / "wording" / "sources.yaml", SourcesWording)
