"""Questions that no document answered, like ones together: what the documents lack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.store.records import Assessment
from index.tokens import Tokens
from knowledge.model import Intent

_ALIKE = 0.5
"""Share of words in common (Jaccard) from which two questions ask for the same.

"What about Zig instead of Rust?" and "what about zig, instead?" share 2 of 3 words that count.
"""


@dataclass(frozen=True)
class Gap:
    """Questions that ask for the same.

    `question` is the latest wording, `times` how often it was asked, `last` when, in seconds since
    1970. `declined` is true where all of them were taken for off-topic.
    """

    question: str
    times: int
    last: float
    declined: bool


def gaps(uncovered: Iterable[Assessment]) -> list[Gap]:
    """Grouped by wording: those in scope first, then the ones asked most, then the latest."""
    tokens = Tokens()
    groups: list[tuple[frozenset[str], list[Assessment]]] = []
    for asked in sorted(uncovered, key=lambda one: -one.asked_at):
        words = frozenset(tokens(asked.question))
        alike = [(_shared(words, theirs), group) for theirs, group in groups]
        best, group = max(alike, key=lambda pair: pair[0], default=(0.0, []))
        if best >= _ALIKE:
            group.append(asked)
        else:
            groups.append((words, [asked]))
    found = [_gap(group) for _, group in groups]
    return sorted(found, key=lambda gap: (gap.declined, -gap.times, -gap.last))


def _gap(group: Sequence[Assessment]) -> Gap:
    latest = group[0]
    declined = all(one.answer.intent is Intent.OUT_OF_SCOPE for one in group)
    return Gap(latest.question, len(group), latest.asked_at, declined)


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> float:
    if not mine and not theirs:
        return 1.0
    return len(mine & theirs) / len(mine | theirs)
