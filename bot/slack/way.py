"""The way back to a person from a form, which has nothing at hand but its own small print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Way:
    """Kept in a form's `private_metadata`.

    `channel` and `url` (a `response_url`) are those of the click or command that opened the form;
    `assessment` is the one that it changes. Each may be empty.
    """

    channel: str = ""
    url: str = ""
    assessment: str = ""

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Self:
        """The way that a view was opened with."""
        return cls(**json.loads(view["private_metadata"]))

    def __str__(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))
