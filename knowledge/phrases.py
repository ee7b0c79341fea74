"""The fixed phrases of the replies: the bot's own words, reviewed like code and kept in a file."""

from __future__ import annotations

import string
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, ValidationInfo

from knowledge.model import CaseStudy, Direction, Frozen, Line, Ring, Standing

_SLOTS: dict[str, frozenset[str]] = {
    "case_named": frozenset({"names"}),
    "not_covered": frozenset({"names"}),
    "not_on_record": frozenset({"names"}),
    "matches": frozenset({"items"}),
    "only_there": frozenset({"items"}),
    "only_here": frozenset({"items"}),
    "same_field": frozenset({"field"}),
    "same_language": frozenset({"language"}),
    "flip": frozenset({"fact", "ring"}),
    "in_your_words": frozenset({"quote"}),
    "contradicted": frozenset({"yes", "no"}),
    "impression": frozenset({"ring", "percent"}),
    "doubtful": frozenset({"fact"}),
    "confidence": frozenset({"percent"}),
    "changed": frozenset({"before", "after"}),
    "changed_because": frozenset({"before", "after", "facts"}),
    "unchanged": frozenset({"ring"}),
    "added": frozenset({"facts"}),
    "withdrawn": frozenset({"items"}),
    "in_hindsight": frozenset({"move"}),
}
"""Placeholders that a phrase must hold; all others must hold none."""
_MOVE = frozenset({"before", "after"})
"""Placeholders that the wording of a direction may hold."""


def _placeholders(text: str) -> set[str]:
    """The placeholders, which must be plain: a conversion or a format could fail when said."""
    fields = [field for field in string.Formatter().parse(text) if field[1] is not None]
    for _, name, layout, conversion in fields:
        if layout or conversion:
            raise ValueError(f"write the placeholder as {{{name}}} and nothing more")
    return {str(name) for _, name, _, _ in fields}


def _known_slots(text: str, info: ValidationInfo) -> str:
    """Refuse a placeholder that would only fail when the phrase is said."""
    wanted = _SLOTS.get(info.field_name or "", frozenset())
    used = _placeholders(text)
    if used != wanted:
        listed = ", ".join(f"{{{slot}}}" for slot in sorted(wanted)) or "none"
        raise ValueError(f"placeholders must be {listed}; found {sorted(used) or 'none'}")
    return text


def _of_a_move(text: str) -> str:
    unknown = _placeholders(text) - _MOVE
    if unknown:
        raise ValueError(f"placeholders may be {{before}} and {{after}}; found {sorted(unknown)}")
    return text


_Key = TypeVar("_Key", bound=StrEnum)


def _complete(phrases: dict[_Key, str]) -> dict[_Key, str]:
    """Refuse a table that has no phrase for some member: it would only fail when looked up."""
    kind = type(next(iter(phrases))) if phrases else None
    missing = [member.value for member in kind if member not in phrases] if kind else ["any"]
    if missing:
        raise ValueError(f"no phrase for: {', '.join(missing)}")
    return phrases


Phrase = Annotated[Line, AfterValidator(_known_slots)]
MovePhrase = Annotated[Line, AfterValidator(_of_a_move)]


class Headlines(Frozen):
    """The first line of a reply."""

    rings: Annotated[dict[Ring, Phrase], AfterValidator(_complete)]
    leaving: Annotated[dict[Ring, Phrase], AfterValidator(_complete)]
    whole_alone: Phrase
    case_named: Phrase
    case_found: Phrase
    not_covered: Phrase
    not_on_record: Phrase
    cost: Phrase
    adoption: Phrase
    nothing_found: Phrase
    declined: Phrase
    greeted: Phrase
    abilities: Phrase
    other_tongue: Phrase
    another: Phrase


class Labels(Frozen):
    """Titles of the parts of a reply."""

    speaks_for: Phrase
    speaks_against: Phrase
    both_ways: Phrase
    set_aside: Phrase
    nothing_for: Phrase
    nothing_against: Phrase
    guidance: Phrase
    also: Phrase
    table_row: Phrase
    checklist: Phrase
    cases: Phrase
    matches: Phrase
    same_field: Phrase
    same_language: Phrase
    only_there: Phrase
    only_here: Phrase
    other_way: Phrase
    other_way_unlike: Phrase
    missing: Phrase
    flips: Phrase
    flip: Phrase
    sources: Phrase
    in_your_words: Phrase
    by_button: Phrase
    earlier: Phrase
    not_stated: Phrase
    in_hindsight: Phrase
    contradicted: Phrase
    impression: Phrase
    doubtful: Phrase
    confidence: Phrase
    changed: Phrase
    changed_because: Phrase
    unchanged: Phrase
    added: Phrase
    withdrawn: Phrase


class Phrases(Frozen):
    """Everything that the bot says in words of its own."""

    headlines: Headlines
    labels: Labels
    standings: Annotated[dict[Standing, Phrase], AfterValidator(_complete)]
    directions: Annotated[dict[Direction, MovePhrase], AfterValidator(_complete)]
    directions_unnamed: Annotated[dict[Direction, Phrase], AfterValidator(_complete)]

    def move(self, case: CaseStudy) -> str:
        """What happened, such as "moved from Go to Rust", and whether it is regretted.

        Where a language that the wording names is not on record, the one without it is said.
        """
        move = self._move(case)
        took_rust = case.direction not in (Direction.FROM_RUST, Direction.CHOSE_OTHER)
        return self.labels.in_hindsight.format(move=move) if case.negative and took_rust else move

    def _move(self, case: CaseStudy) -> str:
        wording = self.directions[case.direction]
        known = {"before": case.language_before, "after": case.language_after}
        if all(known[slot] for slot in _placeholders(wording)):
            return wording.format(**known)
        return self.directions_unnamed[case.direction]
