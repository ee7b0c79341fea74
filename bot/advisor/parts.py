"""The single questions of a message that asks two or three.

"Should we, and if so what does ramp-up cost?" wants a verdict and a cost. Searched as one, the cost
is drowned by the rest; read as one, the verdict is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.encoder import Vectors
from knowledge.model import Intent
from knowledge.sentences import sentence_spans
from knowledge.vocabulary import Vocabulary

MOST = 3
"""More questions than this in one message are rhetoric, not a list of things to answer."""

LEAST_WORDS = 2
"""Fewer ask nothing by themselves: "months? years?"."""


@dataclass(frozen=True, slots=True)
class Part:
    """One question of several, with what it asks for and its vector."""

    text: str
    intent: Intent
    vector: Vectors


def questions_in(text: str, vocabulary: Vocabulary) -> list[str]:
    """The single questions of a message that asks two or three; nothing for any other message.

    A sentence asks where it ends with a question mark. Within one, a further question begins with
    "and how", "if so what" and the like.
    """
    spans = sentence_spans(text)
    asking = [text[start:end] for start, end in spans if text[end - 1] == "?"]
    parts = [part for sentence in asking for part in vocabulary.questions_of(sentence)]
    found = [part for part in parts if len(part.split()) >= LEAST_WORDS]
    return found if 2 <= len(found) <= MOST else []
