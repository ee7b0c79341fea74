"""The words of an architecture decision record, and the sentences of the articles it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from knowledge import CONTENT
from knowledge.checklist import Backing
from knowledge.located_yaml import load_file
from knowledge.model import Frozen, Ring
from knowledge.wording.kinds import Plain, slots

PATH = Path("wording") / "adr.yaml"
Titled = Annotated[str, slots("subject")]
Measures = Literal["pilot", "before", "leaving"]


class Consequences(Frozen):
    """What the articles say follows from a verdict."""

    good: tuple[Backing, ...]
    bad: tuple[Backing, ...]


class Sides(Frozen):
    speaks_for: Plain
    speaks_against: Plain
    neutral: Plain


class Failures(Frozen):
    """Why an upload failed, by what Slack answers."""

    missing_scope: Plain
    ratelimited: Plain
    not_in_channel: Plain
    storage: Plain


class AdrWording(Frozen):
    """Everything in a record that is neither asked, quoted nor a heading of MADR."""

    names: Plain
    titles: dict[Ring, Titled]
    leaving_titles: dict[Ring, Titled]
    options: dict[Ring, Plain]
    leaving_options: dict[Ring, Plain]
    subject_missing: Plain
    asked: Plain
    by_form: Plain
    nothing_stated: Plain
    driver: Annotated[str, slots("fact", "why", "side")]
    sides: Sides
    because: Annotated[str, slots("facts")]
    because_whole: Plain
    ring: Annotated[str, slots("ring", "meaning", "confidence")]
    sources_say: Annotated[str, slots("quote")]
    nothing_weighed: Plain
    measure: Plain
    dissent: Plain
    no_dissent: Plain
    cases: Plain
    flips: Plain
    flip: Annotated[str, slots("fact", "option")]
    no_flips: Plain
    unstated: Plain
    advice: Plain
    sources: Plain
    review: Plain
    review_on: Annotated[str, slots("date", "days")]
    receipt: Plain
    made_by: Annotated[str, slots("snapshot", "receipt")]
    review_days: dict[Ring, Annotated[int, Field(ge=1, le=3650)]]
    uploaded: Annotated[str, slots("date")]
    uploaded_already: Plain
    share_first: Plain
    not_a_verdict: Plain
    failures: Failures
    consequences: dict[Ring, Consequences]
    leaving_consequences: dict[Ring, Consequences]
    measures_of: dict[Ring, Measures]
    leaving_measures_of: dict[Ring, Measures]
    measures: dict[Measures, tuple[Backing, ...]]

    def backings(self) -> Iterator[tuple[tuple[str | int, ...], Backing]]:
        """Each sentence with its place in the file."""
        for name in ("consequences", "leaving_consequences"):
            for ring, found in getattr(self, name).items():
                for side in ("good", "bad"):
                    for at, backing in enumerate(getattr(found, side)):
                        yield (name, ring.value, side, at), backing
        for kind, backings in self.measures.items():
            for at, backing in enumerate(backings):
                yield ("measures", kind, at), backing


@cache
def load_adr_wording(root: Path = CONTENT) -> AdrWording:
    """Raises `ContentError` naming file and line."""
    return load_file(root / PATH, AdrWording)
