"""What is said instead of an answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Plain, slots


class NoticeWording(Frozen):
    """What is said instead of an answer."""

    failed: Annotated[str, slots("reference")]
    refused_question: Annotated[str, slots("reason")]
    not_ready: Plain
    external: Plain
    empty: Plain
    thanks: Plain
    gone: Plain
    not_yours: Plain
    thinking: Plain
    long_queue: Annotated[str, slots("waiting")]
    crowded: Plain
    shared: Plain
    deleted: Plain
    too_late: Plain


@cache
def load_notice_wording(root: Path = CONTENT) -> NoticeWording:
    return load_file(root / "wording" / "notices.yaml", NoticeWording)
