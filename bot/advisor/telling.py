"""Which sentences of what was found answer a question: the most telling first, none twice.

docs/search.md has the figures by which the constants were chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.advisor.find import OWN_COSINE, Pair
from index.search import Hit
from index.snapshot import BUILT_IN, Snapshot

IN_CONTEXT, IN_WORDS = 0.5, 0.2
"""What a question's words add to the likeness of a passage where its heading or the sentence has
them, and once more where the sentence itself has them."""
LEAST = 0.65
"""Of the relevance of the best sentence: what has less is beside the point."""
SAME_SOURCE, SAME_WORDS = 0.6, 0.7
"""Shares of common words from which on two sentences say the same: where they cite a source in
common, and where one of them cites none."""
POINTERS = "See also"
"""Under this heading an article only points to others."""
OWN = 2
"""Sentences of a team's own documents that are told, where those come close to the question."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A sentence with how well it answers: a cosine of at most 1, and at most 0.7 for its words.

    `own` is true in a team's own document that comes close to the question.
    """

    pair: Pair
    relevance: float
    own: bool
    words: frozenset[str]


def weighed(hits: Sequence[Hit], question: str, snapshot: Snapshot) -> list[Telling]:
    """Every sentence of the passages found with its relevance, the greatest first."""
    tokens, weight = snapshot.words.tokens, snapshot.words.weight
    asked = frozenset(tokens(question))
    total = weight(asked) or 1.0
    found = []
    for hit in hits:
        passage = hit.stored.passage
        if passage.heading[-1:] == (POINTERS,):
            continue
        context = frozenset(tokens(passage.context))
        own = hit.stored.root != BUILT_IN and hit.cosine >= OWN_COSINE
        for quote in passage.quotes:
            said = frozenset(tokens(quote.text))
            shared = IN_CONTEXT * weight(asked & (said | context)) + IN_WORDS * weight(asked & said)
            relevance = round(hit.cosine + shared / total, 6)
            found.append(Telling((hit.stored, quote), relevance, own, said))
    return sorted(found, key=lambda one: (-one.relevance, one.pair[0].row, one.pair[1].start))


def most_telling(
    ranked: Sequence[Telling], snapshot: Snapshot, count: int, told: Iterable[Pair] = ()
) -> list[Pair]:
    """Up to `count` of the sentences, the most telling first.

    One that says what one before it said, or what the answer `told` already, is left out. Where a
    team's own documents come close to the question, up to `OWN` of their sentences are told: they
    were added because they matter.
    """
    least = LEAST * ranked[0].relevance if ranked else 0.0
    before = [_said(pair, snapshot) for pair in told]
    telling = (one for one in ranked if one.relevance >= least)
    chosen = _without_repeats(telling, snapshot, count, before)
    missing = min(OWN, count) - sum(one.own for one in chosen)
    if missing > 0:
        rest = (one for one in ranked if one.own and one not in chosen)
        own = _without_repeats(rest, snapshot, missing, before)
        chosen = chosen[: count - len(own)] + own
    return [one.pair for one in chosen]


def without(ranked: Iterable[Telling], unfit: Iterable[Pair], snapshot: Snapshot) -> list[Telling]:
    """Those that do not say the same as one of certain sentences."""
    others = [_said(pair, snapshot) for pair in unfit]
    return [one for one in ranked if not any(_repeats(one, o, snapshot) for o in others)]


def unsaid(
    pairs: Iterable[Pair], snapshot: Snapshot, count: int, told: Iterable[Pair]
) -> list[Pair]:
    """The first `count` that say something new, in their order."""
    found = (_said(pair, snapshot) for pair in pairs)
    before = [_said(pair, snapshot) for pair in told]
    return [one.pair for one in _without_repeats(found, snapshot, count, before)]


def _said(pair: Pair, snapshot: Snapshot) -> Telling:
    """A sentence that was told, whatever its relevance."""
    return Telling(pair, 0.0, False, frozenset(snapshot.words.tokens(pair[1].text)))


def _without_repeats(
    ranked: Iterable[Telling], snapshot: Snapshot, count: int, before: Sequence[Telling]
) -> list[Telling]:
    chosen: list[Telling] = []
    for one in ranked:
        if len(chosen) == count:
            break
        said = any(_repeats(one, other, snapshot) for other in chosen)
        if not (said or any(_told_by(one, other, snapshot) for other in before)):
            chosen.append(one)
    return chosen


def _told_by(one: Telling, other: Telling, snapshot: Snapshot) -> bool:
    """Whether a sentence says nothing that another one of the same source and standing has not.

    Records name no references; what they share with an article is the address of the source.
    A claim stays beside the figure that contradicts it, as its standing differs.
    """
    mine, theirs = one.pair[1], other.pair[1]
    if mine.standing is not theirs.standing or mine.url != theirs.url:
        return False
    weight = snapshot.words.weight
    return weight(one.words & other.words) >= SAME_SOURCE * weight(one.words)


def _repeats(one: Telling, other: Telling, snapshot: Snapshot) -> bool:
    """Whether two sentences say the same.

    Those that name their sources, and none in common, never do: the surveys of two years are told
    in the same words.
    """
    mine, theirs = (frozenset(telling.pair[1].references) for telling in (one, other))
    if mine and theirs and mine.isdisjoint(theirs):
        return False
    weight = snapshot.words.weight
    smaller = min(weight(one.words), weight(other.words))
    least = SAME_SOURCE if mine & theirs else SAME_WORDS
    return weight(one.words & other.words) >= least * smaller
