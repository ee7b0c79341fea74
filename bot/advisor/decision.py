"""The answer to "should we use Rust here?"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.advisor import ring as verdicts
from bot.advisor.answer import Answer, Card, Check, Statement
from bot.advisor.cards import card, related
from bot.advisor.citations import Citations
from bot.advisor.desk import Desk
from bot.advisor.find import Pair, RankedCase, find_guidance, rank_cases
from bot.advisor.parts import Part
from bot.advisor.question import Question
from bot.advisor.ring import Verdict
from bot.advisor.situation import Situation, situation
from bot.advisor.telling import most_telling, weighed, without
from bot.reader.reading import Reading
from index.encoder import Vectors
from knowledge.checklist import Item
from knowledge.model import Criterion, Intent, Ring

NEAREST = 2
"""Case studies shown because the question names them."""
SHOWN = 3
"""Case studies in all, as far as others have something in common with the case."""
SENTENCES = 2
GUIDANCE = 2
"""Sentences quoted from articles besides the backing of what was read, for each question asked."""
_GUIDED = {Intent.COST, Intent.ADOPTION}
"""What may be asked besides the verdict, and is answered by articles."""
GUIDANCE_COSINE = 0.45
"""Below this likeness a passage is not about the question; docs/search.md has figures."""


def decide(
    question: Question,
    reading: Reading,
    vector: Vectors,
    desk: Desk,
    parts: Sequence[Part] = (),
) -> Answer:
    """Verdict, reasons, checklist, case studies, what is missing and what would flip it.

    `parts` are the single questions of a message that asks several: guidance is looked up for what
    they ask besides, so that "and how long would ramp-up take?" is answered as well.
    """
    known = situation(question, reading)
    counted = desk.checklist_for(question.text)
    verdict = verdicts.judge(known.states, known.lean, counted)
    leaving = desk.vocabulary.asks_about_leaving(question.text)
    citations = Citations(desk.snapshot)
    checklist = tuple(_checks(known, leaving, desk, citations))
    weighed_by = known.states, known.likely, known.lean, counted
    missing = verdicts.missing(*weighed_by, known.disputed)
    reasons = tuple(_reasons(checklist, verdict, missing, desk, citations))
    cards = tuple(_cards(question, known, verdict, vector, desk, citations))
    besides = [(part.text, part.vector) for part in parts if part.intent in _GUIDED]
    general = desk.vocabulary.asks_in_general(question.text)
    asked = besides or ([(question.text, vector)] if known.facts or general else [])
    guidance = tuple(_guidance(asked, checklist, desk, citations, reasons))
    headlines = desk.phrases.headlines
    alone = verdict.ring is not Ring.ASSESS and all(c.weighs == "neutral" for c in checklist)
    return Answer(
        question=question.text,
        intent=Intent.DECISION,
        ring=verdict.ring,
        leaving=leaving,
        score=verdict.score,
        confidence=verdict.confidence,
        points=dict(verdict.points),
        impression=dict(known.lean),
        headline=(headlines.leaving if leaving else headlines.rings)[verdict.ring],
        notes=(headlines.whole_alone,) if alone else (),
        reasons=reasons,
        guidance=guidance,
        checklist=checklist,
        missing=missing,
        flips=verdicts.flips(*weighed_by),
        cards=cards,
        citations=citations.all,
        snapshot=desk.snapshot.id,
    )


def _checks(known: Situation, leaving: bool, desk: Desk, citations: Citations) -> Iterator[Check]:
    for item in desk.checklist.items:
        fact = known.facts.get(item.id)
        backing = desk.sources(item.id, fact.state if fact else None)
        numbers = tuple(citations.number(*found) for found in backing)
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
        skipped = leaving and fact.state in item.leaving_skips
        yield Check(
            criterion=item.id,
            state=fact.state,
            weighs="neutral" if fact.opposite or skipped else verdicts.weighs(item, fact.state),
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
    checklist: tuple[Check, ...],
    verdict: Verdict,
    missing: Sequence[Criterion],
    desk: Desk,
    citations: Citations,
) -> Iterator[Statement]:
    """The sentences that speak for the verdict, those of what moved it most first.

    For `assess` it is the one that says why what is missing most would matter.
    """
    if verdict.ring is Ring.ASSESS:
        backings = (desk.backing(name, "yes") or desk.backing(name, "no") for name in missing)
        yield from [citations.state(*found[0]) for found in backings if found][:1]
        return
    side = {Ring.ADOPT: "for", Ring.TRIAL: "for", Ring.HOLD: "against"}.get(verdict.ring)
    speaking = []
    for check in checklist:
        if check.state != "unknown" and check.weighs == side:
            points = desk.checklist[check.criterion].adds(check.state)
            pull = points.of(verdict.ring) - sum(points.of(ring) for ring in Ring) / len(Ring)
            speaking.append((pull, desk.backing(check.criterion, check.state)))
    for _, backing in sorted(speaking, key=lambda one: -one[0]):
        for found in backing:
            yield citations.state(*found)


def _cards(
    question: Question,
    known: Situation,
    verdict: Verdict,
    vector: Vectors,
    desk: Desk,
    citations: Citations,
) -> Iterator[Card]:
    """The nearest case studies, at least one for Rust and one against it among them.

    Those that share something with the case come first, then those that point as the verdict does.
    Where nothing at all is known, only records that the question names are of use.
    """
    text = question.text
    criteria = [criterion for criterion, state in known.states.items() if state == "yes"]
    ranked = rank_cases(desk, vector, text, criteria)
    named = desk.names.named_in(text, [r.case.id for r in ranked[:5]])
    chosen = [item for item in ranked if item.case.id in named][:NEAREST]
    if known.facts:
        likely = [*chosen, *(item for item in ranked if related(item.case, text, criteria, desk))]
        lean = _lean(verdict, likely or ranked)
        for way in (lean, not lean):
            if not any(item.case.favours_rust is way for item in chosen):
                same = rank_cases(desk, vector, text, criteria, way)
                near = [item for item in same if related(item.case, text, criteria, desk)]
                chosen += (near or same)[:1]
        taken = {item.case.id for item in chosen}
        rest = [item for item in likely if item.case.id not in taken]
        chosen += rest[: max(SHOWN - len(chosen), 0)]
    else:
        lean = _lean(verdict, chosen)
    points_to = None if verdict.ring is Ring.ASSESS else lean
    shown = [
        card(item, vector, desk, citations, criteria, SENTENCES, points_to, text) for item in chosen
    ]
    yield from sorted(
        shown, key=lambda one: (one.case not in named, not one.related, one.other_way)
    )


def _lean(verdict: Verdict, shown: list[RankedCase]) -> bool:
    """Whether the verdict, or for `assess` the nearest record, points to Rust."""
    if verdict.ring is Ring.ASSESS:
        return shown[0].case.favours_rust if shown else True
    return verdict.ring is not Ring.HOLD


def _guidance(
    asked: Sequence[tuple[str, Vectors]],
    checklist: tuple[Check, ...],
    desk: Desk,
    citations: Citations,
    reasons: tuple[Statement, ...],
) -> Iterator[Statement]:
    """The sentences of the articles nearest to each question asked, if any is near enough.

    None speaks for a state that is not the asker's, or that does not count for the question.
    """
    unfit = [pair for check in checklist for pair in _contrary(check, desk)]
    said = {statement.text for statement in reasons}
    records = citations.told
    for text, vector in asked:
        hits = find_guidance(desk.snapshot, vector, text, 12)
        near = [hit for hit in hits if hit.cosine >= GUIDANCE_COSINE]
        ranked = weighed(near, desk.vocabulary.without_fillers(text), desk.snapshot)
        ranked = without(ranked, unfit, desk.snapshot)
        for stored, quote in most_telling(ranked, desk.snapshot, GUIDANCE, records):
            if quote.text not in said:
                said.add(quote.text)
                yield citations.state(stored, quote)


def _contrary(check: Check, desk: Desk) -> tuple[Pair, ...]:
    """The backing of what was not stated, where something was; all of what is set aside."""
    if check.state == "unknown" or check.opposite:
        return ()
    if check.weighs == "neutral":
        return desk.sources(check.criterion, None)
    return desk.backing(check.criterion, "no" if check.state == "yes" else "yes")
