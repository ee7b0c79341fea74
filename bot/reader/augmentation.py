"""Variations of an example: other words, and labels that are certain to fit them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

from bot.reader.examples import Example
from knowledge.model import Criterion, Intent, State

CHATTER_SHARE: Final = 0.25
"""Examples that get a stretch of somebody's off-topic talk before or after them."""
TYPO_SHARE: Final = 0.2
"""Examples that get typing errors."""
LETTERS_PER_TYPO: Final = 50
ELSEWHERE_SHARE: Final = 0.4
"""Questions about Rust that are also asked about something else, which makes them off-topic."""

_LONGEST_CHATTER: Final = 80
_RUST = re.compile(r"\brust\b", re.IGNORECASE)
_STILL_RUST = re.compile(r"rust|cargo|crate|borrow|tokio|clippy|oxid|axum|actix|pyo3|wasm", re.I)
_ELSEWHERE: Final = (
    *("Kotlin", "Elixir", "Go", "Scala", "TypeScript", "Swift", "Zig", "COBOL", "Haskell", "PHP"),
    *("Kubernetes", "Kafka", "Terraform", "GraphQL", "React", "Snowflake", "Databricks", "SAP"),
)


def chatter(examples: Sequence[Example]) -> list[str]:
    """The short off-topic messages that neither ask nor speak of Rust: talk around a question."""
    return [
        example.text
        for example in examples
        if example.intent is Intent.OUT_OF_SCOPE
        and len(example.text) <= _LONGEST_CHATTER
        and not _STILL_RUST.search(example.text)
        and "?" not in example.text
    ]


def varied(example: Example, talk: Sequence[str], chance: random.Random) -> Example:
    """The example, perhaps with typing errors, perhaps amid off-topic talk."""
    if chance.random() < TYPO_SHARE:
        example = _mistyped(example, chance)
    if talk and chance.random() < CHATTER_SHARE:
        example = _surrounded(example, chance.choice(talk), chance)
    return example


def asked_elsewhere(example: Example, chance: random.Random) -> Example | None:
    """The question about another technology, off-topic for this bot; None where that is unsure.

    Only questions about cases, costs and adoption that name Rust by its name are turned: what a
    decision is about is often clear without the name.
    """
    if example.intent in (Intent.DECISION, Intent.OUT_OF_SCOPE):
        return None
    if chance.random() >= ELSEWHERE_SHARE:
        return None
    other = chance.choice(_ELSEWHERE)
    text, count = _RUST.subn(other, example.text)
    if not count or _STILL_RUST.search(text) or other.lower() in example.text.lower():
        return None
    return Example(text=text, intent=Intent.OUT_OF_SCOPE)


def _surrounded(example: Example, talk: str, chance: random.Random) -> Example:
    """Talk comes first or last; evidence keeps its words, so only the text changes."""
    gap = chance.choice([" ", "\n", "\n\n", ". "])
    first, last = (talk, example.text) if chance.random() < 0.6 else (example.text, talk)
    text = f"{first}{gap}{last}"
    if any(evidence in talk for _, evidence in example.criteria.values()):
        return example
    return example.model_copy(update={"text": text})


def _mistyped(example: Example, chance: random.Random) -> Example:
    """Neighbouring letters swapped, dropped or doubled, one in some 50 characters."""
    text = example.text
    pieces = list(text)
    for place in chance.sample(range(len(text)), k=max(1, len(text) // LETTERS_PER_TYPO)):
        if not (text[place].isalpha() and text[place - 1 : place].isalpha()):
            continue
        pieces[place] = chance.choice(["", text[place] * 2, text[place - 1]])
    criteria: dict[Criterion, tuple[State, str]] = {}
    for (criterion, state), (start, end) in example.spans.items():
        evidence = "".join(pieces[start:end])
        if not evidence.strip():
            return example
        criteria[criterion] = (state, evidence)
    return example.model_copy(update={"text": "".join(pieces), "criteria": criteria})
