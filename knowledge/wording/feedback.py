"""The form behind a bad vote."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Plain, Title


class FeedbackWording(Frozen):
    """The form behind a bad vote."""

    title: Title
    question: Plain
    hint: Plain
    send: Title
    close: Title


@cache
def load_feedback_wording(root: Path = CONTENT) -> FeedbackWording:
    return load_file(root / "wording" / "feedback.yaml", FeedbackWording)
