"""Case studies that a question names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from knowledge.model import CaseStudy
from knowledge.vocabulary import Vocabulary, alternatives

_PARTS = re.compile(r"[^\w.+-]+")
_WORDS = re.compile(r"[^\W\d_]+")
_CAPITALISED = r"(?:[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*(?:\.[a-z]+)?|[A-Z]{2,}[0-9]*)(?![A-Za-z0-9])"
_NAME = re.compile(rf"\b{_CAPITALISED}(?: (?:(?:of|de) )?{_CAPITALISED})*")
_ASKED_OF = (
    r"(?i:\b(?:did|does|do|has|have|had|is|was|are|were|at|by|about|when|why|how) (?:the )?)"
)
"""What stands before a name whose bearer is asked about: "what did X gain", "how it went at X"."""

_ASKED_AT_MOST = 50
"""Names that no record knows of which is seen whether they are asked about: each costs a search."""


@dataclass(frozen=True)
class Names:
    """Every name by which a question may call a record, with the records that it means."""

    vocabulary: Vocabulary
    cases: Mapping[str, CaseStudy]

    @cached_property
    def owners(self) -> dict[str, frozenset[str]]:
        """Ids of the records that each name means: an organisation may have several."""
        found: dict[str, set[str]] = {}
        for case in self.cases.values():
            for name in self._names(case):
                found.setdefault(name, set()).add(case.id)
        return {name: frozenset(ids) for name, ids in found.items()}

    def named_in(self, text: str, near: Sequence[str]) -> list[str]:
        """Ids of the records that a text names, the most particular name first.

        `near` are ids that a search for the text found, best first: a name that is also an ordinary
        word counts in lower case only where the search agrees, and of several records that one name
        means, those found come first. "Dropbox's sync engine" means the record of that engine
        before Dropbox's other one.
        """
        mentions: list[tuple[int, int, frozenset[str]]] = []
        for match in self._pattern.finditer(text):
            name = match.group().lower().replace("’", "'")
            ids = self.owners.get(name, frozenset())
            if name in self.vocabulary.ordinary_words and match.group()[0].islower():
                ids = ids & frozenset(near)
            if ids:
                mentions.append((len(ids), match.start(), ids))
        places = {name: place for place, name in enumerate(near)}
        ordered = [
            name
            for _, _, ids in sorted(mentions, key=lambda m: m[:2])
            for name in sorted(ids, key=lambda name: (places.get(name, len(places)), name))
        ]
        return list(dict.fromkeys(ordered))

    def removed_from(self, text: str) -> str:
        """A text without the names of records in it."""
        return self._pattern.sub(" ", text)

    def unknown_in(self, text: str) -> list[str]:
        """Names that no record knows, each whole ("Quux Holding"), in order.

        Where most words have a capital, as in a title or a message all in capitals, it tells
        nothing. A word that opens a sentence may have its capital from that, Rust always has it.
        """
        words = [word for word in _WORDS.findall(text)[1:] if word != "Rust"]
        if sum(word[0].isupper() for word in words) * 2 > len(words) > 3:
            return []
        found = []
        for match in _NAME.finditer(text):
            name, parts = match.group(), match.group().split()
            opens = text[: match.start()].rstrip()[-1:] in ("", *".!?\n:>")
            if opens and (len(parts) == 1 or parts[0].lower() in self.vocabulary.openers):
                name = " ".join(parts[1:])
            if name and not self._known(name):
                found.append(name)
        return list(dict.fromkeys(found))

    def asked_about(self, text: str) -> list[str]:
        """The names that no record knows, where a text asks what their bearers did."""
        return [
            name
            for name in self.unknown_in(text)[:_ASKED_AT_MOST]
            if re.search(rf"{_ASKED_OF}{re.escape(name)}(?![\w-])|{re.escape(name)}['’]s\b", text)
        ]

    def _known(self, name: str) -> bool:
        """Whether any word of a name is one of a record or a language, or Rust itself."""
        parts = {part.lower().strip(".") for part in _PARTS.split(name) if part[:1].isupper()}
        return not parts.isdisjoint(self._known_words)

    @cached_property
    def _known_words(self) -> frozenset[str]:
        languages = (word for words in self.vocabulary.languages.values() for word in words)
        names = (part for name in self.owners for part in _PARTS.split(name))
        return frozenset({"rust", *languages, *names})

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = alternatives((*self.owners, *self.vocabulary.namesakes))
        return re.compile(rf"(?<![\w-])(?:{names})(?![\w-])", re.IGNORECASE)

    def _names(self, case: CaseStudy) -> set[str]:
        """The record's own `names`, and what its organisation and system are called in part."""
        derived = set()
        for title in (case.organisation, case.system):
            derived |= {title.lower(), *(part.strip().lower() for part in title.split(" / "))}
            derived |= {word.lower().strip(".") for word in _PARTS.split(title)}
        generic = self.vocabulary.generic_words
        proper = {name for name in derived if len(name) > 1 and name not in generic}
        return proper | {name.lower() for name in case.names}
