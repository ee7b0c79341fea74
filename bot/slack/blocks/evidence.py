"""What a reply quotes: sentences with their numbers and standing, case studies, sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block

from bot.advisor import text as plain
from bot.advisor.answer import Answer, Card, Citation, Statement
from bot.advisor.text import Source
from bot.slack.blocks.kit import RawBlock, escape, flat, lines, link, one_line, section, web_address
from bot.slack.blocks.message import Words

_SENTENCE = 700
_TITLE = 150
_DETAILS = 500
_SOURCES = 2400
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
    """What the articles advise; titled where something else stands above it."""
    said = [f"• {_statement(one, answer, words)}" for one in answer.guidance]
    if not said:
        return []
    title = [f"*{escape(words.phrases.labels.guidance)}*"] if answer.ring or answer.cards else []
    return [section(lines([*title, *said]), "guidance")]


def cases(answer: Answer, words: Words) -> Iterator[Block]:
    """The case studies; the first one carries the title of them all."""
    for at, card in enumerate(answer.cards):
        titled = at == 0 and answer.ring is not None
        title = [f"*{escape(words.phrases.labels.cases)}*"] if titled else []
        yield section(lines([*title, *_card(card, answer, words)]), expand=True)


def sources(answer: Answer, words: Words) -> Iterator[Block]:
    """Every source by name and standing, and how many more there are where not all fit."""
    found = plain.sources(answer)
    if not found:
        return
    title, listed = f"*{escape(words.phrases.labels.sources)}*", []
    left = _SOURCES - len(title)
    for source in found:
        line = _source(source, words)
        left -= len(line) + 1
        if left < 0:
            break
        listed.append(line)
    more = len(found) - len(listed)
    if more:
        listed.append(escape(words.wording.more_sources.format(count=more)))
    yield section("\n".join([title, *listed]), "sources")


def _source(source: Source, words: Words) -> str:
    numbers = plain.numbers(source.numbers[:_CITED]) + "…" * (len(source.numbers) > _CITED)
    title = link(source.citations[0].url, flat(source.title or source.place, _TITLE))
    return f"{numbers} {title}, {escape(', '.join(source.standings(words.phrases)))}"


def _card(card: Card, answer: Answer, words: Words) -> Iterator[str]:
    first = next((found for one in card.statements for found in _cited(one, answer)), None)
    yield f"*{link(first.url if first else None, flat(card.title, _TITLE))}*"
    yield f"_{one_line(plain.details(card, words.checklist, words.phrases), _DETAILS)}_"
    for one in card.statements:
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
