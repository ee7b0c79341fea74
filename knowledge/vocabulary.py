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
    used_by_all: dict[Id, Words]
    building: Words
    against_rust: Words
    leaving: Words
    staying: Words
    the_same: frozenset[Word]
    something_else: frozenset[Word]
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
    namesakes: Words
    generic_words: frozenset[Word]

    def domains_in(self, text: str) -> tuple[str, ...]:
        """The domains that a text is about: the asker's own or, where it says nothing of oneself,
        all that it names."""
        own = self._domains_found(text)
        if self.speaks_of_oneself(text):
            return own
        return tuple(name for name in self.domains if name in (*own, *self._named_found(text)))

    def own_domains_in(self, text: str) -> tuple[str, ...]:
        """The domains of what a text says is built. Who waits on a database builds none."""
        return self._domains_found(text)

    def languages_left_in(self, text: str) -> tuple[str, ...]:
        """The languages that a text says somebody moved from: `from Go`, `Go to Rust`."""
        return self._left_found(text)

    def speaks_against_rust(self, text: str) -> bool:
        return self._against_pattern.search(_one_line(text)) is not None

    def asks_about_leaving(self, text: str) -> bool:
        """True for `leave Rust`, and for `ours is written in Rust. Move it to Go?`."""
        line = self._staying_pattern.sub(" ", _one_line(text))
        if self._leaving_pattern.search(line):
            return True
        held = _IN_RUST.search(line)
        moves = self._elsewhere_pattern.finditer(line) if held else ()
        return any(held and self._moves_what_is_held(move, held.group()) for move in moves)

    def _moves_what_is_held(self, move: re.Match[str], held: str) -> bool:
        """Whether what is moved to another language is what the asker has in Rust.

        "Port the API in Go" may say what the API is in by now, "port it in Go" does not.
        """
        words = move["what"].lower().split()
        if not self.something_else.union(*self.languages.values()).isdisjoint(words):
            return False
        if move["way"].lower() not in ("in", "on") or self.the_same.issuperset(words):
            return True
        return words[-1] in re.findall(r"[\w'’-]+", held.lower())

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
    def _named_found(self) -> Callable[[str], tuple[str, ...]]:
        return _remembered({name: any_of(words) for name, words in self.used_by_all.items()})

    @cached_property
    def _domain_patterns(self) -> dict[str, re.Pattern[str]]:
        built = {name: self._built(words) for name, words in self.used_by_all.items()}
        return {
            name: re.compile("|".join([any_of(words).pattern, *built.get(name, ())]), re.IGNORECASE)
            for name, words in self.domains.items()
        }

    def _built(self, words: Words) -> tuple[str, ...]:
        """A pattern body that matches `building a small database`, but not `a database tool`."""
        small = rf"(?:{alternatives(tuple(self.english))})\b"
        what = rf"(?:(?:an?|the|our|my)\s)?(?:(?!{small})[\w'’-]+\s){{0,3}}?"
        ends = rf"(?=\W*$|[^\w\s-]|\s{small})"
        return (rf"\b(?:{alternatives(self.building)})\s{what}(?:{alternatives(words)}){ends}",)

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
    def _staying_pattern(self) -> re.Pattern[str]:
        return any_of(self.staying)

    @cached_property
    def _elsewhere_pattern(self) -> re.Pattern[str]:
        names = alternatives(tuple(word for words in self.languages.values() for word in words))
        return re.compile(
            rf"\b(?:{_MOVING})\s(?P<what>(?:[\w'’-]+\s){{0,6}}?)(?P<way>to|in|into|with|on)\s"
            rf"(?:{names})(?![\w+#])(?!,?\s(?:or|and|/|vs\.?|to|into|in|with)\srust\b)",
            re.IGNORECASE,
        )

    @cached_property
    def _oneself_pattern(self) -> re.Pattern[str]:
        return any_of(self.oneself)

    @cached_property
    def _further_pattern(self) -> re.Pattern[str]:
        joined = rf"(?:(?:{alternatives(self.joiners)}),?\s++){{1,{_JOINED}}}+"
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


_JOINED = 4
"""Joiners in a row before a further question: "and then also how"."""
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

_MOVED = (
    r"mov\w+|migrat\w+|port(?:s|ed|ing)?|switch\w*|rewr\w+|convert\w*|transition\w*|translat\w+"
    r"|chang\w+|go|goes|going|went|gone|away"
)

_NOT_A_VERB = "".join(
    rf"(?<!\b{word} )"
    for word in ("to", "we", "you", "i", "they", "can", "could", "should", "would", "not", "us")
)
"""In `should we go to Rust` nobody leaves Go."""


def _left(names: str) -> re.Pattern[str]:
    """Matches `moved from Go`, `from Go to`, `replaced Go`, `Go to Rust` and `Go ->`, given the
    names of a language. Data that is read from Go leaves nothing."""
    leaving = r"\breplac\w+(?: \w+)?|\bout of|\bleft|\boff|\bditch\w*|^from"
    moved = rf"\b(?:{_MOVED})\b(?: [\w'’-]+){{0,6}}? from"
    before = (
        rf"(?:{leaving}|{moved}) (?:{names})(?![\w+#])"
        rf"|\bfrom (?:{names})(?: \w+){{0,2}} (?:(?:to|into) rust\b|->|→)"
    )
    after = rf"(?<![\w.]){_NOT_A_VERB}(?:{names}) (?:(?:to|into) rust\b|->|→)"
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
