"""The decision checklist: 14 items whose wording, weights and backing are content."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from knowledge.model import Criterion, Frozen, Id, Line, State

Speaks = Literal["for", "against", "readiness"]
Group = Literal["work", "risk", "project", "team"]
Points = Annotated[int, Field(ge=-6, le=6)]


class Backing(Frozen):
    """A sentence of an article, verbatim, on which an item rests."""

    article: Id
    quote: Line


class Weight(Frozen):
    """Points towards Rust (negative: away from it) that each stated answer is worth."""

    yes: Points
    no: Points


class Item(Frozen):
    """One criterion as people meet it."""

    id: Criterion
    speaks: Speaks
    group: Group
    label: Line
    question: Line
    yes: Line
    no: Line
    weight: Weight
    backs: Annotated[tuple[Backing, ...], Field(min_length=1)]

    def says(self, state: State) -> str:
        """The item as a statement about the asker's situation."""
        return self.yes if state == "yes" else self.no

    def points(self, state: State) -> int:
        return self.weight.yes if state == "yes" else self.weight.no


class Checklist(Frozen):
    """All 14 items, each exactly once, in the order in which they are shown."""

    items: tuple[Item, ...]

    @model_validator(mode="after")
    def _complete(self) -> Checklist:
        ids = [item.id for item in self.items]
        missing = [criterion.value for criterion in Criterion if criterion not in ids]
        if missing:
            raise ValueError(f"criteria without an item: {', '.join(missing)}")
        if len(ids) != len(set(ids)):
            raise ValueError("a criterion stands twice")
        return self

    def __getitem__(self, criterion: Criterion | str) -> Item:
        return next(item for item in self.items if item.id == criterion)
