"""An answer as plain text: for a screen reader, a notification, a terminal without colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.advisor.answer import Answer, Check, Citation, Statement
from knowledge.checklist import Checklist
from knowledge.phrases import Phrases

QUESTIONS = 3
"""Missing facts that are asked for."""
FLIPS = 3


def plain_text(answer: Answer, checklist: Checklist, phrases: Phrases) -> str:
    """The whole reply: verdict, reasons, records, gaps and sources, in that order."""
    parts = [
        _head(answer, phrases),
        *_sides(answer, checklist, phrases),
        _listed(phrases.labels.guidance, [_statement(s) for s in answer.guidance])
        if answer.ring
        else _lines(_statement(s) for s in answer.guidance),
        *_cases(answer, checklist, phrases),
        _checklist(answer, checklist, phrases),
        _missing(answer, checklist, phrases),
        _flips(answer, checklist, phrases),
        _sources(answer, phrases),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(answer: Answer, phrases: Phrases) -> str:
    lines = [answer.headline, *answer.notes]
    if answer.ring:
        percent = round(answer.confidence * 100)
        lines.append(phrases.labels.confidence.format(percent=percent))
        lines += [_statement(statement) for statement in answer.reasons[:1]]
    return _lines(lines)


def _sides(answer: Answer, checklist: Checklist, phrases: Phrases) -> Iterator[str]:
    if answer.ring is None:
        return
    labels = phrases.labels
    for title, side, nothing in (
        (labels.speaks_for, "for", labels.nothing_for),
        (labels.speaks_against, "against", labels.nothing_against),
    ):
        checks = [check for check in answer.checklist if check.weighs == side]
        lines = [stated(check, checklist, phrases) for check in checks]
        yield _listed(title, lines or [nothing])


def stated(check: Check, checklist: Checklist, phrases: Phrases) -> str:
    """One stated criterion with the words it was read from, and its citations."""
    item, labels = checklist[check.criterion], phrases.labels
    if check.state == "unknown":
        return f"{item.label}: {labels.not_stated}"
    source = labels.by_button
    if check.evidence is not None:
        source = labels.in_your_words.format(quote=_short(check.evidence.quote))
    if check.evidence is not None and check.opposite is not None:
        yes, no = check.evidence.quote, check.opposite.quote
        if check.state == "no":
            yes, no = no, yes
        source = labels.contradicted.format(yes=_short(yes), no=_short(no))
    return f"{item.says(check.state)} ({source}) {_numbers(check.citations)}".rstrip()


def _cases(answer: Answer, checklist: Checklist, phrases: Phrases) -> Iterator[str]:
    if answer.ring and answer.cards:
        yield f"{phrases.labels.cases}:"
    for card in answer.cards:
        details = [f"{card.move}, {card.year}"]
        if card.matches:
            items = ", ".join(checklist[name].label.lower() for name in card.matches)
            details.append(phrases.labels.matches.format(items=items))
        if card.other_way:
            details.append(phrases.labels.other_way)
        lines = [f"{card.title} ({'; '.join(details)})"]
        lines += [f"  {_statement(s)}{_standing(s, answer, phrases)}" for s in card.statements]
        yield "\n".join(lines)


def _checklist(answer: Answer, checklist: Checklist, phrases: Phrases) -> str:
    unknown = [c for c in answer.checklist if c.state == "unknown"]
    if not answer.checklist:
        return ""
    known = len(answer.checklist) - len(unknown)
    names = "; ".join(checklist[check.criterion].label for check in unknown)
    rest = f" {phrases.labels.not_stated}: {names}." if unknown else ""
    return f"{phrases.labels.checklist} ({known}/{len(answer.checklist)}):{rest}"


def _missing(answer: Answer, checklist: Checklist, phrases: Phrases) -> str:
    questions = [checklist[name].question for name in answer.missing[:QUESTIONS]]
    return _listed(phrases.labels.missing, questions)


def _flips(answer: Answer, checklist: Checklist, phrases: Phrases) -> str:
    lines = [
        phrases.labels.flip.format(fact=checklist[f.criterion].says(f.state), ring=f.ring.value)
        for f in answer.flips[:FLIPS]
    ]
    return _listed(phrases.labels.flips, lines)


def _sources(answer: Answer, phrases: Phrases) -> str:
    lines = [
        f"{_numbers(source.numbers)} {', '.join((source.title, *source.standings(phrases)))}, "
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
    grouped: dict[tuple[str, str], list[Citation]] = {}
    for citation in answer.citations:
        if citation.n in used:
            title = citation.title.split(" › ")[0]
            grouped.setdefault((title, citation.url or citation.path), []).append(citation)
    return [Source(title, place, tuple(cited)) for (title, place), cited in grouped.items()]


def _standing(statement: Statement, answer: Answer, phrases: Phrases) -> str:
    standing = answer.cited(statement.citations[0]).standing
    return f" ({phrases.standings[standing]})"


def _statement(statement: Statement) -> str:
    return f"{statement.text} {_numbers(statement.citations)}".rstrip()


def _numbers(citations: Sequence[int]) -> str:
    return "".join(f"[{n}]" for n in citations)


def _listed(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)]) if lines else ""


def _lines(lines: Iterator[str] | Sequence[str]) -> str:
    return "\n".join(line for line in lines if line)


def _short(quote: str, most: int = 120) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"
