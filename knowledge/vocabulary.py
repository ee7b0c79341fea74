"""Words of questions and what they stand for, as validated content."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen, Id, Language, Line


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _in_lower_case(word: str) -> str:
    if word != word.lower():
        raise ValueError(f"write {word!r} in lower case")
    return word


Word = Annotated[Line, AfterValidator(_in_lower_case)]
Words = Annotated[tuple[Word, ...], Field(min_length=1)]
"""At least one: a pattern of none would match everywhere."""


class Vocabulary(Frozen):
    """Synonyms and cues, all in lower case."""

    languages: dict[Language, Words]
    domains: dict[Id, Words]
    against_rust: Words
    leaving: Words
    greetings: Words
    oneself: Words
    english: frozenset[Word]
    other_tongues: frozenset[Word]
    openers: frozenset[Word]
    joiners: Words
    asking: Words
    fillers: Words
    telling: Words
    elsewhere: Words
    aspects: Words
    ordinary_words: frozenset[Word]
    generic_words: frozenset[Word]

    def domains_in(self, text: str) -> tuple[str, ...]:
        """The domains that a text names."""
        return self._domains_found(text)

    def languages_left_in(self, text: str) -> tuple[str, ...]:
        """The languages that a text says somebody moved from: `from Go`, `Go to Rust`."""
        return self._left_found(text)

    def speaks_against_rust(self, text: str) -> bool:
        return self._against_pattern.search(_one_line(text)) is not None

    def asks_about_leaving(self, text: str) -> bool:
        """True for `leave Rust`, and for `ours is written in Rust. Move it to Go?`."""
        line = _one_line(text)
        if self._leaving_pattern.search(line):
            return True
        return (
            _IN_RUST.search(line) is not None and self._elsewhere_pattern.search(line) is not None
        )

    def in_another_tongue(self, text: str) -> bool:
        """True where a text seems to be in another language than English: mostly in letters of
        another script, or with more of the small words of other languages than of English ones."""
        letters = [character for character in text if character.isalpha()]
        if sum(_LATIN.match(character) is None for character in letters) > len(letters) / 2:
            return True
        words = [word.lower() for word in re.findall(r"[^\W\d_]+", text)]
        foreign = sum(word in self.other_tongues for word in words)
        return foreign >= _FOREIGN and foreign > sum(word in self.english for word in words)

    def speaks_of_oneself(self, text: str) -> bool:
        """True where a text says "we", "our" or "I": then it is about the asker's own work."""
        return self._oneself_pattern.search(_one_line(text)) is not None

    def questions_of(self, sentence: str) -> list[str]:
        """A sentence cut where a further question begins: `and how`, `, if so what`."""
        cuts = [match.start() for match in self._further_pattern.finditer(sentence)]
        return [sentence[a:b].strip(" ,;") for a, b in pairwise([0, *cuts, len(sentence)])]

    def asks_in_general(self, text: str) -> bool:
        """True for an open question on nobody in particular: "When is Rust the wrong choice?"."""
        opens = self._open_pattern.match(text) is not None
        return opens and not self.speaks_of_oneself(text)

    def turns_elsewhere(self, text: str) -> bool:
        """True for `what about our admin panel?`, and not for `what about our tight deadline?`,
        which is about the work that was spoken of."""
        return self._elsewhere_turn.search(_one_line(text)) is not None

    def without_fillers(self, text: str) -> str:
        """A text without `how long`, `up` and the like, which no answer repeats."""
        return self._filler_pattern.sub(" ", text)

    def greets(self, text: str) -> bool:
        """True where a text is hardly more than a greeting."""
        words = re.findall(r"[a-z]+", text.lower())
        return len(words) <= 6 and self._greeting_pattern.search(" ".join(words)) is not None

    @cached_property
    def _domains_found(self) -> Callable[[str], tuple[str, ...]]:
        return _remembered(self._domain_patterns)

    @cached_property
    def _left_found(self) -> Callable[[str], tuple[str, ...]]:
        return _remembered(self._left_patterns)

    @cached_property
    def _domain_patterns(self) -> dict[str, re.Pattern[str]]:
        return {name: any_of(words) for name, words in self.domains.items()}

    @cached_property
    def _left_patterns(self) -> dict[str, re.Pattern[str]]:
        return {name: _left(alternatives(words)) for name, words in self.languages.items()}

    @cached_property
    def _against_pattern(self) -> re.Pattern[str]:
        return any_of(self.against_rust)

    @cached_property
    def _leaving_pattern(self) -> re.Pattern[str]:
        return any_of(self.leaving)

    @cached_property
    def _elsewhere_pattern(self) -> re.Pattern[str]:
        names = alternatives(tuple(word for words in self.languages.values() for word in words))
        return re.compile(
            rf"\b(?:{_MOVING})\b[^.?!]{{0,40}}?\b(?:to|in|into|with|on)\s+(?:{names})(?![\w+#])"
            r"(?!,?\s+(?:or|and|/|vs\.?)\s+rust)",
            re.IGNORECASE,
        )

    @cached_property
    def _oneself_pattern(self) -> re.Pattern[str]:
        return any_of(self.oneself)

    @cached_property
    def _further_pattern(self) -> re.Pattern[str]:
        joined = rf"(?:(?:{alternatives(self.joiners)}),?\s+)+"
        asking = rf"(?:{alternatives(self.asking)})\b"
        return re.compile(rf"(?<=[\w,;)])\s+{joined}(?={asking})", re.IGNORECASE)

    @cached_property
    def _open_pattern(self) -> re.Pattern[str]:
        return re.compile(rf"\W*(?:{alternatives(self.asking)})\b", re.IGNORECASE)

    @cached_property
    def _elsewhere_turn(self) -> re.Pattern[str]:
        turn = rf"(?:^|[.?!:;,)]\s)\W*(?:[\w’']+,?\s+){{0,2}}?(?:{alternatives(self.elsewhere)})"
        own = rf"(?:[\w’'-]+\s+){{0,2}}(?:{alternatives(self.aspects)})(?![\w-])"
        return re.compile(rf"{turn}\s+(?!{own})", re.IGNORECASE)

    @cached_property
    def _filler_pattern(self) -> re.Pattern[str]:
        return any_of(self.fillers)

    @cached_property
    def _greeting_pattern(self) -> re.Pattern[str]:
        return re.compile(rf"^(?:{alternatives(self.greetings)})\b")


_LATIN = re.compile(r"[a-z\u00c0-\u024f]", re.IGNORECASE)
_FOREIGN = 3
"""Small words of another language, from which a text may be in it."""
_IN_RUST = re.compile(
    r"\b(?:our|the|my|this|that)\s(?:[\w-]+\s){1,4}?(?:is|are|was|were|has been|have been)\s"
    r"(?:(?:all|already|mostly|now|fully|entirely)\s)?(?:(?:written|built|done|implemented|coded)\s)?"
    r"in\s+rust\b"
    r"|\bwe\s(?:(?:already|now|currently)\s)?(?:run|use|have|wrote|built|did|rewrote|ported)\s"
    r"(?:[\w'’-]+\s){0,6}?(?:in\s|to\s|with\s)?rust\b",
    re.IGNORECASE,
)
"""What the asker has in Rust by now."""
_MOVING = "move|migrate|switch|rewrite|replace|port|go|return|change|convert|redo"

_NOT_A_VERB = "".join(
    rf"(?<!\b{word} )"
    for word in ("to", "we", "you", "i", "they", "can", "could", "should", "would", "not", "us")
)
"""In `should we go to Rust` nobody leaves Go."""


def _left(names: str) -> re.Pattern[str]:
    """Matches `from Go`, `replaced Go`, `Go to Rust` and `Go ->`, given the names of a language."""
    leaving = r"\bfrom|\breplac\w+(?: \w+)?|\bout of|\bleft|\boff|\bditch\w*"
    before = rf"(?:{leaving}) (?:{names})(?![\w+#])"
    after = rf"{_NOT_A_VERB}(?<![\w.])(?:{names}) (?:(?:to|into) rust\b|->|→)"
    return re.compile(f"{before}|{after}", re.IGNORECASE)


def _remembered(patterns: Mapping[str, re.Pattern[str]]) -> Callable[[str], tuple[str, ...]]:
    """The names whose pattern a text matches, kept for the last few texts: each record is compared
    with the same one, and of 40 000 characters that takes a second."""

    @lru_cache(maxsize=4)
    def found(text: str) -> tuple[str, ...]:
        line = _one_line(text)
        return tuple(name for name, pattern in patterns.items() if pattern.search(line))

    return found


def alternatives(words: tuple[str, ...]) -> str:
    """A pattern body that matches any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


def any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Matches any of the words as whole words, in any case."""
    return re.compile(rf"(?<![\w-])(?:{alternatives(words)})(?![\w-])", re.IGNORECASE)


@cache
def load_vocabulary(root: Path = CONTENT) -> Vocabulary:
    """Raises `ContentError` naming file and line."""
    return load_file(root / "vocabulary.yaml", Vocabulary)
