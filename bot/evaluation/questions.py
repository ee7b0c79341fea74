"""Labelled questions: what a right answer holds."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import Field, model_validator

from knowledge.faults import ContentError, Fault
from knowledge.model import Criterion, Frozen, Intent, Ring, State


class Label(Frozen):
    """A question with what careful readers say about it.

    `criteria_optional` are criteria on which they differ. A case named in `expect_cases` may be a
    whole id or the organisation's part of it; all of them must be shown, of `any_cases` one.
    """

    id: str
    text: str
    intent: Intent
    ring: Ring | None = None
    ring_alt: tuple[Ring, ...] = ()
    criteria: dict[Criterion, State] = Field(default_factory=dict)
    criteria_optional: tuple[Criterion, ...] = ()
    expect_cases: tuple[str, ...] = ()
    any_cases: tuple[str, ...] = ()
    expect_terms: tuple[str, ...] = ()
    alt_terms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    expect_sources: tuple[str, ...] = ()
    why: str = ""
    source_url: str = ""

    @model_validator(mode="after")
    def _decisions_have_rings(self) -> Label:
        if (self.intent is Intent.DECISION) != (self.ring is not None):
            raise ValueError("a decision needs a ring, and nothing else has one")
        return self

    @property
    def rings(self) -> frozenset[Ring]:
        """Rings that count as right."""
        return frozenset(ring for ring in (self.ring, *self.ring_alt) if ring)


def load_labels(file: Path) -> list[Label]:
    """Raises `ContentError` naming the line of each fault."""
    labels, faults = [], []
    for number, line in enumerate(file.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            labels.append(Label.model_validate(json.loads(line)))
        except (ValueError, RecursionError) as error:
            reason = " ".join(str(error).split())[:300]
            faults.append(Fault(file.name, number, reason))
    ids = [label.id for label in labels]
    faults += [Fault(file.name, 0, f"the id {name} stands twice") for name in _twice(ids)]
    if faults:
        raise ContentError(faults)
    return labels


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
