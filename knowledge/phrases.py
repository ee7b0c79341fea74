"""The fixed phrases of the replies: the bot's own words, reviewed like code and kept in a file."""

from __future__ import annotations

import string
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from knowledge.model import Direction, Frozen, Line, Ring, Standing

_SLOTS: dict[str, frozenset[str]] = {
    "case_named": frozenset({"names"}),
    "case_not_named": frozenset({"names"}),
    "not_covered": frozenset({"names"}),
    "matches": frozenset({"items"}),
    "flip": frozenset({"fact", "ring"}),
    "in_your_words": frozenset({"quote"}),
    "contradicted": frozenset({"yes", "no"}),
    "confidence": frozenset({"percent"}),
    "changed": frozenset({"before", "after"}),
    "unchanged": frozenset({"ring"}),
    "added": frozenset({"facts"}),
}
"""Placeholders that a phrase must hold; all others must hold none."""


def _known_slots(text: str, info: ValidationInfo) -> str:
    """Refuse a placeholder that would only fail when the phrase is said."""
    wanted = _SLOTS.get(info.field_name or "", frozenset())
    used = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    if used != wanted:
        listed = ", ".join(f"{{{slot}}}" for slot in sorted(wanted)) or "none"
        raise ValueError(f"placeholders must be {listed}; found {sorted(used) or 'none'}")
    return text


Phrase = Annotated[Line, AfterValidator(_known_slots)]


class Headlines(Frozen):
    """The first line of a reply."""

    rings: dict[Ring, Line]
    leaving: dict[Ring, Line]
    case_named: Phrase
    case_found: Phrase
    case_not_named: Phrase
    not_covered: Phrase
    cost: Phrase
    adoption: Phrase
    nothing_found: Phrase
    declined: Phrase
    greeted: Phrase
    abilities: Phrase


class Labels(Frozen):
    """Titles of the parts of a reply."""

    speaks_for: Phrase
    speaks_against: Phrase
    nothing_for: Phrase
    nothing_against: Phrase
    guidance: Phrase
    checklist: Phrase
    cases: Phrase
    matches: Phrase
    other_way: Phrase
    missing: Phrase
    flips: Phrase
    flip: Phrase
    sources: Phrase
    in_your_words: Phrase
    by_button: Phrase
    not_stated: Phrase
    contradicted: Phrase
    confidence: Phrase
    changed: Phrase
    unchanged: Phrase
    added: Phrase


class Phrases(Frozen):
    """Everything that the bot says in words of its own."""

    headlines: Headlines
    labels: Labels
    standings: dict[Standing, Line]
    directions: dict[Direction, Line]
