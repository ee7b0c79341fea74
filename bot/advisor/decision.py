"""The answer to "should we use Rust here?"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.advisor import ring as verdicts
from bot.advisor.answer import Answer, Card, Check, Statement
from bot.advisor.cards import card
from bot.advisor.citations import Citations
from bot.advisor.desk import Desk
from bot.advisor.find import (
    RankedCase,
    best_sections,
    find_guidance,
    most_telling,
    rank_cases,
)
from bot.advisor.question import Question
from bot.advisor.ring import Verdict
from bot.advisor.situation import Situation, situation
from bot.reader.reading import Reading
from index.encoder import Vectors
from knowledge.checklist import Item
from knowledge.model import Intent, Ring

NEAREST = 2
"""Case studies shown besides those that make up for a side that is not among them."""
GUIDANCE = 2
"""Sentences quoted from articles besides the backing of what was read."""
GUIDANCE_COSINE = 0.35
"""Below this likeness a passage is not about the question."""


def decide(
    question: Question,
    reading: Reading,
    vector: Vectors,
    desk: Desk,
    parts: Sequence[tuple[str, Vectors]] = (),
) -> Answer:
    """Verdict, reasons, checklist, case studies, what is missing and what would flip it.

    `parts` are the single questions of a message that asks several, each with its vector: guidance
    is looked up for each, so that "and how long would ramp-up take?" is answered as well.
    """
    known = situation(question, reading)
    verdict = verdicts.judge(known.states, known.lean, desk.checklist)
    leaving = desk.vocabulary.asks_about_leaving(question.text)
    citations = Citations(desk.snapshot)
    checklist = tuple(_checks(known, desk, citations))
    reasons = tuple(_reasons(checklist, verdict, desk, citations))
    cards = tuple(_cards(question, known, verdict, vector, desk, citations))
    asked = [(question.text, vector), *parts]
    guidance = tuple(_guidance(asked, desk, citations, reasons))
    headlines = desk.phrases.headlines
    return Answer(
        question=question.text,
        intent=Intent.DECISION,
        ring=verdict.ring,
        leaving=leaving,
        score=verdict.score,
        confidence=verdict.confidence,
        headline=(headlines.leaving if leaving else headlines.rings)[verdict.ring],
        reasons=reasons,
        guidance=guidance,
        checklist=checklist,
        missing=verdicts.missing(known.states, known.likely, known.lean, desk.checklist),
        flips=verdicts.flips(known.states, known.lean, desk.checklist),
        cards=cards,
        citations=citations.all,
        snapshot=desk.snapshot.id,
    )


def _checks(known: Situation, desk: Desk, citations: Citations) -> Iterator[Check]:
    for item in desk.checklist.items:
        numbers = tuple(citations.number(*found) for found in desk.backing(item.id))
        fact = known.facts.get(item.id)
        if fact is None:
            yield Check(
                criterion=item.id,
                state="unknown",
                weighs="neutral",
                evidence=None,
                citations=numbers,
                confidence=_silence(item, known),
            )
            continue
        yield Check(
            criterion=item.id,
            state=fact.state,
            weighs=verdicts.weighs(item, fact.state),
            evidence=fact.evidence,
            citations=numbers,
            confidence=fact.confidence,
            answered=fact.answered,
            opposite=fact.opposite,
        )


def _silence(item: Item, known: Situation) -> float:
    """How sure the reader is that the text says nothing about an item."""
    stated = sum(known.likely.get((item.id, state), 0.0) for state in ("yes", "no"))
    return round(max(0.0, 1.0 - stated), 3)


def _reasons(
    checklist: tuple[Check, ...], verdict: Verdict, desk: Desk, citations: Citations
) -> Iterator[Statement]:
    """The backing of each stated criterion, those that moved the verdict most first."""

    def pull(check: Check) -> float:
        if check.state == "unknown":
            return 0.0
        points = desk.checklist[check.criterion].adds(check.state)
        return points.of(verdict.ring) - sum(points.of(ring) for ring in Ring) / len(Ring)

    stated = [check for check in checklist if check.state != "unknown"]
    for check in sorted(stated, key=lambda c: (-pull(c), desk.checklist.position(c.criterion))):
        for found in desk.backing(check.criterion):
            yield citations.state(*found)


def _cards(
    question: Question,
    known: Situation,
    verdict: Verdict,
    vector: Vectors,
    desk: Desk,
    citations: Citations,
) -> Iterator[Card]:
    """The nearest case studies, at least one for Rust and one against it among them."""
    criteria = [criterion for criterion, fact in known.facts.items() if fact.state == "yes"]
    ranked = rank_cases(desk.snapshot, vector, question.text, desk.vocabulary, criteria)
    named = desk.names.named_in(question.text, [r.case.id for r in ranked[:5]])
    ranked.sort(key=lambda item: item.case.id not in named)
    shown = ranked[:NEAREST]
    lean = _lean(verdict, shown)
    for way in (lean, not lean):
        if not any(item.case.favours_rust is way for item in shown):
            found = rank_cases(
                desk.snapshot, vector, question.text, desk.vocabulary, criteria, favours_rust=way
            )
            shown += found[:1]
    for item in shown:
        yield card(item, vector, desk, citations, criteria, 2, lean)


def _lean(verdict: Verdict, shown: list[RankedCase]) -> bool:
    """Whether the verdict, or for `assess` the nearest record, points to Rust."""
    if verdict.ring is Ring.ASSESS:
        return shown[0].case.favours_rust if shown else True
    return verdict.ring is not Ring.HOLD


def _guidance(
    asked: Sequence[tuple[str, Vectors]],
    desk: Desk,
    citations: Citations,
    reasons: tuple[Statement, ...],
) -> Iterator[Statement]:
    """The sentences of the articles nearest to each question asked, if any is near enough."""
    said = {statement.text for statement in reasons}
    for text, vector in asked:
        hits = find_guidance(desk.snapshot, vector, text, 12)
        near = [hit for hit in hits if hit.cosine >= GUIDANCE_COSINE]
        for section in best_sections(near, GUIDANCE):
            for stored, quote in most_telling([section.best], text, desk.snapshot, 1):
                if quote.text not in said:
                    said.add(quote.text)
                    yield citations.state(stored, quote)
