"""What a person wrote behind the slash command."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """What is asked for. Anything that is none of these words is a question."""

    FORM = ""
    QUESTION = "question"
    HELP = "help"
    HISTORY = "history"
    STATUS = "status"
    EXPORT = "export"
    FORGET = "forget me"
    REINDEX = "reindex"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Command:
    """`rest` is the question, or the words to search for."""

    word: Word
    rest: str = ""


_ALONE = {word.value: word for word in Word if word is not Word.QUESTION}
_ENDINGS = "?!. "


def parse(text: str) -> Command:
    """The command in `text`.

    A word counts only where it stands alone, save for `history`, so that "status quo is Go, why
    Rust?" is a question; and so is anything about history that asks.
    """
    said = " ".join(text.split())
    word = _ALONE.get(said.rstrip(_ENDINGS).lower())
    if word is not None and (said.rstrip(_ENDINGS) or not said):
        return Command(word)
    first, _, rest = said.partition(" ")
    if first.lower() == Word.HISTORY and "?" not in rest:
        return Command(Word.HISTORY, rest)
    return Command(Word.QUESTION, text.strip())
