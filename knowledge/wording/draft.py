"""What stands above a draft, and what sharing and deleting answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Plain, slots


class DraftWording(Frozen):
    """What stands above a draft, and what sharing and deleting answer."""

    asked: Plain
    by_form: Plain
    assessed: Annotated[str, slots("asker", "author")]
    assessed_bot: Annotated[str, slots("asker")]
    shared_by: Annotated[str, slots("user")]
    not_in_channel: Plain
    may_not_post: Plain
    external: Plain
    no_words: Plain
    not_deleted: Plain


@cache
def load_draft_wording(root: Path = CONTENT) -> DraftWording:
    return load_file(root / "wording" / "draft.yaml", DraftWording)
