"""Variations of an example that change its words and none of its labels."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from bot.reader.examples import Example
from knowledge.model import Criterion, Intent, State

CHATTER_SHARE: Final = 0.25
"""Examples that get a stretch of somebody's off-topic talk before or after them."""
TYPO_SHARE: Final = 0.2
"""Examples that get typing errors."""
LETTERS_PER_TYPO: Final = 50

_LONGEST_CHATTER: Final = 160


def chatter(examples: Sequence[Example]) -> list[str]:
    """The short off-topic messages that do not speak of Rust: talk to put around a question."""
    return [
        example.text
        for example in examples
        if example.intent is Intent.OUT_OF_SCOPE
        and len(example.text) <= _LONGEST_CHATTER
        and "rust" not in example.text.lower()
    ]


def varied(example: Example, talk: Sequence[str], chance: random.Random) -> Example:
    """The example, perhaps with typing errors, perhaps amid off-topic talk."""
    if chance.random() < TYPO_SHARE:
        example = _mistyped(example, chance)
    if talk and chance.random() < CHATTER_SHARE:
        example = _surrounded(example, chance.choice(talk), chance)
    return example


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
