"""What a marker such as `[^google-review-ease]` points to, and the standing it lends a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.model import CaseStudy, Figure, Source, Standing

MARKER = re.compile(r"\[\^([a-z0-9][a-z0-9-]*)\]")
"""A footnote-style marker; it cites all sentences before it in its block, up to another marker."""

_WEAKEST_FIRST = (
    Standing.DISPUTED,
    Standing.UNVERIFIED,
    Standing.CLAIMED,
    Standing.SECONDARY,
    Standing.PRIMARY,
    Standing.ADVICE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """The target of a marker, whatever its kind."""

    id: str
    title: str
    url: str | None
    standing: Standing


References = Mapping[str, Reference]


def references(
    sources: Iterable[Source], figures: Iterable[Figure], cases: Iterable[CaseStudy]
) -> dict[str, Reference]:
    """One table of everything that a marker may name."""
    table = {s.id: Reference(s.id, s.title, s.url, s.standing) for s in sources}
    for figure in figures:
        title = f"{figure.organisation}: {figure.metric}"
        table[figure.id] = Reference(figure.id, title, figure.source, figure.standing)
    for case in cases:
        title = f"{case.organisation}: {case.system}"
        table[case.id] = Reference(case.id, title, case.url, case.standing)
    return table


def joint_standing(cited: Iterable[Reference]) -> Standing:
    """A sentence is as good as its weakest source; one that cites none is merely claimed."""
    held = {reference.standing for reference in cited}
    return next((standing for standing in _WEAKEST_FIRST if standing in held), Standing.CLAIMED)


def best_url(cited: Sequence[Reference]) -> str | None:
    """The address of the first source named; a claim without one is not given another's."""
    return cited[0].url if cited else None
