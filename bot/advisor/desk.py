"""What an answer is worked out with: one snapshot, and the content that goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bot.advisor.names import Names
from bot.advisor.record_words import RecordWords
from index.rows import Stored
from index.snapshot import Snapshot
from knowledge.checklist import Checklist
from knowledge.model import Criterion, Id, State
from knowledge.passages import Quote
from knowledge.phrases import Phrases
from knowledge.vocabulary import Vocabulary


def unbacked(snapshot: Snapshot, checklist: Checklist) -> tuple[Criterion, ...]:
    """The criteria that rest on a sentence which a snapshot lacks: it was built before the sentence
    stood in its article."""
    quotes = _quotes(snapshot, checklist)
    return tuple(
        item.id
        for item in checklist.items
        if any((back.article, back.quote) not in quotes for back in item.backs)
    )


def _quotes(snapshot: Snapshot, checklist: Checklist) -> dict[tuple[Id, str], tuple[Stored, Quote]]:
    """Every sentence of the articles that a checklist rests on, by article and words."""
    return {
        (article, quote.text): (stored, quote)
        for article in {back.article for item in checklist.items for back in item.backs}
        for stored in snapshot.of_article(article)
        for quote in stored.passage.quotes
    }


@dataclass(frozen=True)
class Desk:
    """Everything that does not change from question to question."""

    snapshot: Snapshot
    checklist: Checklist
    phrases: Phrases
    vocabulary: Vocabulary

    @cached_property
    def names(self) -> Names:
        return Names(self.vocabulary, self.snapshot.cases)

    @cached_property
    def record_words(self) -> RecordWords:
        return RecordWords(self.snapshot)

    @cached_property
    def _backing(self) -> dict[Criterion, tuple[tuple[State, Stored, Quote], ...]]:
        quotes = _quotes(self.snapshot, self.checklist)
        return {
            item.id: tuple(
                (back.speaks_when, *quotes[back.article, back.quote])
                for back in item.backs
                if (back.article, back.quote) in quotes
            )
            for item in self.checklist.items
        }

    def checklist_for(self, text: str) -> Checklist:
        """The checklist as it counts for what a question asks."""
        leaving = self.vocabulary.asks_about_leaving(text)
        return self.checklist.on_leaving if leaving else self.checklist

    def backing(self, criterion: Criterion, state: State) -> tuple[tuple[Stored, Quote], ...]:
        """The sentences for which a state is the reason, as this snapshot holds them."""
        return tuple(
            (stored, quote) for when, stored, quote in self._backing[criterion] if when == state
        )

    def sources(
        self, criterion: Criterion, state: State | None
    ) -> tuple[tuple[Stored, Quote], ...]:
        """What a criterion rests on: the backing of its state, or of one that is not known all that
        there is."""
        if state is not None:
            return self.backing(criterion, state)
        return tuple((stored, quote) for _, stored, quote in self._backing[criterion])
