"""A case study as an answer shows it."""

from __future__ import annotations

from collections.abc import Collection

from bot.advisor.answer import Card, Statement
from bot.advisor.citations import Citations
from bot.advisor.desk import Desk
from bot.advisor.find import RankedCase, best_quotes
from index.encoder import Vectors
from index.rows import Stored
from knowledge.model import Criterion


def card(
    ranked: RankedCase,
    vector: Vectors,
    desk: Desk,
    citations: Citations,
    criteria: Collection[Criterion],
    sentences: int,
    lean: bool | None = None,
) -> Card:
    """A record with its summary and the sentences nearest to the question.

    `lean` is where the verdict points (True: to Rust); a record that went the other way says so.
    Where article and primary source differ, the sentence that says how is always among those shown.
    """
    case = ranked.case
    found = desk.snapshot.of_case(case.id)
    by_field = {stored.passage.section: stored for stored in found}
    statements = [
        citations.state(by_field["summary"], quote) for quote in by_field["summary"].passage.quotes
    ]
    findings = [stored for stored in found if stored.passage.section in ("outcomes", "costs")]
    rest = sentences - 1 - (case.difference is not None)
    for stored, quote in best_quotes(findings, vector, desk.snapshot, max(rest, 0)):
        statements.append(citations.state(stored, quote))
    for field in ("difference", "lesson")[: 2 if rest > 1 else 1]:
        if field in by_field:
            statements += _whole(field, by_field, citations)
    return Card(
        case=case.id,
        title=f"{case.organisation}: {case.system}",
        move=desk.phrases.move(case),
        year=case.year,
        year_approximate=case.year_approximate,
        favours_rust=case.favours_rust,
        other_way=lean is not None and case.favours_rust is not lean,
        matches=tuple(criterion for criterion in case.criteria if criterion in criteria),
        statements=tuple(statements),
    )


def _whole(field: str, by_field: dict[str, Stored], citations: Citations) -> list[Statement]:
    return [citations.state(by_field[field], quote) for quote in by_field[field].passage.quotes]
