"""A person's own data: export and deletion."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Plain, slots


class OwnDataWording(Frozen):
    """A person's own data: export and deletion."""

    exported: Annotated[str, slots("assessments", "votes")]
    exported_where: Annotated[str, slots("assessments", "votes")]
    not_uploaded: Annotated[str, slots("assessments", "votes")]
    not_all: Annotated[str, slots("left")]
    nothing: Plain
    forget: Annotated[str, slots("assessments", "votes")]
    forget_button: Annotated[str, Field(max_length=30), slots()]
    forget_title: Annotated[str, Field(max_length=100)]
    forget_sure: Annotated[str, Field(max_length=300), slots()]
    cancel: Annotated[str, Field(max_length=30)]
    forgotten: Annotated[str, slots("assessments")]


@cache
def load_own_data_wording(root: Path = CONTENT) -> OwnDataWording:
    return load_file(root / "wording" / "own_data.yaml", OwnDataWording)
