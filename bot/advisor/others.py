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

SOUNDS = 0.0008
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
RIVAL = 0.3
"""What is read as another kind of question, but sounds so likely like one about others, is one
where it describes a record."""
TOLD = 0.4
"""Where a record tells so large a part of what is said besides its name, that is asked: "how much
faster is Polars than pandas?"."""
WHOLLY, NEAR_WHOLLY = 0.8, 0.4
"""A record that tells so large a part of all that is said may be less near: "65k TPS" lies far from
everything."""
UNKNOWN_LIKELY = 0.2
"""How likely a message must sound that names Rust and somebody whom no record knows: that there is
no record of them is a better answer than that it is outside of what the bot covers."""
LOOKED_AT = 10


def asks_of_others(
    text: str, reading: Reading, embed: Callable[[str], Vectors], desk: Desk
) -> bool:
    """True where a text names or describes a record and says nothing of the asker's own work."""
    likely = reading.intent[Intent.CASE_STUDY]
    if desk.vocabulary.speaks_of_oneself(text):
        return False
    sure = desk.names.named_in(text, ())
    if sure and _asks_only_for(text, desk):
        return True
    if likely < SOUNDS:
        return False
    if likely >= UNKNOWN_LIKELY and "Rust" in text and desk.names.unknown_in(text):
        return True
    vector = embed(text)
    words = SHARED_LIKELY if likely >= DESCRIBED_LIKELY else SHARED
    if not sure and (
        described_in(text, vector, desk, words=words)
        or _told_wholly(desk.vocabulary.without_fillers(text), vector, desk)
    ):
        return True
    named = sure or desk.names.named_in(text, _near(text, vector, desk, NEAR))
    besides = desk.names.removed_from(text)
    told = desk.vocabulary.without_fillers(besides)
    return (
        (bool(sure) and likely >= LIKELY)
        or any(desk.record_words.shared(besides, name) >= SHARED for name in named)
        or any(desk.record_words.share(told, name) >= TOLD for name in named)
    )


def asks_nothing_of_own(
    text: str, reading: Reading, embed: Callable[[str], Vectors], desk: Desk
) -> bool:
    """True for a message that sounds like a decision but states nothing of a case of one's own,
    and names or describes a record: "Tell me about Cloudflare and Rust"."""
    return (
        reading.intent[Intent.CASE_STUDY] >= LIKELY
        and not reading.signals
        and not desk.vocabulary.speaks_of_oneself(text)
        and bool(desk.names.named_in(text, ()) or described_in(text, embed(text), desk))
    )


def describes_a_record(
    text: str, reading: Reading, embed: Callable[[str], Vectors], desk: Desk
) -> bool:
    """True for a message that sounds nearly as much like a question about others as like what it is
    read as, and describes a record: "relay chain with messages, how is it kept safe?"."""
    return (
        reading.intent[Intent.CASE_STUDY] >= RIVAL
        and not desk.vocabulary.speaks_of_oneself(text)
        and bool(described_in(text, embed(text), desk))
    )


def _told_wholly(text: str, vector: Vectors, desk: Desk) -> bool:
    words = desk.record_words
    return any(
        words.shared(text, name) >= SHARED and words.share(text, name) >= WHOLLY
        for name in _near(text, vector, desk, NEAR_WHOLLY)
    )


def _asks_only_for(text: str, desk: Desk) -> bool:
    """True where a text hardly says more than a name: "What is PyO3 good for?"."""
    tokens = desk.snapshot.words.tokens
    plain = set(tokens(" ".join(desk.vocabulary.telling))) | {"rust"}
    return set(tokens(desk.names.removed_from(text))) <= plain


def described_in(
    text: str, vector: Vectors, desk: Desk, near: float = NEAR, words: int = SHARED
) -> list[str]:
    """Ids of the records that a text describes, the nearest first.

    `near` is the least cosine to a passage, `words` how many a passage must share.
    """
    described = desk.vocabulary.without_fillers(text)
    found = _near(text, vector, desk, near)
    return [name for name in found if desk.record_words.shared(described, name) >= words]


def _near(text: str, vector: Vectors, desk: Desk, least: float) -> list[str]:
    """Ids of the records of which a passage comes to the least cosine, the nearest first."""
    hits = search(desk.snapshot, vector, text, LOOKED_AT, {"kind": "case"})
    close = sorted((hit for hit in hits if hit.cosine >= least), key=lambda hit: -hit.cosine)
    return list(dict.fromkeys(hit.stored.passage.source_id for hit in close))
