"""An answer as plain text: for a screen reader, a notification, a terminal without colour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.advisor.answer import Answer, Card, Check, Citation, Flip, Statement, Weighs
from bot.advisor.fact import DOUBTFUL
from knowledge.checklist import Checklist
from knowledge.model import Criterion, Intent, Ring, Standing
from knowledge.phrases import Phrases

QUESTIONS = 3
"""Missing facts that are asked for."""
FLIPS = 3
APART = 3
"""Criteria named that only a record has, or only the question."""

_STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def plain_text(answer: Answer, checklist: Checklist, phrases: Phrases) -> str:
    """The whole reply: verdict, reasons, gaps, advice and records, sources, in that order.

    What was asked for comes first: records before articles where a record was asked for.
    """
    advice = [_guidance(answer, phrases)]
    records = [*_cases(answer, checklist, phrases)]
    parts = [
        _head(answer, phrases),
        *_sides(answer, checklist, phrases),
        _missing(answer, checklist, phrases),
        _flips(answer, checklist, phrases),
        *(records + advice if records_first(answer) else advice + records),
        _checklist(answer, checklist, phrases),
        _sources(answer, phrases),
    ]
    return visible("\n\n".join(part for part in parts if part))


def visible(text: str) -> str:
    """Text that cannot steer a terminal: no control character but the line feed, nothing that
    turns the direction of writing."""
    return _TURNING.sub("", _STEERING.sub(" ", text))


def _head(answer: Answer, phrases: Phrases) -> str:
    lines = [answer.headline, *answer.notes]
    if answer.ring:
        lines += confidence(answer, phrases)
        lines += [_statement(statement, answer, phrases) for statement in answer.reasons[:1]]
    return "\n".join(lines)


def confidence(answer: Answer, phrases: Phrases) -> list[str]:
    """The confidence in whole per cent, and what the message sounds like as a whole, which is a
    part of it; a verdict from one message is never certain.

    None for `assess`: to be sure that too little is known would sound like being sure.
    """
    if answer.ring in (None, Ring.ASSESS):
        return []
    said = [phrases.labels.confidence.format(percent=_percent(answer.confidence))]
    if answer.impression:
        ring, share = max(answer.impression.items(), key=lambda one: one[1])
        said.append(phrases.labels.impression.format(ring=ring.value, percent=_percent(share)))
    return said


def _percent(share: float) -> int:
    return min(round(share * 100), 99)


def known(answer: Answer) -> bool:
    """Whether any item of the checklist was stated."""
    return any(check.state != "unknown" for check in answer.checklist)


@dataclass(frozen=True, slots=True)
class Side:
    """What was stated that speaks one way, and what to say where that is nothing."""

    title: str
    checks: tuple[Check, ...]
    nothing: str


def sides(answer: Answer, phrases: Phrases) -> tuple[Side, ...]:
    """For Rust, against it and, where there is any, what was stated both ways, and what says
    nothing on leaving Rust."""
    labels = phrases.labels

    stated = [check for check in answer.checklist if check.state != "unknown"]

    def side(title: str, weighs: Weighs, nothing: str) -> Side:
        return Side(title, tuple(check for check in stated if check.weighs == weighs), nothing)

    neutral = side(labels.set_aside, "neutral", "").checks
    both_ways = Side(labels.both_ways, tuple(check for check in neutral if check.opposite), "")
    set_aside = Side(labels.set_aside, tuple(check for check in neutral if not check.opposite), "")
    return (
        side(labels.speaks_for, "for", labels.nothing_for),
        side(labels.speaks_against, "against", labels.nothing_against),
        *(side for side in (both_ways, set_aside) if side.checks),
    )


def _sides(answer: Answer, checklist: Checklist, phrases: Phrases) -> Iterator[str]:
    if answer.ring is None or not known(answer):
        return
    for side in sides(answer, phrases):
        lines = [stated(check, checklist, phrases) for check in side.checks]
        yield _listed(side.title, lines) or side.nothing


def stated(check: Check, checklist: Checklist, phrases: Phrases) -> str:
    """One stated criterion with the words it was read from, and its citations."""
    item, labels = checklist[check.criterion], phrases.labels
    if check.state == "unknown":
        return f"{item.label}: {labels.not_stated}"
    source = labels.by_button if check.answered else labels.earlier
    if check.evidence is not None:
        source = labels.in_your_words.format(quote=_short(check.evidence.quote))
    if check.evidence is not None and check.opposite is not None:
        yes, no = check.evidence.quote, check.opposite.quote
        if check.state == "no":
            yes, no = no, yes
        source = labels.contradicted.format(yes=_short(yes), no=_short(no))
    return f"{fact(check, checklist, phrases)} ({source}) {numbers(check.citations)}".rstrip()


def fact(check: Check, checklist: Checklist, phrases: Phrases) -> str:
    """An item as it was stated, or its label where it was not, or both ways. What the reader takes
    to be less likely than not is said to be so: it is shown since it is more likely than chance."""
    item = checklist[check.criterion]
    if check.state == "unknown" or check.opposite is not None:
        return item.label
    words = check.evidence.quote if check.evidence else None if check.answered else ""
    said = item.says(check.state, words)
    if check.confidence >= DOUBTFUL:
        return said
    return phrases.labels.doubtful.format(fact=uncapitalised(said))


def records_first(answer: Answer) -> bool:
    """Where others were asked about, what the records tell is the answer."""
    return answer.intent is Intent.CASE_STUDY


def guidance_title(answer: Answer, phrases: Phrases) -> str:
    """Only advice is said to advise."""
    cited = [answer.cited(n) for one in answer.guidance for n in one.citations]
    advises = all(citation.standing is Standing.ADVICE for citation in cited)
    return phrases.labels.guidance if advises else phrases.labels.also


def _guidance(answer: Answer, phrases: Phrases) -> str:
    lines = [_statement(statement, answer, phrases) for statement in answer.guidance]
    titled = answer.ring or (answer.cards and records_first(answer))
    return _listed(guidance_title(answer, phrases), lines) if titled else _bullets(lines)


def _cases(answer: Answer, checklist: Checklist, phrases: Phrases) -> Iterator[str]:
    if answer.ring and answer.cards:
        yield f"{phrases.labels.cases}:"
    for card in answer.cards:
        lines = [_statement(statement, answer, phrases) for statement in card.statements]
        described = [details(card, checklist, phrases), *likeness(card, checklist, phrases)]
        yield "\n".join([card.title, *described, _bullets(lines)])


def details(card: Card, checklist: Checklist, phrases: Phrases) -> str:
    """What happened and when, and where it points."""
    year = f"c. {card.year}" if card.year_approximate else str(card.year)
    labels, found = phrases.labels, [f"{card.move}, {year}"]
    if card.other_way:
        found.append(labels.other_way if card.related else labels.other_way_unlike)
    return _capitalised("; ".join(found))


def likeness(card: Card, checklist: Checklist, phrases: Phrases) -> list[str]:
    """What a record has in common with the question, and what not; nothing where none is told."""
    labels = phrases.labels

    def named(items: Sequence[Criterion]) -> list[str]:
        return [uncapitalised(checklist[name].label) for name in items]

    both, there, here = (
        [*card.common, *named(card.matches)],
        named(card.only_there)[:APART],
        named(card.only_here)[:APART],
    )
    if not card.related and not card.only_here:
        return []
    said = [(labels.matches, both), (labels.only_there, there), (labels.only_here, here)]
    return [_capitalised(label.format(items=", ".join(items))) for label, items in said if items]


def _checklist(answer: Answer, checklist: Checklist, phrases: Phrases) -> str:
    names = [checklist[c.criterion].label for c in answer.checklist if c.state == "unknown"]
    names = names if known(answer) else []
    return f"{silence(answer, phrases)}: {'; '.join(names)}." if names else ""


def silence(answer: Answer, phrases: Phrases) -> str:
    """The title over the items that were not stated, with how many were."""
    labels, total = phrases.labels, len(answer.checklist)
    known = sum(check.state != "unknown" for check in answer.checklist)
    return f"{labels.checklist} ({known}/{total}), {labels.not_stated}"


def _missing(answer: Answer, checklist: Checklist, phrases: Phrases) -> str:
    questions = [checklist[name].question for name in answer.missing[:QUESTIONS]]
    numbered = [f"{n}. {question}" for n, question in enumerate(questions, start=1)]
    return "\n".join([f"{phrases.labels.missing}:", *numbered]) if numbered else ""


def _flips(answer: Answer, checklist: Checklist, phrases: Phrases) -> str:
    lines = [flip(item, checklist, phrases) for item in answer.flips[:FLIPS]]
    return _listed(phrases.labels.flips, lines)


def flip(item: Flip, checklist: Checklist, phrases: Phrases) -> str:
    """One changed fact with the ring that it would give."""
    said = checklist[item.criterion].says(item.state)
    return phrases.labels.flip.format(fact=said, ring=item.ring.value)


def _sources(answer: Answer, phrases: Phrases) -> str:
    lines = [
        f"{numbers(source.numbers)} {', '.join((source.title, *source.standings(phrases)))}\n"
        f"{source.place}"
        for source in sources(answer)
    ]
    return "\n".join([f"{phrases.labels.sources}:", *lines]) if lines else ""


@dataclass(frozen=True, slots=True)
class Source:
    """Citations that lead to the same place, as one line of a reply."""

    title: str
    place: str
    citations: tuple[Citation, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(citation.n for citation in self.citations)

    def standings(self, phrases: Phrases) -> tuple[str, ...]:
        """The standings of the citations in words, each once."""
        named = (phrases.standings[citation.standing] for citation in self.citations)
        return tuple(dict.fromkeys(named))


def sources(answer: Answer) -> list[Source]:
    """What the shown sentences cite, by place, in the order of first mention."""
    used = {n for statement in answer.statements for n in statement.citations}
    used |= {n for c in answer.checklist if c.state != "unknown" for n in c.citations}
    grouped: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        if citation.n in used:
            place = " ".join((citation.url or citation.path).split())
            grouped.setdefault(place, []).append(citation)
    return [
        Source(cited[0].title.split(" › ")[0], place, tuple(cited))
        for place, cited in grouped.items()
    ]


def standing(statement: Statement, answer: Answer, phrases: Phrases) -> str:
    """The standing in words, empty for a primary source, which the list names; and that it is no
    sentence where a row of a table is quoted."""
    if not statement.citations:
        return ""
    cited = answer.cited(statement.citations[0])
    said = [phrases.labels.table_row] if cited.quote.startswith("|") else []
    if cited.standing is not Standing.PRIMARY:
        said.append(phrases.standings[cited.standing])
    return ", ".join(said)


def as_said(citation: Citation, answer: Answer) -> str:
    """A quote as the answer shows it, or as it stands in its file where it does not."""
    said = (one.text for one in answer.statements if one.citations == (citation.n,))
    return next(said, " ".join(citation.quote.split()))


def numbers(citations: Sequence[int]) -> str:
    """Citation numbers as they stand behind a sentence: `[1][2]`."""
    return "".join(f"[{n}]" for n in citations)


def _statement(statement: Statement, answer: Answer, phrases: Phrases) -> str:
    said = standing(statement, answer, phrases)
    return f"{statement.text} {numbers(statement.citations)}" + (f" ({said})" if said else "")


def _listed(title: str, lines: Sequence[str]) -> str:
    return f"{title}:\n{_bullets(lines)}" if lines else ""


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _capitalised(said: str) -> str:
    return said[:1].upper() + said[1:]


def uncapitalised(label: str) -> str:
    """A label within a sentence: "Strict latency" as "strict latency", "CPU-heavy" as it is."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _short(quote: str, most: int = 120) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"
