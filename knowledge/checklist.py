"""The decision checklist: 14 items whose wording, weights and backing are content."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from knowledge.model import Criterion, Frozen, Id, Line, Ring, State

Speaks = Literal["for", "against", "readiness"]
Group = Literal["work", "risk", "project", "team"]


class Backing(Frozen):
    """A sentence of an article, verbatim, on which an item rests."""

    article: Id
    quote: Line


class Reason(Backing):
    """A sentence that backs a criterion, and the answer for which it is a reason."""

    speaks_when: State


class Hedged(Frozen):
    """What "no" is said as where the words that state it hold none of `unless`."""

    no: Line
    unless: Annotated[tuple[Line, ...], Field(min_length=1)]


class Points(Frozen):
    """What one answer adds to each ring; whole numbers, so that a person can add them up."""

    adopt: Annotated[int, Field(ge=-12, le=12)]
    trial: Annotated[int, Field(ge=-12, le=12)]
    assess: Annotated[int, Field(ge=-12, le=12)]
    hold: Annotated[int, Field(ge=-12, le=12)]

    def of(self, ring: Ring) -> int:
        return int(getattr(self, ring.value))

    @property
    def weigh(self) -> bool:
        """Whether they add anything to any ring."""
        return any(self.of(ring) for ring in Ring)


class Answers(Frozen):
    """Points of a criterion by the answer that was read."""

    yes: Points
    no: Points


_STATES: tuple[State, State] = ("yes", "no")
_NO_POINTS = Points(adopt=0, trial=0, assess=0, hold=0)


class Item(Frozen):
    """One criterion as people meet it.

    `leaving_skips` are the answers that say nothing where leaving Rust is asked about.
    """

    id: Criterion
    speaks: Speaks
    group: Group
    label: Line
    question: Line
    yes: Line
    no: Line
    hedged: Hedged | None = None
    points: Answers
    leaving_skips: tuple[State, ...] = ()
    backs: Annotated[tuple[Reason, ...], Field(min_length=1)]

    def says(self, state: State, words: str | None = None) -> str:
        """The item as a statement about the asker's situation, no more than their `words` state."""
        if state == "no" and self.hedged and words is not None:
            said = " ".join(words.lower().replace("’", "'").split())
            if not any(cue in said for cue in self.hedged.unless):
                return self.hedged.no
        return self.yes if state == "yes" else self.no

    def favours(self, state: State) -> bool:
        """Whether an answer speaks for Rust here."""
        return state == ("no" if self.speaks == "against" else "yes")

    def adds(self, state: State) -> Points:
        return self.points.yes if state == "yes" else self.points.no

    def on_leaving(self) -> Item:
        """The same, with no points for the answers that say nothing on leaving Rust."""
        kept = {state: self.adds(state) for state in _STATES if state not in self.leaving_skips}
        points = Answers(yes=kept.get("yes", _NO_POINTS), no=kept.get("no", _NO_POINTS))
        return self.model_copy(update={"points": points})


class Checklist(Frozen):
    """All 14 items, each exactly once, in the order in which they are shown.

    `start` is what each ring has before anything is read; `whole` weighs the reading of the whole
    message (points for each unit of log probability), and does so where no stated fact weighs only
    if it is `whole_alone`; `scale` turns points into probabilities.
    """

    start: Points
    whole: Annotated[float, Field(ge=0, le=10)]
    whole_alone: bool = True
    scale: Annotated[float, Field(gt=0, le=20)]
    items: tuple[Item, ...]

    @model_validator(mode="after")
    def _complete(self) -> Checklist:
        ids = [item.id for item in self.items]
        missing = [criterion.value for criterion in Criterion if criterion not in ids]
        if missing:
            raise ValueError(f"criteria without an item: {', '.join(missing)}")
        twice = [criterion.value for criterion in Criterion if ids.count(criterion) > 1]
        if twice:
            raise ValueError(f"criteria that stand twice: {', '.join(twice)}")
        return self

    @cached_property
    def on_leaving(self) -> Checklist:
        """The checklist where leaving Rust is asked about: what says nothing on it adds nothing,
        nor does the message as a whole where no more is stated, as it is read from just that."""
        items = tuple(item.on_leaving() for item in self.items)
        return Checklist(
            start=self.start, whole=self.whole, whole_alone=False, scale=self.scale, items=items
        )

    @cached_property
    def _by_id(self) -> dict[Criterion, Item]:
        return {item.id: item for item in self.items}

    def __getitem__(self, criterion: Criterion) -> Item:
        return self._by_id[criterion]

    def position(self, criterion: Criterion) -> int:
        """Where a criterion stands in the order shown."""
        return self.items.index(self._by_id[criterion])
