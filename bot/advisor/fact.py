"""One stated criterion, as the verdict counts it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.advisor.answer import Evidence
from knowledge.model import State

DOUBTFUL = 0.5
"""Below this confidence an item is only said to be perhaps so."""


@dataclass(frozen=True, slots=True)
class Fact:
    """`evidence` is None where a person `answered` by button, and where the message that said it is
    kept no more; `opposite` are the words that state the contrary as well."""

    state: State
    confidence: float
    evidence: Evidence | None
    opposite: Evidence | None = None
    answered: bool = False

    @property
    def doubtful(self) -> bool:
        return self.opposite is None and self.confidence < DOUBTFUL

    @property
    def clear(self) -> bool:
        """Whether it is said one way, and without doubt."""
        return self.opposite is None and self.confidence >= DOUBTFUL
