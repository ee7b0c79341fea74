"""What is asked: a checked text and the facts that a person answered by button."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.advisor.fact import Fact
from knowledge.model import Criterion, State

MAX_CHARACTERS = 40_000
"""Slack cuts messages at 40 000 characters; more than that was not written by a person."""


class QuestionError(ValueError):
    """A question that cannot be answered; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was written. Evidence offsets count characters of `text`.

    `facts` overrule what is read from the text; `withdrawn` are criteria of which the asker says
    that they are not known, whatever the text seems to say. `said` is what the messages of a thread
    said when they were read; without it that is read from the text as a whole. `notes` are said
    first.
    """

    text: str
    facts: Mapping[Criterion, State] = field(default_factory=dict)
    withdrawn: frozenset[Criterion] = frozenset()
    said: Mapping[Criterion, Fact] | None = None
    notes: tuple[str, ...] = ()


def ask(text: object, facts: object = None) -> Question:
    """Check untrusted input. Raises `QuestionError` for anything that is not a question."""
    if not isinstance(text, str):
        raise QuestionError(f"the question must be text, not {type(text).__name__}")
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(
            f"the question has {len(text):,} characters, at most {MAX_CHARACTERS:,} are read; "
            "send the part that describes the system"
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise QuestionError("the question holds bytes that are not UTF-8 text") from error
    if not any(_readable(character) for character in text):
        raise QuestionError("the question is empty; describe the system in a sentence or two")
    return Question(text, check_facts(facts))


def check_facts(facts: object) -> dict[Criterion, State]:
    """Facts as `{criterion: "yes" | "no"}`. Raises `QuestionError` naming what is not known."""
    if facts is None:
        return {}
    if not isinstance(facts, Mapping):
        raise QuestionError('facts must be an object such as {"cpu_bound": "yes"}')
    checked: dict[Criterion, State] = {}
    for name, state in facts.items():
        if name not in set(Criterion):
            known = ", ".join(criterion.value for criterion in Criterion)
            raise QuestionError(f"unknown criterion {name!r} in facts; known are {known}")
        if state not in ("yes", "no"):
            raise QuestionError(f'the fact {name} must be "yes" or "no", not {state!r}')
        checked[Criterion(name)] = state
    return checked


def _readable(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character)[0] != "C"
