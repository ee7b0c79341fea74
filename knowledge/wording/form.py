"""The assessment form and the form behind "What if…"."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, get_args

from pydantic import Field, field_validator

from knowledge import CONTENT
from knowledge.checklist import Group
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Button, Plain, Title, slots


class FormWording(Frozen):
    """The assessment form and the form behind "What if…"."""

    title: Title
    send: Title
    change: Title
    close: Title
    words: Plain
    words_hint: Plain
    words_placeholder: Annotated[str, Field(max_length=150), slots()]
    others_words: Plain
    unknown: Button
    yes: Button
    no: Button
    groups: dict[Group, Plain]
    nothing_said: Plain
    what_if_title: Title
    apply: Title
    what_if_hint: Plain
    now: Annotated[str, slots("mark", "verdict", "confidence")]
    then: Annotated[str, slots("mark", "verdict", "confidence")]
    same: Plain

    @field_validator("groups")
    @classmethod
    def _all_groups(cls, groups: dict[Group, str]) -> dict[Group, str]:
        if missing := set(get_args(Group)) - groups.keys():
            raise ValueError(f"groups without a title: {', '.join(sorted(missing))}")
        return groups


@cache
def load_form_wording(root: Path = CONTENT) -> FormWording:
    return load_file(root / "wording" / "form.yaml", FormWording)
