"""What a thing is: the words of the house as frozen types. No reading, no searching."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)


class Standing(StrEnum):
    """How far a figure or a claim can be trusted."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    CLAIMED = "claimed"
    UNVERIFIED = "unverified"
    DISPUTED = "disputed"
    ADVICE = "advice"


class Criterion(StrEnum):
    """The items of the decision checklist. The ids are fixed; their wording is content."""

    CPU_BOUND = "cpu_bound"
    LATENCY_CRITICAL = "latency_critical"
    MEMORY_CONSTRAINED = "memory_constrained"
    HIGH_RELIABILITY = "high_reliability"
    SENSITIVE_DATA = "sensitive_data"
    SYSTEMS_DOMAIN = "systems_domain"
    PROTOTYPE_MVP = "prototype_mvp"
    TIGHT_DEADLINE = "tight_deadline"
    CHANGING_LOGIC = "changing_logic"
    MANY_INTEGRATIONS = "many_integrations"
    ROUTINE_APP = "routine_app"
    TEAM_EXPERIENCE = "team_experience"
    ISOLATED_COMPONENT = "isolated_component"
    MEASURED_NEED = "measured_need"


class Direction(StrEnum):
    """Which way an organisation moved."""

    TO_RUST = "to_rust"
    NEW_IN_RUST = "new_in_rust"
    RUST_CORE = "rust_core_for_other_language"
    FROM_RUST = "from_rust"
    CHOSE_OTHER = "chose_other"


class Ring(StrEnum):
    """The verdict, in the terms of the Technology Radar."""

    ADOPT = "adopt"
    TRIAL = "trial"
    ASSESS = "assess"
    HOLD = "hold"


class Intent(StrEnum):
    """What the asker wants."""

    DECISION = "decision"
    CASE_STUDY = "case_study"
    COST = "cost"
    ADOPTION = "adoption"
    OUT_OF_SCOPE = "out_of_scope"


State = Literal["yes", "no"]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z+#-]+$", max_length=20)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>|]+$", max_length=500)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=700, pattern=r"^[^\n\r\\]+$")]
"""One line of text without a line break or a backslash, so that it stands verbatim in its file."""
Sentence = Annotated[
    str,
    StringConstraints(min_length=8, max_length=600, pattern=r"^[^\n\r\\]+[.!?”\")]$"),
]
"""A line as above that ends like a sentence, since it is quoted alone."""


class Frozen(BaseModel):
    """Base of all content types: immutable, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Frozen):
    """Something cited that is neither a figure nor a case study."""

    id: Id
    title: Line
    publisher: Line | None
    url: Url | None
    year: Annotated[int, Field(ge=1990, le=2100)] | None
    standing: Standing


class Figure(Frozen):
    """One figure about what adopting Rust costs or brings, with its source and standing."""

    id: Id
    topic: Literal["ramp_up", "productivity", "hiring", "compile_time", "defects", "cost"]
    organisation: Line
    population: Line | None
    metric: Line
    value: Line
    qualifier: Line | None
    year: Annotated[int, Field(ge=1990, le=2100)] | None
    source: Url | None
    standing: Standing
    verification: Literal["confirmed", "differs", "unverified", "disputed"]
    reading: Line
    claim: Line | None

    @model_validator(mode="after")
    def _figure_has_a_source(self) -> Figure:
        return _sourced(self)


class Finding(Frozen):
    """One outcome or cost in a case study: a figure, said in a sentence that can be quoted."""

    metric: Line
    value: Line
    text: Sentence
    qualifier: Line | None = None
    standing: Standing
    source: Url | None

    @model_validator(mode="after")
    def _figure_has_a_source(self) -> Finding:
        return _sourced(self)


class CaseStudy(Frozen):
    """One organisation's experience with Rust: for it, against it, or away from it."""

    id: Id
    organisation: Line
    system: Line
    names: tuple[Line, ...] = ()
    use_case: Sentence
    domain: Id
    language_before: Line | None
    languages_before: tuple[Language, ...] = ()
    language_after: Line | None
    direction: Direction
    year: Annotated[int, Field(ge=1990, le=2100)]
    year_approximate: bool
    negative: bool
    verification: Literal["confirmed", "differs", "unverified", "disputed"]
    criteria: tuple[Criterion, ...] = ()
    summary: Sentence
    outcomes: tuple[Finding, ...]
    costs: tuple[Finding, ...] = ()
    claim: Sentence | None = None
    difference: Sentence | None = None
    lesson: Sentence

    @field_validator("outcomes", mode="after")
    @classmethod
    def _something_happened(cls, outcomes: tuple[Finding, ...]) -> tuple[Finding, ...]:
        if not outcomes:
            raise ValueError("a case study needs at least one outcome")
        return outcomes

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.outcomes, *self.costs)

    @property
    def favours_rust(self) -> bool:
        """True where Rust was chosen and is not regretted."""
        left = (Direction.FROM_RUST, Direction.CHOSE_OTHER)
        return self.direction not in left and not self.negative

    @property
    def url(self) -> str | None:
        """The best source to point at: the first primary one, else the first there is."""
        linked = [f for f in self.findings if f.source]
        primary = [f for f in linked if f.standing is Standing.PRIMARY]
        return next((f.source for f in (*primary, *linked)), None)

    @property
    def standing(self) -> Standing:
        """Standing of the record as a whole: of its best-sourced finding, or of its dispute."""
        if self.verification == "disputed":
            return Standing.DISPUTED
        order = [Standing.PRIMARY, Standing.SECONDARY]
        held = {finding.standing for finding in self.findings}
        return next((standing for standing in order if standing in held), Standing.UNVERIFIED)


_Sourced = TypeVar("_Sourced", Figure, Finding)


def _sourced(figure: _Sourced) -> _Sourced:
    if figure.standing in (Standing.PRIMARY, Standing.SECONDARY) and figure.source is None:
        raise ValueError(f"a {figure.standing} figure needs the address of its source")
    if figure.standing is Standing.ADVICE:
        raise ValueError("advice is no standing for a figure")
    return figure
