"""The fixed phrases of the replies: the bot's own words, reviewed like code and kept in a file."""

from __future__ import annotations

import string
from typing import Annotated, Any

from pydantic import AfterValidator

from knowledge.model import Direction, Frozen, Line, Ring, Standing


def _phrase(*slots: str) -> Any:
    """A line whose placeholders are exactly `slots`; another one would fail only when said."""

    def check(text: str) -> str:
        used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        if used != set(slots):
            wanted = ", ".join(f"{{{slot}}}" for slot in slots) or "none"
            raise ValueError(f"placeholders must be {wanted}; found {sorted(used) or 'none'}")
        return text

    return Annotated[Line, AfterValidator(check)]


class Headlines(Frozen):
    """The first line of a reply."""

    rings: dict[Ring, Line]
    leaving: dict[Ring, Line]
    case_named: _phrase("names")  # type: ignore[valid-type]
    case_found: Line
    case_not_named: _phrase("names")  # type: ignore[valid-type]
    cost: Line
    adoption: Line
    nothing_found: Line
    declined: Line
    greeted: Line
    abilities: Line


class Labels(Frozen):
    """Titles of the parts of a reply."""

    speaks_for: Line
    speaks_against: Line
    nothing_for: Line
    nothing_against: Line
    from_sources: Line
    checklist: Line
    cases: Line
    matches: _phrase("items")  # type: ignore[valid-type]
    other_way: Line
    missing: Line
    flips: Line
    flip: _phrase("fact", "ring")  # type: ignore[valid-type]
    sources: Line
    in_your_words: _phrase("quote")  # type: ignore[valid-type]
    by_button: Line
    not_stated: Line
    contradicted: _phrase("yes", "no")  # type: ignore[valid-type]
    confidence: _phrase("percent")  # type: ignore[valid-type]
    changed: _phrase("before", "after")  # type: ignore[valid-type]
    unchanged: _phrase("ring")  # type: ignore[valid-type]


class Phrases(Frozen):
    """Everything that the bot says in words of its own."""

    headlines: Headlines
    labels: Labels
    standings: dict[Standing, Line]
    directions: dict[Direction, _phrase("before", "after")]  # type: ignore[valid-type]
