"""The answer to "what does it cost?" and "how do we bring it in?": cited passages.

A record that the question names or describes is shown too: what it cost them is what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.advisor.answer import Answer, Card
from bot.advisor.cards import card
from bot.advisor.citations import Citations
from bot.advisor.desk import Desk
from bot.advisor.find import best_sections, find_guidance, most_telling, rank_cases
from bot.advisor.others import described_in
from bot.advisor.question import Question
from index.encoder import Vectors
from knowledge.model import Intent

PASSAGES = 24
"""Passages looked at."""
SENTENCES = (3, 3, 2, 2)
"""Most sentences quoted from the best section, the second and so on."""
NAMED = 2
"""Case studies shown where the question names some."""
NAMED_COSINE = 0.5
"""From this likeness on a named record is what is asked about: "we run on AWS" asks about none."""
DESCRIBED_COSINE, DESCRIBED_WORDS = 0.6, 3
"""What a record that nobody names must have in common with the question to be shown as well."""
SENTENCES_OF_A_CASE = 3
NEAR_ENOUGH = 0.25
"""Below this cosine nothing found is about the question."""


def guide(question: Question, intent: Intent, vector: Vectors, desk: Desk) -> Answer:
    """The sections that come nearest, a few sentences of each, best first."""
    headlines = desk.phrases.headlines
    hits = find_guidance(desk.snapshot, vector, question.text, PASSAGES)
    near = [hit for hit in hits if hit.cosine >= NEAR_ENOUGH]
    citations = Citations(desk.snapshot)
    cards = tuple(_cards(question, vector, desk, citations))
    statements = []
    for section, count in zip(best_sections(near, len(SENTENCES)), SENTENCES, strict=False):
        telling = most_telling(section.passages, question.text, desk.snapshot, count)
        statements += [citations.state(*pair) for pair in telling]
    headline = headlines.cost if intent is Intent.COST else headlines.adoption
    return Answer(
        question=question.text,
        intent=intent,
        headline=headline if statements or cards else headlines.nothing_found,
        notes=() if statements or cards else (headlines.abilities,),
        guidance=tuple(dict.fromkeys(statements)),
        cards=cards,
        citations=citations.all,
        snapshot=desk.snapshot.id,
    )


def _cards(question: Question, vector: Vectors, desk: Desk, citations: Citations) -> Iterator[Card]:
    """The records that a question names, or else the one that it describes."""
    text = question.text
    ranked = rank_cases(desk.snapshot, vector, text, desk.vocabulary)
    near = [item for item in ranked if any(hit.cosine >= NAMED_COSINE for hit in item.hits)]
    named = desk.names.named_in(text, [item.case.id for item in near])
    if not named and not desk.vocabulary.speaks_of_oneself(text):
        named = described_in(text, vector, desk, DESCRIBED_COSINE, DESCRIBED_WORDS)[:1]
    for item in [item for item in near if item.case.id in named][:NAMED]:
        yield card(item, vector, desk, citations, (), SENTENCES_OF_A_CASE)
