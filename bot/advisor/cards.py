"""A case study as an answer shows it."""

from __future__ import annotations

from collections.abc import Collection

from bot.advisor.answer import Card, Statement
from bot.advisor.citations import Citations
from bot.advisor.desk import Desk
from bot.advisor.find import RankedCase, best_quotes
from bot.advisor.telling import unsaid
from index.encoder import Vectors
from index.rows import Stored
from knowledge.model import CaseStudy, Criterion


def related(case: CaseStudy, text: str, criteria: Collection[Criterion], desk: Desk) -> bool:
    """Whether a record shares a criterion, its field or the language left with a question."""
    return bool(_common(case, text, desk) or set(case.criteria) & set(criteria))


def card(
    ranked: RankedCase,
    vector: Vectors,
    desk: Desk,
    citations: Citations,
    criteria: Collection[Criterion],
    sentences: int,
    lean: bool | None = None,
    text: str = "",
) -> Card:
    """A record with its summary and the sentences nearest to the question.

    `lean` is where the verdict points (True: to Rust; None: nowhere); a record that went the other
    way says so.
    Where the founding article and the source differ, the sentence that says how follows the
    summary; of the other sentences none repeats what the answer told already.
    """
    case = ranked.case
    found = desk.snapshot.of_case(case.id)
    by_field = {stored.passage.section: stored for stored in found}
    statements = _whole("summary", by_field, citations)
    fields = {"outcomes", "costs", "difference"}
    if case.claim is not None and "difference" in by_field:
        statements += _whole("difference", by_field, citations)
        fields.remove("difference")
    findings = [stored for stored in found if stored.passage.section in fields]
    rest = max(sentences - len(statements), 0)
    nearest = best_quotes(findings, vector, desk.snapshot)
    new = unsaid(nearest, desk.snapshot, rest, citations.told)
    for stored, quote in new or nearest[: min(rest, 1)]:
        statements.append(citations.state(stored, quote))
    if rest > 1 and "lesson" in by_field:
        statements += _whole("lesson", by_field, citations)
    stated = set(criteria)
    return Card(
        case=case.id,
        title=f"{case.organisation}: {case.system}",
        move=desk.phrases.move(case),
        year=case.year,
        year_approximate=case.year_approximate,
        favours_rust=case.favours_rust,
        other_way=lean is not None and case.favours_rust is not lean,
        matches=tuple(criterion for criterion in case.criteria if criterion in stated),
        common=_common(case, text, desk),
        only_there=tuple(criterion for criterion in case.criteria if criterion not in stated),
        only_here=tuple(criterion for criterion in criteria if criterion not in case.criteria),
        statements=tuple(statements),
    )


def _common(case: CaseStudy, text: str, desk: Desk) -> tuple[str, ...]:
    """The field and the languages left that a record shares with a question, in words."""
    labels = desk.phrases.labels
    said = []
    if case.domain in desk.vocabulary.own_domains_in(text):
        said.append(labels.same_field.format(field=case.domain.replace("-", " ")))
    left = desk.vocabulary.languages_left_in(text)
    if case.language_before and set(case.languages_before) & set(left):
        said.append(labels.same_language.format(language=case.language_before))
    return tuple(said)


def _whole(field: str, by_field: dict[str, Stored], citations: Citations) -> list[Statement]:
    return [citations.state(by_field[field], quote) for quote in by_field[field].passage.quotes]
