"""An assessment as an architecture decision record: MADR 4.0, https://adr.github.io/madr/

Pure: an answer and the reviewed words in, a file out. Whatever people or documents wrote is
escaped, so that nothing in it becomes a heading, a link or a tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.advisor import text as plain
from bot.advisor.advice import Advice
from bot.advisor.answer import Answer, Card, Check, Citation, Statement
from bot.markdown import block_quote, escaped, link
from knowledge.checklist import Checklist
from knowledge.model import Ring
from knowledge.phrases import Phrases
from knowledge.sentences import sentence_spans
from knowledge.slug import slug
from knowledge.wording.adr import AdrWording

_SUBJECT = 70
_SLUG = 60
_FACTS = 3
"""Facts that the decision is put down to; all of them stand under the options."""
_WEIGHS = 0.5
"""Points by which a fact must lift or lower an option above the others to speak for or against."""


@dataclass(frozen=True)
class Record:
    """A file: its name, in which 0000 is to be replaced by the next number, and its Markdown."""

    name: str
    text: str
    review: date


@dataclass
class Writer:
    """Writes one record, and keeps count of what it has cited."""

    answer: Answer
    advice: Advice
    checklist: Checklist
    phrases: Phrases
    wording: AdrWording
    cited: dict[int, Citation] = field(default_factory=dict)

    @property
    def ring(self) -> Ring:
        assert self.answer.ring is not None
        return self.answer.ring

    @property
    def options(self) -> dict[Ring, str]:
        leaving = self.answer.leaving
        return self.wording.leaving_options if leaving else self.wording.options

    @property
    def stated(self) -> list[Check]:
        return [check for check in self.answer.checklist if check.state != "unknown"]

    def fact(self, check: Check) -> str:
        assert check.state != "unknown"
        return plain.fact(check, self.checklist, self.phrases)

    def why(self, check: Check) -> str:
        """The words that a fact was read from."""
        quotes = [e.quote for e in (check.evidence, check.opposite) if e is not None]
        if len(quotes) > 1:
            yes, no = reversed(quotes) if check.state == "no" else quotes
            return escaped(self.phrases.labels.contradicted.format(yes=yes, no=no))
        labels = self.phrases.labels
        silent = labels.by_button if check.answered else labels.earlier
        return f"“{escaped(quotes[0])}”" if quotes else escaped(silent)

    def pull(self, check: Check, ring: Ring) -> float:
        """Points by which a fact lifts an option above the mean of all of them; one that does not
        count has none."""
        assert check.state != "unknown"
        if check.weighs == "neutral":
            return 0.0
        points = self.checklist[check.criterion].adds(check.state)
        return points.of(ring) - sum(points.of(other) for other in Ring) / len(Ring)

    def cite(self, numbers: Sequence[int]) -> str:
        """The numbers of citations; each sentence is quoted where its number first comes."""
        return "".join(f"[{n}]" for n in numbers if self._source(n))

    def say(self, statement: Statement) -> str:
        """A quoted sentence with its number and standing."""
        found = [self._source(n) for n in statement.citations]
        said = f"“{escaped(statement.text)}” {self.cite(statement.citations)}".rstrip()
        standing = [self.phrases.standings[one.standing] for one in found[:1] if one]
        return f"{said} ({escaped(standing[0])})" if standing else said

    def back(self, check: Check) -> str:
        """What a criterion rests on: quoted the first time, by number after that."""
        new = [n for n in check.citations if n not in self.cited and self._source(n)]
        for n in new[:1]:
            quote = plain.as_said(self.cited[n], self.answer)
            return f": {self.say(Statement(text=quote, citations=(n,)))}"
        return f" {self.cite(check.citations)}" if check.citations else ""

    def _source(self, n: int) -> Citation | None:
        own = self.answer.citations
        every = (*own, *self.advice.citations) if n > len(own) else own
        if not 0 < n <= len(every):
            return None
        return self.cited.setdefault(n, every[n - 1])


def record(
    answer: Answer,
    advice: Advice,
    day: date,
    checklist: Checklist,
    phrases: Phrases,
    wording: AdrWording,
) -> Record:
    """The record of a verdict, proposed on `day`. Raises `ValueError` where there is no ring."""
    if answer.ring is None:
        raise ValueError(wording.not_a_verdict)
    writer = Writer(answer, advice, checklist, phrases, wording)
    titles = wording.leaving_titles if answer.leaving else wording.titles
    subject = _subject(answer.question) or wording.subject_missing
    title = titles[answer.ring].format(subject=subject)
    review = day + timedelta(days=wording.review_days[answer.ring])
    parts = [
        _front_matter(day, wording),
        f"# {escaped(title)}",
        *_context(writer),
        *_drivers(writer),
        *_outcome(writer),
        *_pros_and_cons(writer),
        *_more(writer, review),
    ]
    return Record(f"0000-{_short(slug(title))}.md", "\n\n".join(parts) + "\n", review)


def _front_matter(day: date, wording: AdrWording) -> str:
    blank = [f"{who}: # {wording.names}" for who in ("decision-makers", "consulted", "informed")]
    return "\n".join(["---", "status: proposed", f"date: {day.isoformat()}", *blank, "---"])


def _subject(question: str) -> str:
    """The first sentence that was asked, as far as a title goes."""
    text = " ".join(plain.visible(question).split())
    start, end = next(sentence_spans(text), (0, 0))
    said = text[start:end]
    if len(said) <= _SUBJECT:
        return said.rstrip(".")
    return f"{said[: _SUBJECT - 1].rsplit(' ', 1)[0]}…"


def _short(name: str) -> str:
    """A slug cut between words."""
    return name if len(name) <= _SLUG else name[:_SLUG].rpartition("-")[0]


def _context(writer: Writer) -> Iterator[str]:
    question, wording = writer.answer.question, writer.wording
    yield "## Context and Problem Statement"
    if plain.visible(question).strip():
        yield escaped(wording.asked)
        yield block_quote(question)
    else:
        yield escaped(wording.by_form)


def _drivers(writer: Writer) -> Iterator[str]:
    wording = writer.wording
    sides = wording.sides
    named = {"for": sides.speaks_for, "against": sides.speaks_against}
    yield "## Decision Drivers"
    drivers = [
        wording.driver.format(
            fact=escaped(writer.fact(check)),
            why=writer.why(check),
            side=escaped(named.get(check.weighs, sides.neutral)),
        )
        for check in writer.stated
    ]
    yield _bullets(drivers) or escaped(wording.nothing_stated)
    yield "## Considered Options"
    yield _bullets([escaped(option) for option in writer.options.values()])


def _outcome(writer: Writer) -> Iterator[str]:
    answer, wording, ring = writer.answer, writer.wording, writer.ring
    drawn = sorted(writer.stated, key=lambda check: -writer.pull(check, ring))
    facts = [
        plain.uncapitalised(writer.fact(check))
        for check in drawn[:_FACTS]
        if writer.pull(check, ring) >= _WEIGHS
    ]
    because = (
        wording.because.format(facts=escaped("; ".join(facts))) if facts else wording.because_whole
    )
    yield "## Decision Outcome"
    yield f'Chosen option: "{escaped(writer.options[ring])}", {because}'
    yield wording.ring.format(
        ring=ring.value,
        meaning=escaped(answer.headline),
        confidence=escaped(
            " ".join(f"{said}." for said in plain.confidence(answer, writer.phrases))
        ),
    ).rstrip()
    yield "### Consequences"
    said = [("Good", one) for one in writer.advice.good] + [("Bad", o) for o in writer.advice.bad]
    yield _bullets(
        [
            f"{kind}, because {wording.sources_say.format(quote=writer.say(one))}"
            for kind, one in said
        ]
    ) or escaped(wording.nothing_weighed)
    yield "### Confirmation"
    yield escaped(wording.measure)
    yield _bullets([writer.say(one) for one in writer.advice.measures])


def _pros_and_cons(writer: Writer) -> Iterator[str]:
    yield "## Pros and Cons of the Options"
    for ring, option in writer.options.items():
        yield f"### {escaped(option)}"
        weighed = [(_kind(writer.pull(check, ring)), check) for check in writer.stated]
        listed = [
            f"{kind}, because {escaped(plain.uncapitalised(writer.fact(check)))}"
            f"{writer.back(check)}"
            for wanted in ("Good", "Neutral", "Bad")
            for kind, check in weighed
            if kind == wanted
        ]
        yield _bullets(listed or [escaped(writer.wording.nothing_weighed)])


def _kind(pull: float) -> str:
    return "Good" if pull >= _WEIGHS else "Bad" if pull <= -_WEIGHS else "Neutral"


def _more(writer: Writer, review: date) -> Iterator[str]:
    answer, wording = writer.answer, writer.wording
    yield "## More Information"
    dissent = [card for card in answer.cards if card.other_way]
    same = [card for card in answer.cards if not card.other_way]
    undecided = writer.ring is Ring.ASSESS
    if not undecided:
        yield f"### {escaped(wording.dissent)}"
        yield "\n\n".join(_card(card, writer) for card in dissent) or escaped(wording.no_dissent)
    if same:
        yield f"### {escaped(writer.phrases.labels.cases if undecided else wording.cases)}"
        yield from (_card(card, writer) for card in same)
    if answer.guidance:
        yield f"### {escaped(wording.advice)}"
        yield _bullets([writer.say(one) for one in answer.guidance])
    yield f"### {escaped(wording.flips)}"
    flips = [
        wording.flip.format(
            fact=escaped(writer.checklist[flip.criterion].says(flip.state)),
            option=escaped(writer.options[flip.ring]),
        )
        for flip in answer.flips
    ]
    yield _bullets(flips) or escaped(wording.no_flips)
    silent = [check for check in answer.checklist if check.state == "unknown"]
    if silent:
        yield f"### {escaped(wording.unstated)}"
        yield _bullets([escaped(writer.checklist[check.criterion].label) for check in silent])
    yield f"### {escaped(wording.sources)}"
    yield _bullets([_source(one, writer) for _, one in sorted(writer.cited.items())])
    yield f"### {escaped(wording.review)}"
    days = wording.review_days[writer.ring]
    yield escaped(wording.review_on.format(date=review.isoformat(), days=days))
    yield f"### {escaped(wording.receipt)}"
    receipt = answer.receipt or "–"
    yield escaped(wording.made_by.format(snapshot=answer.snapshot, receipt=receipt))


def _card(card: Card, writer: Writer) -> str:
    told = plain.likeness(card, writer.checklist, writer.phrases)
    details = ". ".join([plain.details(card, writer.checklist, writer.phrases), *told])
    said = [writer.say(one) for one in card.statements]
    return "\n\n".join([f"**{escaped(card.title)}**. {escaped(details)}", _bullets(said)]).rstrip()


def _source(citation: Citation, writer: Writer) -> str:
    standing = escaped(writer.phrases.standings[citation.standing])
    place = link(citation.title or citation.path, citation.url)
    return f"[{citation.n}] {place}, {standing} ({escaped(citation.path)})"


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"* {line}" for line in lines)
