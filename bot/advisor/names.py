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
_CAPITALISED = re.compile(r"\b[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9.]*|\b[A-Z]{2,}[0-9]*\b")


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
        """Capitalised words that look like names and that no record knows, in order.

        Where most words have a capital, as in a title or a message all in capitals, it tells
        nothing.
        """
        words = _WORDS.findall(text)
        if sum(word[0].isupper() for word in words) * 2 > len(words) > 3:
            return []
        known_words = {"rust"} | {word for name in self.owners for word in _PARTS.split(name)}
        found = []
        for match in _CAPITALISED.finditer(text):
            word = match.group().lower()
            opens_sentence = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".!?\n:>"
            if opens_sentence or word in known_words:
                continue
            found.append(match.group())
        return list(dict.fromkeys(found))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = alternatives(tuple(self.owners))
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
