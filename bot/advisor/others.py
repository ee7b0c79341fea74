"""Whether a message asks what others did with Rust: a rule beside the reading of its intent.

The reader knows how such questions sound; what they are about only the records know. "Who rewrote
the server behind a collaborative design tool?" sounds like small talk and comes close to a record.
docs/search.md has the figures.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.advisor.desk import Desk
from bot.reader.reading import Reading
from index.encoder import Vectors
from index.search import search
from knowledge.model import Intent

SOUNDS = 0.003
"""How likely a message must sound like a question about others to be looked up at all."""
NEAR = 0.5
"""From this cosine on a passage may be what a message describes."""
SHARED = 4
"""Words, counted by `RecordWords`, that a description has in common with one passage of a record.

A score of near passages alone does not do: "is Cloudflare down?" comes to a cosine of 0.7.
"""
LIKELY = 0.08
"""How likely a message that names a record must sound where it shares no such words."""
DESCRIBED_LIKELY, SHARED_LIKELY = 0.15, 3
"""A description that sounds so likely must share only so many words."""
BARE = 1
"""A name with no more words than this besides asks what is named: "What is PyO3 good for?"."""
BARE_LIKELY = 0.01
LOOKED_AT = 10


def asks_of_others(
    text: str, reading: Reading, embed: Callable[[str], Vectors], desk: Desk
) -> bool:
    """True where a text names or describes a record and says nothing of the asker's own work."""
    likely = reading.intent[Intent.CASE_STUDY]
    if likely < SOUNDS or desk.vocabulary.speaks_of_oneself(text):
        return False
    named = desk.names.named_in(text, ())
    if not named:
        words = SHARED_LIKELY if likely >= DESCRIBED_LIKELY else SHARED
        return bool(described_in(text, embed(text), desk, words=words))
    besides = desk.names.removed_from(text)
    bare = len(set(desk.snapshot.words.tokens(besides)) - {"rust"}) <= BARE
    return (
        likely >= LIKELY
        or (bare and likely >= BARE_LIKELY)
        or any(desk.record_words.shared(besides, name) >= SHARED for name in named)
    )


def only_names(text: str, reading: Reading, desk: Desk) -> bool:
    """True for a message that sounds like a decision but states nothing of a case of one's own:
    "Tell me about Cloudflare and Rust"."""
    return (
        reading.intent[Intent.CASE_STUDY] >= LIKELY
        and not reading.signals
        and not desk.vocabulary.speaks_of_oneself(text)
        and bool(desk.names.named_in(text, ()))
    )


def described_in(
    text: str, vector: Vectors, desk: Desk, near: float = NEAR, words: int = SHARED
) -> list[str]:
    """Ids of the records that a text describes, the nearest first.

    `near` is the least cosine to a passage, `words` how many a passage must share.
    """
    hits = search(desk.snapshot, vector, text, LOOKED_AT, {"kind": "case"})
    close = sorted((hit for hit in hits if hit.cosine >= near), key=lambda hit: -hit.cosine)
    names = dict.fromkeys(hit.stored.passage.source_id for hit in close)
    described = desk.vocabulary.without_fillers(text)
    return [name for name in names if desk.record_words.shared(described, name) >= words]
