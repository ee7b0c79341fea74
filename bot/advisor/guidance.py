"""The answer to "what does it cost?" and "how do we bring it in?": cited passages.

A record that the question names or describes is shown too: what it cost them is what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.advisor.answer import Answer, Card
from bot.advisor.cards import card
from bot.advisor.citations import Citations
from bot.advisor.desk import Desk
from bot.advisor.find import find_guidance, rank_cases
from bot.advisor.others import described_in
from bot.advisor.parts import Part
from bot.advisor.question import Question
from bot.advisor.telling import Telling, most_telling, weighed
from bot.reader.reading import Reading
from index.encoder import Vectors
from knowledge.model import Intent

PASSAGES = 24
"""Passages looked at."""
SENTENCES = 6
"""Most sentences quoted."""
SURE, SENTENCES_UNSURE = 0.9, 8
"""Below this relevance even the best sentence is a guess, and a few more are shown."""
SOUNDS, TOLD = 0.25, 0.7
"""How likely a message that is read as off-topic must sound like a question on cost or adoption,
and how well a sentence must answer it, to be one."""
SENTENCES_OF_A_PART = 3
"""Where a message asks several things."""
NAMED = 2
"""Case studies shown where the question names some."""
NAMED_COSINE = 0.5
"""From this likeness on a named record is what is asked about: "we run on AWS" asks about none."""
DESCRIBED_COSINE, DESCRIBED_WORDS = 0.6, 3
"""What a record that nobody names must have in common with the question to be shown as well."""
RIVAL = 0.8
"""Share of the relevance of the best sentence from which on a record is to the point too."""
SENTENCES_OF_A_CASE = 3
NEAR_ENOUGH = 0.2
"""Below this cosine nothing found is about the question."""


def guide(
    question: Question, intent: Intent, vector: Vectors, desk: Desk, parts: Sequence[Part] = ()
) -> Answer:
    """The few sentences that answer best, for each of the `parts` where a message has some."""
    headlines = desk.phrases.headlines
    citations = Citations(desk.snapshot)
    asked = [(part.text, part.vector) for part in parts] or [(question.text, vector)]
    found = [_found(*one, desk) for one in asked]
    best = max((ranked[0].relevance for ranked in found if ranked), default=0.0)
    most = SENTENCES_OF_A_PART if parts else SENTENCES if best >= SURE else SENTENCES_UNSURE
    telling = [pair for ranked in found for pair in most_telling(ranked, desk.snapshot, most)]
    statements = tuple(dict.fromkeys(citations.state(*pair) for pair in telling))
    cards = tuple(_cards(question, vector, desk, citations, best))
    headline = headlines.cost if intent is Intent.COST else headlines.adoption
    return Answer(
        question=question.text,
        intent=intent,
        headline=headline if statements or cards else headlines.nothing_found,
        notes=() if statements or cards else (headlines.abilities,),
        guidance=statements,
        cards=cards,
        citations=citations.all,
        snapshot=desk.snapshot.id,
    )


def asked_for(
    text: str, reading: Reading, embed: Callable[[str], Vectors], desk: Desk
) -> Intent | None:
    """What a message that is read as off-topic asks for all the same: "what's the ramp-up for
    Python devs" does not say what it is about, only the articles know; what "How does Quux run
    Rust?" is about, only Quux's own documents."""
    likely = max((Intent.COST, Intent.ADOPTION), key=lambda intent: reading.intent[intent])
    sounds = reading.intent[Intent.COST] + reading.intent[Intent.ADOPTION] >= SOUNDS
    if not sounds and "Rust" not in text:
        return None
    found = _found(text, embed(text), desk)
    told = any(one.relevance >= TOLD and (sounds or one.own) for one in found)
    return likely if told else None


def _found(text: str, vector: Vectors, desk: Desk) -> list[Telling]:
    hits = find_guidance(desk.snapshot, vector, text, PASSAGES)
    near = [hit for hit in hits if hit.cosine >= NEAR_ENOUGH]
    return weighed(near, desk.vocabulary.without_fillers(text), desk.snapshot)


def _cards(
    question: Question, vector: Vectors, desk: Desk, citations: Citations, best: float
) -> Iterator[Card]:
    """The records that a question names, or else the one that it describes.

    `best` is the relevance of the most telling sentence of an article: a record that nobody named,
    or named only in telling of their own work ("we use Sentry"), has to come near it.
    """
    text = question.text
    ranked = rank_cases(desk, vector, text)
    near = [item for item in ranked if any(hit.cosine >= NAMED_COSINE for hit in item.hits)]
    wanted = desk.names.named_in(text, [item.case.id for item in near])
    asked_about = bool(wanted) and not desk.vocabulary.speaks_of_oneself(text)
    if not wanted and not desk.vocabulary.speaks_of_oneself(text):
        wanted = described_in(text, vector, desk, DESCRIBED_COSINE, DESCRIBED_WORDS)[:1]
    for item in [item for item in near if item.case.id in wanted][:NAMED]:
        telling = weighed(item.hits, desk.vocabulary.without_fillers(text), desk.snapshot)
        if asked_about or telling[0].relevance >= RIVAL * best:
            yield card(item, vector, desk, citations, (), SENTENCES_OF_A_CASE)
