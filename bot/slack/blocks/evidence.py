"""What a reply quotes: sentences with their numbers and standing, case studies, sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.advisor import text as plain
from bot.advisor.answer import Answer, Card, Citation, Statement
from bot.advisor.text import Source
from bot.slack.blocks.kit import (
    RawBlock,
    escape,
    flat,
    folded,
    host,
    lines,
    link,
    one_line,
    section,
    web_address,
)
from bot.slack.blocks.message import Words

_SENTENCE = 700
_TITLE = 150
_DETAILS = 500
_SOURCES = 2400
_BRIEF = 2
"""Case studies of a decision that are shown in brief; the others are folded up."""
_OF_A_RECORD = (5, 3, 2, 1)
"""Sentences of each record shown where one, two, three or more are the answer; see `more_cases`."""
_ADVICE = 6
"""Sentences of advice that stand open where they are the answer: a phone shows no more at once."""
_CITED = 6
"""Numbers behind one sentence, and of one source, that are shown; Sources has them all."""
_SNIPPET = 300


def reason(statement: Statement, answer: Answer, words: Words) -> Block:
    """The sentence that speaks most for the verdict, its number a citation to hover over.

    https://docs.slack.dev/reference/block-kit/block-elements/citation-element
    """
    standing = plain.standing(statement, answer, words.phrases)
    said: list[object] = [_text(f"{flat(statement.text, _SENTENCE)} ")]
    said += [_citation(citation, words) for citation in _cited(statement, answer)]
    if standing:
        said.append(_text(f" ({standing})", italic=True))
    quote = {"type": "rich_text_quote", "elements": said}
    return RawBlock({"type": "rich_text", "block_id": "reason", "elements": [quote]})


def guidance(answer: Answer, words: Words) -> list[Block]:
    """What the articles advise, all of it where a verdict stands above; titled where anything
    does."""
    shown = answer.guidance if answer.ring else answer.guidance[:_ADVICE]
    said = [f"• {_statement(one, answer, words)}" for one in shown]
    if not said:
        return []
    title = [f"*{escape(plain.guidance_title(answer, words.phrases))}*"]
    titled = answer.ring or (answer.cards and plain.records_first(answer))
    return [section(lines([*(title if titled else []), *said]), "guidance")]


def more_guidance(answer: Answer, words: Words) -> list[Block]:
    """What `guidance` leaves out."""
    rest = () if answer.ring else answer.guidance[_ADVICE:]
    said = [f"• {_statement(one, answer, words)}" for one in rest]
    return [section(lines(said), "more-guidance")] if said else []


def cases(answer: Answer, words: Words) -> Iterator[Block]:
    """The case studies in brief, the first one under the title of them all."""
    for at, card in enumerate(_in_brief(answer)):
        titled = at == 0 and answer.ring is not None
        title = [f"*{escape(words.phrases.labels.cases)}*"] if titled else []
        shown = card.statements[: _sentences(answer)]
        yield section(lines([*title, *_card(card, shown, answer, words)]))


def more_cases(answer: Answer, words: Words) -> Iterator[Block]:
    """What `cases` leaves out: the rest of those records, and the other records whole."""
    brief = _in_brief(answer)
    for card in answer.cards:
        rest = card.statements[_sentences(answer) :] if card in brief else card.statements
        if card not in brief:
            yield section(lines([*_card(card, rest, answer, words)]))
        elif rest:
            said = [f"• {_statement(one, answer, words)}" for one in rest]
            yield section(lines([f"*{one_line(card.title, _TITLE)}*", *said]))


def _in_brief(answer: Answer) -> Sequence[Card]:
    """Of a decision the first case and the first one that went the other way than it."""
    cards = answer.cards
    if answer.ring is None or len(cards) <= _BRIEF:
        return cards
    other = next(
        (one for one in cards[1:] if one.favours_rust is not cards[0].favours_rust), cards[1]
    )
    return (cards[0], other)


def _sentences(answer: Answer) -> int:
    return 1 if answer.ring else _OF_A_RECORD[min(len(answer.cards), len(_OF_A_RECORD)) - 1]


def sources(answer: Answer, words: Words) -> Iterator[Block]:
    """Every source by name, host and standing, folded up: the numbers in the text are links."""
    found = plain.sources(answer)
    if not found:
        return
    listed, left = [], _SOURCES
    for source in found:
        line = _source(source, words)
        left -= len(line) + 1
        if left < 0:
            break
        listed.append(line)
    more = len(found) - len(listed)
    if more:
        listed.append(escape(words.wording.more_sources.format(count=more)))
    title = f"{words.phrases.labels.sources} ({len(found)})"
    yield folded(title, section("\n".join(listed), "sources"), block_id="all-sources")


def _source(source: Source, words: Words) -> str:
    numbers = plain.numbers(source.numbers[:_CITED]) + "…" * (len(source.numbers) > _CITED)
    url = source.citations[0].url
    title = link(url, flat(source.title or source.place, _TITLE))
    described = [*filter(None, [flat(host(url), _TITLE)]), *source.standings(words.phrases)]
    return f"{numbers} {title}, {escape(', '.join(described))}"


def _card(card: Card, shown: Sequence[Statement], answer: Answer, words: Words) -> Iterator[str]:
    first = next((found for one in card.statements for found in _cited(one, answer)), None)
    checklist, phrases = words.checklist, words.phrases
    yield f"*{link(first.url if first else None, flat(card.title, _TITLE))}*"
    alike = ". ".join(plain.likeness(card, checklist, phrases))
    for told in filter(None, (plain.details(card, checklist, phrases), alike)):
        yield f"_{one_line(told, _DETAILS)}_"
    for one in shown:
        yield f"• {_statement(one, answer, words)}"


def _statement(statement: Statement, answer: Answer, words: Words) -> str:
    standing = plain.standing(statement, answer, words.phrases)
    numbers = "".join(link(found.url, f"[{found.n}]") for found in _cited(statement, answer))
    said = f"{one_line(statement.text, _SENTENCE)} {numbers}".rstrip()
    return f"{said} _({escape(standing)})_" if standing else said


def _cited(statement: Statement, answer: Answer) -> Sequence[Citation]:
    return [answer.cited(n) for n in statement.citations[:_CITED]]


def _citation(citation: Citation, words: Words) -> dict[str, object]:
    url = web_address(citation.url)
    if url is None:
        return _text(f"[{citation.n}]")
    return {
        "type": "citation",
        "url": url,
        "text": f"[{citation.n}]",
        "index": citation.n,
        "details": {
            "citation_type": "web",
            "display_name": words.phrases.standings[citation.standing],
            "title": flat(citation.title, _TITLE),
            "snippet": flat(citation.quote, _SNIPPET),
        },
    }


def _text(text: str, *, italic: bool = False) -> dict[str, object]:
    return {"type": "text", "text": text, **({"style": {"italic": True}} if italic else {})}
