"""Past verdicts asked again: what a new snapshot would say otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.advisor.advisor import Advisor
from bot.advisor.answer import Answer
from bot.advisor.thread import question_of
from bot.store.records import Assessment
from knowledge.model import Intent


@dataclass(frozen=True)
class Changed:
    """A past verdict with the answer that the same words and facts get now."""

    before: Assessment
    now: Answer

    @property
    def ring_changed(self) -> bool:
        return self.before.answer.ring is not self.now.ring

    @property
    def quoted_now(self) -> frozenset[str]:
        """Paths of documents that are quoted now and were not before."""
        return _documents(self.now) - _documents(self.before.answer)

    @property
    def quoted_no_more(self) -> frozenset[str]:
        return _documents(self.before.answer) - _documents(self.now)


def recheck(advisor: Advisor, verdicts: Iterable[Assessment]) -> Iterator[Changed | None]:
    """For each verdict what changed: the ring, or which sentences are cited; None for nothing."""
    for kept in verdicts:
        now = advisor.answer(question_of(advisor, kept.thread), Intent.DECISION)
        same = now.ring is kept.answer.ring and _cited(now) == _cited(kept.answer)
        yield None if same else Changed(kept, now)


def _documents(answer: Answer) -> frozenset[str]:
    return frozenset(citation.path for citation in answer.citations)


def _cited(answer: Answer) -> frozenset[tuple[str, str]]:
    """Sources and quotes: a sentence that moved within its document reads the same."""
    return frozenset((citation.source_id, citation.quote) for citation in answer.citations)
