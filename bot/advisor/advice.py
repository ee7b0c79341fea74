"""What the articles say about a verdict as such: its consequences, and how to confirm it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.advisor.answer import Answer, Citation, Statement
from bot.advisor.citations import Citations
from index.snapshot import Snapshot
from knowledge.checklist import Backing
from knowledge.wording.adr import AdrWording


@dataclass(frozen=True, slots=True)
class Advice:
    """Quoted sentences, their citations numbered on from those of the answer."""

    good: tuple[Statement, ...] = ()
    bad: tuple[Statement, ...] = ()
    measures: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()


def advice(answer: Answer, snapshot: Snapshot, wording: AdrWording) -> Advice:
    """Only what this snapshot holds, word for word. Nothing for an answer without a ring."""
    if answer.ring is None:
        return Advice()
    citations, first = Citations(snapshot), len(answer.citations)
    leaving = answer.leaving
    consequences = (wording.leaving_consequences if leaving else wording.consequences)[answer.ring]
    measures = (wording.leaving_measures_of if leaving else wording.measures_of)[answer.ring]

    def quoted(backings: Iterable[Backing]) -> tuple[Statement, ...]:
        found = (_state(backing, snapshot, citations) for backing in backings)
        return tuple(_numbered_from(first, one) for one in found if one)

    good, bad = quoted(consequences.good), quoted(consequences.bad)
    confirm = quoted(wording.measures[measures])
    cited = tuple(one.model_copy(update={"n": one.n + first}) for one in citations.all)
    return Advice(good, bad, confirm, cited)


def _state(backing: Backing, snapshot: Snapshot, citations: Citations) -> Statement | None:
    for stored in snapshot.of_article(backing.article):
        for quote in stored.passage.quotes:
            if quote.text == backing.quote:
                return citations.state(stored, quote)
    return None


def _numbered_from(first: int, statement: Statement) -> Statement:
    numbers = tuple(n + first for n in statement.citations)
    return statement.model_copy(update={"citations": numbers})
