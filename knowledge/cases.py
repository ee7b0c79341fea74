"""Case studies: YAML records into types, and into passages field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.faults import ContentError, Fault
from knowledge.located_yaml import KeyPath, LocatedYaml, read_yaml, validated
from knowledge.markdown import collapsed
from knowledge.model import CaseStudy, Direction, Finding, Standing
from knowledge.passages import Document, Passage, Quote

_QUOTED_FIELDS = ("summary", "use_case", "claim", "difference", "lesson")

_MOVES = {
    Direction.TO_RUST: "moved from {before} to Rust",
    Direction.NEW_IN_RUST: "written in Rust from the start",
    Direction.RUST_CORE: "Rust core under {before}",
    Direction.FROM_RUST: "left Rust, moved away from Rust to {after}",
    Direction.CHOSE_OTHER: "decided against Rust, chose {after} instead",
}


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case study together with where each of its values stands in its file."""

    case: CaseStudy
    document: Document
    located: LocatedYaml


def load_case(document: Document) -> LoadedCase:
    """Read and validate one record. Raises `ContentError` naming each fault's line."""
    located = read_yaml(document.text, document.path)
    case = validated(located, lambda: CaseStudy.model_validate(located.data))
    faults = [
        Fault(document.path, located.line(at), f"{_name(at)}: {reason}")
        for at, value in _quotable(case)
        if (reason := _not_verbatim(document.text, located, at, value))
    ]
    if faults:
        raise ContentError(faults)
    return LoadedCase(case, document, located)


def looks_like_a_case(document: Document) -> bool:
    """True for YAML that means to be a case study, so that its faults are worth reporting."""
    return "organisation" in document.text and "direction" in document.text


def move(case: CaseStudy) -> str:
    """What happened, in a few words that are searched and not quoted."""
    before = case.language_before or "another language"
    after = case.language_after or "another language"
    return _MOVES[case.direction].format(before=before, after=after)


def case_passages(loaded: LoadedCase) -> Iterator[Passage]:
    """One passage for each quotable field, each searched together with what the record is about."""
    case, spans = loaded.case, loaded.located.spans
    title = f"{case.organisation}: {case.system}"
    about = f"{title} ({case.domain}), {move(case)}, {case.year}"
    names = f"also called {', '.join(case.names)}" if case.names else ""
    for at, value in _quotable(case):
        field = str(at[0])
        finding = _finding(case, at)
        span = spans[at]
        shown = collapsed(value)
        quote = Quote(
            span.start,
            span.end,
            shown,
            finding.standing if finding else _field_standing(case, field),
            finding.source if finding else _field_url(case, field),
            (case.id,),
        )
        detail = finding.metric if finding else names if field == "summary" else field
        yield Passage(
            "case",
            case.id,
            title,
            (field,),
            field,
            span.start,
            span.end,
            shown,
            f"{about}. {detail}".strip(" ."),
            (quote,),
            facets(case),
        )


def facets(case: CaseStudy) -> dict[str, tuple[str, ...]]:
    """What a search may filter case studies by."""
    return {
        "domain": (case.domain,),
        "language_before": case.languages_before,
        "direction": (case.direction.value,),
        "favours_rust": ("yes" if case.favours_rust else "no",),
        "criterion": tuple(criterion.value for criterion in case.criteria),
    }


def _quotable(case: CaseStudy) -> Iterator[tuple[KeyPath, str]]:
    for field in _QUOTED_FIELDS:
        value = getattr(case, field)
        if value is not None:
            yield (field,), value
    for group in ("outcomes", "costs"):
        for index, finding in enumerate(getattr(case, group)):
            yield (group, index, "text"), finding.text


def _finding(case: CaseStudy, at: KeyPath) -> Finding | None:
    group = {"outcomes": case.outcomes, "costs": case.costs}.get(str(at[0]))
    return group[int(at[1])] if group else None


def _field_standing(case: CaseStudy, field: str) -> Standing:
    if field == "claim":
        return {"disputed": Standing.DISPUTED, "unverified": Standing.UNVERIFIED}.get(
            case.verification, Standing.CLAIMED
        )
    if field == "lesson":
        return Standing.ADVICE
    return case.standing


def _field_url(case: CaseStudy, field: str) -> str | None:
    """The founding article's claim has no address; all else points at the record's best source."""
    return None if field == "claim" else case.url


def _not_verbatim(text: str, located: LocatedYaml, at: KeyPath, value: str) -> str | None:
    span = located.spans[at]
    if text[span.start : span.end] == value:
        return None
    return "must stand on one line without escapes, so that it can be quoted verbatim"


def _name(at: KeyPath) -> str:
    return ".".join(str(part) for part in at)
