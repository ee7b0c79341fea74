"""The way back to a person from a form, which has nothing at hand but its own small print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Way:
    """Kept in a form's `private_metadata`.

    `channel` and `url` (a `response_url`) are those of the click or command that opened the form;
    `assessment` is the one that it is about. Each may be empty.
    """

    channel: str = ""
    url: str = ""
    assessment: str = ""

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Self:
        """The way that a view was opened with; an empty one where that cannot be read."""
        kept = texts_of(view.get("private_metadata"))
        return cls(**{one.name: kept.get(one.name, "") for one in fields(cls)})

    def to(self, assessment: str | None) -> Self:
        """The same way for another assessment, where one is given."""
        return replace(self, assessment=assessment) if assessment else self

    def __str__(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def texts_of(written: Any) -> dict[str, str]:
    """The texts in a JSON object that this app wrote, perhaps an older version of it."""
    try:
        found = json.loads(written)
    except (TypeError, ValueError, RecursionError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: text for name, text in pairs if isinstance(text, str)}
