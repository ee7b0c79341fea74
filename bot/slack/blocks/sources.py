"""The modal behind Sources: every quote of an answer in its context, ten to a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from slack_sdk.models.blocks import Block, DividerBlock
from slack_sdk.models.views import View as Modal

from bot.advisor.context import Found, InContext
from bot.slack.blocks.kit import (
    RawBlock,
    actions,
    button,
    context,
    escape,
    flat,
    link,
    one_line,
    section,
    web_address,
)
from bot.slack.ids import Action, View
from knowledge.phrases import Phrases
from knowledge.wording import SourcesWording

PAGE = 10
"""Quotes on a page: what a phone scrolls through, well within 100 blocks and 250 000 bytes."""
_QUOTE = 1200
_AROUND = 300
_TITLE = 200


def sources_modal(
    assessment: str,
    quotes: Sequence[InContext],
    phrases: Phrases,
    wording: SourcesWording,
    page: int = 0,
) -> Modal:
    """One page of the quotes; `page` counts from 0 and is brought within the pages that exist."""
    pages = max(-(-len(quotes) // PAGE), 1)
    page = min(max(page, 0), pages - 1)
    listed = quotes[page * PAGE : (page + 1) * PAGE]
    blocks = [_head(quotes, page, pages, wording)]
    blocks += _listed(listed, phrases, wording)
    if pages > 1:
        blocks.append(_turning(assessment, page, pages, wording))
    return Modal(
        type="modal",
        callback_id=View.SOURCES,
        private_metadata=json.dumps({"id": assessment, "page": page}),
        title=wording.title,
        close=wording.close,
        blocks=blocks,
    )


def sources_note(said: Sequence[Block], wording: SourcesWording) -> Modal:
    """The modal where there is nothing to list."""
    return Modal(
        type="modal",
        callback_id=View.SOURCES,
        title=wording.title,
        close=wording.close,
        blocks=said,
    )


def _head(quotes: Sequence[InContext], page: int, pages: int, wording: SourcesWording) -> Block:
    if not quotes:
        return section(escape(wording.empty))
    places = len({_source(one) for one in quotes})
    said = [escape(wording.counted.format(citations=len(quotes), sources=places))]
    if pages > 1:
        said.append(escape(wording.one_page.format(page=page + 1, pages=pages)))
    return context(" ".join(said))


def _listed(
    quotes: Sequence[InContext], phrases: Phrases, wording: SourcesWording
) -> Iterator[Block]:
    for (shown, _), group in groupby(quotes, key=lambda one: (one.shown, _source(one))):
        same = list(group)
        yield DividerBlock()
        if not shown:
            yield context(f"_{escape(wording.unstated)}_")
        citation = same[0].citation
        title = flat(_titles(same[0])[0] or citation.path, _TITLE)
        place = "" if web_address(citation.url) else f"\n{one_line(citation.path, _TITLE)}"
        yield section(f"*{link(citation.url, title)}*{place}")
        for one in same:
            yield _quote(one, phrases)
            if one.found is not Found.STANDS:
                notes = wording.notes
                said = {Found.CHANGED: notes.changed, Found.GONE: notes.gone}
                yield context(f":warning: {escape(said.get(one.found, notes.unknown))}")


def _quote(one: InContext, phrases: Phrases) -> Block:
    """Number, heading path and standing, then the quote in bold among its neighbours.

    As rich text, in which nothing of a document is taken for markup.
    """
    _, *headings = _titles(one)
    citation = one.citation
    where = [flat(" › ".join(headings), _TITLE)] if headings else []
    head = f"[{citation.n}] {', '.join([*where, phrases.standings[citation.standing]])}"
    before, quote, after = (
        flat(one.before, _AROUND),
        flat(one.quote, _QUOTE) or "…",
        flat(one.after, _AROUND),
    )
    said = [_text(f"{before} ")] if before else []
    said.append(_text(quote, bold=bool(before or after)))
    said += [_text(f" {after}")] if after else []
    return RawBlock(
        {
            "type": "rich_text",
            "block_id": f"quote-{citation.n}",
            "elements": [
                {"type": "rich_text_section", "elements": [_text(head)]},
                {"type": "rich_text_quote", "elements": said},
            ],
        }
    )


def _turning(assessment: str, page: int, pages: int, wording: SourcesWording) -> Block:
    turned = []
    if page > 0:
        value = {"id": assessment, "page": str(page - 1)}
        turned.append(button(wording.back, Action.SOURCES_BACK, value))
    if page < pages - 1:
        value = {"id": assessment, "page": str(page + 1)}
        turned.append(button(wording.next, Action.SOURCES_NEXT, value))
    return actions(*turned, block_id=f"turning-{page}")


def _titles(one: InContext) -> list[str]:
    """The title of the source and the headings above the quote."""
    if one.citation.kind == "case":
        return [one.citation.title]
    return one.citation.title.split(" › ")


def _source(one: InContext) -> tuple[str, str | None, str]:
    return _titles(one)[0], one.citation.url, one.citation.path


def _text(text: str, *, bold: bool = False) -> dict[str, object]:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}
