"""The answer to "who did this, and what happened?"."""

from __future__ import annotations

from collections.abc import Iterator

from bot.advisor.answer import Answer, Statement
from bot.advisor.cards import card
from bot.advisor.citations import Citations
from bot.advisor.desk import Desk
from bot.advisor.find import RankedCase, find_guidance, rank_cases
from bot.advisor.others import SHARED, described_in
from bot.advisor.question import Question
from bot.advisor.telling import most_telling, weighed
from index.encoder import Vectors
from knowledge.model import Intent, Standing

SHOWN = 4
"""Case studies in one answer where the question names none."""
LEAST, LEAST_SHOWN = 0.65, 2
"""Of the score of the nearest record: what has less is beside the point. Two are always shown."""
NAMED_SHOWN = 6
DESCRIBED_COSINE, DESCRIBED_WORDS = 0.6, 5
"""What a record must have in common with a question that asks of a name without a record."""
ABSENT_SHOWN = 5
"""Names without a record that an answer repeats."""
SENTENCES = {1: 8, 2: 5}
"""Quoted from each record where so many are shown."""
SENTENCES_AMONG_OTHERS = 3
GUIDANCE = 2
"""Sentences of articles beside the records."""
GUIDANCE_COSINE = 0.5
PASSAGES = 12
"""Passages in which a name without a record is looked for."""
_DOUBTFUL = {Standing.CLAIMED, Standing.UNVERIFIED, Standing.DISPUTED}


def tell(question: Question, vector: Vectors, desk: Desk) -> Answer:
    """The records that a question names; else those that come nearest to its description.

    What an organisation did of which nothing is known, no other record tells: then none is shown.
    """
    text, headlines = question.text, desk.phrases.headlines
    ranked = rank_cases(desk, vector, text)
    named = desk.names.named_in(text, [item.case.id for item in ranked[:3]])
    unknown, asked = desk.names.unknown_in(text), desk.names.asked_about(text)
    described = described_in(text, vector, desk, DESCRIBED_COSINE, DESCRIBED_WORDS)
    if asked and not (named or described or _mentioned(asked, question, vector, desk)):
        return Answer(
            question=text,
            intent=Intent.CASE_STUDY,
            headline=headlines.not_on_record.format(names=_listed(asked[:ABSENT_SHOWN])),
            notes=(headlines.abilities,),
            snapshot=desk.snapshot.id,
        )
    against = desk.vocabulary.speaks_against_rust(text)
    if named:
        meant = [*_meant_besides(named, ranked, text, desk), *named]
        shown = _named(meant, ranked, desk)[:NAMED_SHOWN]
        names = list(dict.fromkeys(item.case.organisation for item in shown))
        headline = headlines.case_named.format(names=_listed(names))
    else:
        if against:
            ranked = rank_cases(desk, vector, text, favours_rust=False)
        shown = _near(ranked)[:SHOWN]
        headline = headlines.case_found
    citations = Citations(desk.snapshot)
    sentences = SENTENCES.get(len(shown), SENTENCES_AMONG_OTHERS)
    cards = tuple(card(item, vector, desk, citations, (), sentences) for item in shown)
    said = " ".join(statement.text for one in cards for statement in one.statements).lower()
    absent = [name for name in unknown if name.lower() not in said][:ABSENT_SHOWN]
    # The founding article, which speaks for Rust, claims nothing on those that left it.
    untold = absent if named or against else None
    return Answer(
        question=text,
        intent=Intent.CASE_STUDY,
        headline=headline,
        notes=(headlines.not_covered.format(names=_listed(absent)),) if absent else (),
        guidance=tuple(_guidance(question, vector, desk, citations, untold)),
        cards=cards,
        citations=citations.all,
        snapshot=desk.snapshot.id,
    )


def _near(ranked: list[RankedCase]) -> list[RankedCase]:
    """Without the records that are far behind the nearest one."""
    least = LEAST * ranked[0].score if ranked else 0.0
    return [item for at, item in enumerate(ranked) if at < LEAST_SHOWN or item.score >= least]


def _meant_besides(named: list[str], ranked: list[RankedCase], text: str, desk: Desk) -> list[str]:
    """The nearest record, where the text describes it more closely than those that it names.

    "The file host that moved off Amazon" means no record of Amazon.
    """
    nearest, words = ranked[0].case.id, desk.vocabulary.without_fillers(text)
    shared = desk.record_words.shared
    most = max(shared(words, name) for name in named)
    closer = nearest not in named and shared(words, nearest) > max(most, SHARED)
    return [nearest] if closer else []


def _named(named: list[str], ranked: list[RankedCase], desk: Desk) -> list[RankedCase]:
    """The named records in the order of naming, with what the search found in each."""
    by_id = {item.case.id: item for item in ranked}
    return [by_id.get(n, RankedCase(desk.snapshot.cases[n], 0.0, ())) for n in named]


def _guidance(
    question: Question,
    vector: Vectors,
    desk: Desk,
    citations: Citations,
    untold: list[str] | None,
) -> Iterator[Statement]:
    """Up to two sentences of articles, where they come close to the question.

    What the founding article claims about a named record the record itself tells, and corrects:
    then only a claim on something `untold` there is quoted. None: claims are as good as
    any other sentence.
    """
    hits = find_guidance(desk.snapshot, vector, question.text, 8)
    near = [hit for hit in hits if hit.cosine >= GUIDANCE_COSINE]
    ranked = weighed(near, desk.vocabulary.without_fillers(question.text), desk.snapshot)
    for stored, quote in most_telling(ranked, desk.snapshot, GUIDANCE, citations.told):
        told = untold is not None and not any(name in quote.text for name in untold)
        if not (told and quote.standing in _DOUBTFUL):
            yield citations.state(stored, quote)


def _mentioned(names: list[str], question: Question, vector: Vectors, desk: Desk) -> bool:
    """Whether a passage found for the question has one of the names: a team's own, it may be."""
    hits = find_guidance(desk.snapshot, vector, question.text, PASSAGES)
    found = " ".join(hit.stored.passage.words for hit in hits).lower()
    return any(name.lower() in found for name in names)


def _listed(names: list[str]) -> str:
    return ", ".join(names)
