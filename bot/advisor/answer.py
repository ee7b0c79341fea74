"""What is replied: typed, frozen, and free of Slack."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, computed_field

from knowledge.model import Criterion, Frozen, Intent, Ring, Standing, State
from knowledge.passages import Kind

CheckState = Literal["yes", "no", "unknown"]
Weighs = Literal["for", "against", "neutral"]


class Evidence(Frozen):
    """The asker's own words: `quote` stands at `[start, end)` of the question."""

    quote: str
    start: int
    end: int


class Check(Frozen):
    """One item of the filled-in checklist.

    `answered` is true where a person gave the state by button; `opposite` holds the words that
    state the contrary, where the text says both.
    """

    criterion: Criterion
    state: CheckState
    weighs: Weighs
    evidence: Evidence | None
    citations: tuple[int, ...]
    confidence: float
    answered: bool = False
    opposite: Evidence | None = None


class Statement(Frozen):
    """A sentence quoted from a source, with the numbers of its citations."""

    text: str
    citations: tuple[int, ...]


class Citation(Frozen):
    """Where a quote stands: character offsets into the text of the file at `path`."""

    n: int
    kind: Kind
    source_id: str
    title: str
    url: str | None
    standing: Standing
    path: str
    start: int
    end: int
    quote: str


class Flip(Frozen):
    """One changed fact that would change the ring."""

    criterion: Criterion
    state: State
    ring: Ring


class Card(Frozen):
    """A case study as an answer shows it, with what it has in common with the question.

    `matches` are criteria of both, `common` other things in words; `only_there` and `only_here` are
    criteria of one of them.
    """

    case: str
    title: str
    move: str
    year: int
    year_approximate: bool
    favours_rust: bool
    other_way: bool
    matches: tuple[Criterion, ...]
    common: tuple[str, ...] = ()
    only_there: tuple[Criterion, ...] = ()
    only_here: tuple[Criterion, ...] = ()
    statements: tuple[Statement, ...]

    @property
    def related(self) -> bool:
        return bool(self.matches or self.common)


class Answer(Frozen):
    """The reply to one question. The same question, snapshot and facts give the same bytes.

    `points` is what the verdict was worked out from, `impression` how probable each ring is by the
    message as a whole, which is a part of them (docs/verdict.md); both are empty without a verdict.
    `reasons` speak for the verdict, the strongest first, `guidance` is what was found for the
    question; `statements` lists every quoted sentence of the answer, those of the cards included.
    """

    question: str
    intent: Intent
    ring: Ring | None = None
    leaving: bool = False
    score: float = 0.0
    confidence: float = 0.0
    points: dict[Ring, float] = Field(default_factory=dict)
    impression: dict[Ring, float] = Field(default_factory=dict)
    headline: str
    notes: tuple[str, ...] = ()
    reasons: tuple[Statement, ...] = ()
    guidance: tuple[Statement, ...] = ()
    checklist: tuple[Check, ...] = ()
    missing: tuple[Criterion, ...] = ()
    flips: tuple[Flip, ...] = ()
    cards: tuple[Card, ...] = ()
    citations: tuple[Citation, ...] = ()
    text: str = ""
    snapshot: str
    receipt: str = ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def statements(self) -> tuple[Statement, ...]:
        quoted = [*self.reasons, *self.guidance]
        quoted += [statement for card in self.cards for statement in card.statements]
        return tuple(dict.fromkeys(quoted))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cases(self) -> tuple[str, ...]:
        """Ids of the case studies shown, best first."""
        return tuple(card.case for card in self.cards)

    def cited(self, n: int) -> Citation:
        return self.citations[n - 1]
