"""The answer to "what does it cost?" and "how do we bring it in?": cited passages."""

from __future__ import annotations

from bot.advisor.answer import Answer
from bot.advisor.citations import Citations
from bot.advisor.desk import Desk
from bot.advisor.find import best_sections, find_guidance
from bot.advisor.question import Question
from index.encoder import Vectors
from index.snapshot import Stored
from knowledge.model import Intent, Standing
from knowledge.passages import Quote

SECTIONS = 3
SENTENCES = (5, 3, 2)
"""Most sentences quoted from the best section, the second and the third."""
NEAR_ENOUGH = 0.25
"""Below this cosine nothing found is about the question."""


def guide(question: Question, intent: Intent, vector: Vectors, desk: Desk) -> Answer:
    """The sections that come nearest, a few sentences of each, best first."""
    headlines = desk.phrases.headlines
    hits = find_guidance(desk.snapshot, vector, question.text, 16)
    near = [hit for hit in hits if hit.cosine >= NEAR_ENOUGH]
    citations = Citations(desk.snapshot)
    statements = []
    for section, count in zip(best_sections(near, SECTIONS), SENTENCES, strict=False):
        quotes = [(stored, q) for stored in section.passages for q in stored.passage.quotes]
        statements += [
            citations.state(*pair) for pair in _most_telling(quotes, question.text, desk, count)
        ]
    headline = headlines.cost if intent is Intent.COST else headlines.adoption
    return Answer(
        question=question.text,
        intent=intent,
        headline=headline if statements else headlines.nothing_found,
        notes=() if statements else (headlines.abilities,),
        guidance=tuple(dict.fromkeys(statements)),
        citations=citations.all,
        snapshot=desk.snapshot.id,
    )


def _most_telling(
    quotes: list[tuple[Stored, Quote]], question: str, desk: Desk, count: int
) -> list[tuple[Stored, Quote]]:
    """The sentences that share most words with the question, in the order of the document.

    Where that does not tell them apart, sourced sentences go before advice.
    """
    tokens = desk.snapshot.words.tokens
    asked = set(tokens(question))

    def rank(index: int) -> tuple[int, bool, int]:
        quote = quotes[index][1]
        return -len(asked & set(tokens(quote.text))), quote.standing is Standing.ADVICE, index

    return [quotes[index] for index in sorted(sorted(range(len(quotes)), key=rank)[:count])]
