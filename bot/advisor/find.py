"""Finding what an answer quotes: case studies and guidance, by name, by meaning and by facet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from bot.advisor.desk import Desk
from index.encoder import Vectors
from index.rows import Stored
from index.search import Hit, search
from index.snapshot import Snapshot
from knowledge.model import CaseStudy, Criterion
from knowledge.passages import Quote

DEPTH = 40
"""Passages looked at when case studies are ranked."""
DOMAIN_BONUS = 0.25
LANGUAGE_BONUS = 0.2
CRITERION_BONUS = 0.06
WORDS_BONUS = 0.5
"""For a record of which one passage has every word of the question; docs/search.md has figures."""
OWN = 4
"""Passages of a team's own documents that are looked at besides the best of all."""
OWN_COSINE = 0.4
"""From this likeness on they are about the question."""

Pair = tuple[Stored, Quote]
"""A quote with the passage that it stands in."""


@dataclass(frozen=True, slots=True)
class RankedCase:
    """A case study with how well it matches, and its passages that matched, best first."""

    case: CaseStudy
    score: float
    hits: tuple[Hit, ...]


def rank_cases(
    desk: Desk,
    vector: Vectors,
    text: str,
    criteria: Collection[Criterion] = (),
    favours_rust: bool | None = None,
) -> list[RankedCase]:
    """Case studies by likeness to a question, best first.

    A record scores by the cosine of its best passage, a little for each further one, and a bonus
    for the words that they share, a shared domain, the same language left behind, and each shared
    criterion. `favours_rust` keeps only the records that speak that way.
    """
    snapshot, vocabulary = desk.snapshot, desk.vocabulary
    described = vocabulary.without_fillers(text)
    filters: dict[str, str | Sequence[str]] = {"kind": "case"}
    if favours_rust is not None:
        filters["favours_rust"] = "yes" if favours_rust else "no"
    hits = search(snapshot, vector, text, DEPTH, filters)
    domains = vocabulary.domains_in(text)
    languages = vocabulary.languages_left_in(text)
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.stored.passage.source_id, []).append(hit)
    for name, case in snapshot.cases.items():
        wanted = favours_rust in (None, case.favours_rust)
        if wanted and (case.domain in domains or set(case.languages_before) & set(languages)):
            grouped.setdefault(name, [])
    ranked = []
    for name, found in grouped.items():
        case = snapshot.cases[name]
        cosines = sorted((hit.cosine for hit in found), reverse=True)
        score = cosines[0] + 0.1 * sum(cosines[1:4]) if cosines else 0.25
        score += max((hit.score for hit in found), default=0.0)
        score += WORDS_BONUS * desk.record_words.share(described, name)
        score += DOMAIN_BONUS * (case.domain in domains)
        score += LANGUAGE_BONUS * bool(set(case.languages_before) & set(languages))
        score += CRITERION_BONUS * len(set(case.criteria) & set(criteria))
        ranked.append(RankedCase(case, round(score, 6), tuple(found)))
    return sorted(ranked, key=lambda item: (-item.score, item.case.id))


def best_quotes(found: Sequence[Stored], vector: Vectors, snapshot: Snapshot) -> list[Pair]:
    """The quotes of some passages whose passages are nearest to the question, best first."""
    if not found:
        return []
    cosines = np.asarray(snapshot.dense.vectors[[stored.row for stored in found]] @ vector)
    order = sorted(range(len(found)), key=lambda i: (-float(cosines[i]), found[i].row))
    return [(found[i], quote) for i in order for quote in found[i].passage.quotes]


def find_guidance(snapshot: Snapshot, vector: Vectors, text: str, count: int) -> list[Hit]:
    """Passages of articles for a question, a team's own ones among them where they come close."""
    hits = search(snapshot, vector, text, count, {"kind": "passage"})
    if snapshot.own_roots:
        filters = {"kind": "passage", "root": snapshot.own_roots}
        own = search(snapshot, vector, text, OWN, filters)
        held = {hit.stored.row for hit in hits}
        hits += [hit for hit in own if hit.cosine >= OWN_COSINE and hit.stored.row not in held]
    return hits
