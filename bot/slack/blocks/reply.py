"""A reply as people read it: the verdict first, then why, what is missing, cases, sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ConfirmObject,
    ContextActionsBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
    RawTextObject,
    SectionBlock,
    TableBlock,
)

from bot.advisor import text as plain
from bot.advisor.answer import Answer, Card, Check, Statement
from bot.slack.blocks.kit import (
    FIELD,
    actions,
    button,
    context,
    cut,
    escape,
    lines,
    link,
    section,
)
from bot.slack.blocks.planner import Part, plan
from bot.slack.blocks.twin import twin
from bot.slack.ids import Action
from bot.store.records import Assessment
from knowledge.checklist import Checklist
from knowledge.model import Criterion
from knowledge.phrases import Phrases
from knowledge.wording import ReplyWording

ASKED = 3
"""Missing facts that have buttons."""
_QUOTE = 160
"""Characters of the asker's words that a line shows; a cell of the table shows them all."""


@dataclass(frozen=True)
class Words:
    """The reviewed content that a reply is written with."""

    checklist: Checklist
    phrases: Phrases
    wording: ReplyWording


@dataclass(frozen=True)
class Message:
    """What is posted: blocks, and the same in plain text for notifications and screen readers."""

    blocks: list[Block]
    text: str


def reply(kept: Assessment, words: Words, change: str = "", contact: str = "") -> Message:
    """The message for an assessment.

    `change` says what a new fact did to the verdict; `contact` is whom to ask for human help, in
    mrkdwn.
    """
    answer = kept.answer
    parts = [Part([_head(answer, words)])]
    if change:
        parts.append(Part([context(f"*{escape(change)}*")]))
    if kept.private:
        parts.append(Part([context(escape(words.wording.draft))]))
    if answer.ring:
        parts += [Part([_sides(answer, words)]), *_missing(kept, words)]
        parts += [Part(found, 2) for found in [_flips(answer, words)] if found]
    advice, records = _guidance(answer, words), list(_cases(answer, words))
    parts += advice + records if answer.ring else records + advice
    if answer.checklist:
        parts.append(Part([_table(answer, words)], 3))
    parts += [Part([block]) for block in _sources(answer, words)]
    parts += [Part([_buttons(kept, words)]), Part([_small_print(kept, words, contact)])]
    parts.append(Part([_feedback(kept, words)]))
    planned = plan(parts, context(escape(words.wording.shortened)))
    return Message(planned.blocks, twin(answer, words.checklist, words.phrases, change))


def _head(answer: Answer, words: Words) -> Block:
    """The verdict in plain words, and the sentence that speaks most for it."""
    mark = f"{words.wording.rings[answer.ring]} " if answer.ring else ""
    said = [f"{mark}*{escape(answer.headline)}*", *map(escape, answer.notes)]
    said += [f"> {_statement(first, answer, words)}" for first in answer.reasons[:1]]
    return section(lines(said), "verdict")


def _sides(answer: Answer, words: Words) -> Block:
    labels = words.phrases.labels
    fields = []
    for side, title, nothing in (
        ("for", labels.speaks_for, labels.nothing_for),
        ("against", labels.speaks_against, labels.nothing_against),
    ):
        stated = [
            _check(check, answer, words) for check in answer.checklist if check.weighs == side
        ]
        body = stated or [f"_{escape(nothing)}_"]
        fields.append({"type": "mrkdwn", "text": lines([f"*{escape(title)}*", *body], FIELD)})
    return SectionBlock(fields=fields, block_id="sides")


def _check(check: Check, answer: Answer, words: Words) -> str:
    item = words.checklist[check.criterion]
    assert check.state != "unknown"
    labels = words.phrases.labels
    if check.evidence is None:
        why = labels.by_button
    elif check.opposite is not None:
        yes, no = check.evidence.quote, check.opposite.quote
        if check.state == "no":
            yes, no = no, yes
        why = labels.contradicted.format(yes=_flat(yes), no=_flat(no))
    else:
        why = f"“{_flat(check.evidence.quote)}”"
    return f"• {escape(item.says(check.state))}: _{escape(why)}_ {_cited(check.citations, answer)}"


def _missing(kept: Assessment, words: Words) -> Iterator[Part]:
    """What would help most to know, each answered with one click."""
    asked = kept.answer.missing[:ASKED]
    if asked:
        yield Part([section(f"*{escape(words.phrases.labels.missing)}*")])
    for criterion in asked:
        question = words.checklist[criterion].question
        yield Part(
            [
                section(escape(question)),
                actions(
                    *_answers(kept.id, criterion, question, words), block_id=f"fact:{criterion}"
                ),
            ]
        )


def _answers(
    key: str, criterion: Criterion, question: str, words: Words
) -> Iterator[ButtonElement]:
    for label, action in (
        (words.wording.yes, Action.FACT_YES),
        (words.wording.no, Action.FACT_NO),
    ):
        value = {"id": key, "criterion": criterion.value}
        yield button(label, action, value, spoken=f"{label}: {question}")


def _flips(answer: Answer, words: Words) -> list[Block]:
    changed = [plain.flip(f, words.checklist, words.phrases) for f in answer.flips[: plain.FLIPS]]
    if not changed:
        return []
    said = [f"*{escape(words.phrases.labels.flips)}*", *(f"• {escape(line)}" for line in changed)]
    return [section(lines(said), "flips")]


def _guidance(answer: Answer, words: Words) -> list[Part]:
    said = [f"• {_statement(one, answer, words)}" for one in answer.guidance]
    if not said:
        return []
    title = [f"*{escape(words.phrases.labels.guidance)}*"] if answer.ring or answer.cards else []
    return [Part([section(lines([*title, *said]))], 4 if answer.ring else 1)]


def _cases(answer: Answer, words: Words) -> Iterator[Part]:
    if answer.ring and answer.cards:
        yield Part([section(f"*{escape(words.phrases.labels.cases)}*")], 1)
    for at, card in enumerate(answer.cards):
        yield Part([_card(card, answer, words)], 1 if at == 0 or card.other_way else 2)


def _card(card: Card, answer: Answer, words: Words) -> Block:
    first = answer.cited(card.statements[0].citations[0])
    details = plain.details(card, words.checklist, words.phrases)
    said = [f"*{link(first.url, card.title)}*", f"_{escape(details)}_"]
    said += [f"• {_statement(one, answer, words)}" for one in card.statements]
    return section(lines(said), expand=True)


def _table(answer: Answer, words: Words) -> Block:
    """All 14 items with the asker's words."""
    wording = words.wording
    title = f"{words.phrases.labels.checklist} ({_known(answer)})"
    head = [title, wording.state, wording.words]
    rows = [[_cell(text) for text in head]]
    for check in answer.checklist:
        state = {
            "yes": wording.said_yes,
            "no": wording.said_no,
            "unknown": words.phrases.labels.not_stated,
        }[check.state]
        quote = _flat(check.evidence.quote) if check.evidence else ""
        said = quote or (wording.answered if check.answered else "–")
        rows.append([_cell(words.checklist[check.criterion].label), _cell(state), _cell(said)])
    return TableBlock(rows=rows, block_id="checklist")


def _cell(text: str) -> RawTextObject:
    return RawTextObject(text=text)


def _known(answer: Answer) -> str:
    known = sum(check.state != "unknown" for check in answer.checklist)
    return f"{known}/{len(answer.checklist)}"


def _sources(answer: Answer, words: Words) -> Iterator[Block]:
    """Every source by name and standing; in as many sections as they need, at most two."""
    listed = [
        f"{escape(plain.numbers(source.numbers))} {link(source.citations[0].url, source.title)}, "
        f"{escape(', '.join(source.standings(words.phrases)))}"
        for source in plain.sources(answer)
    ]
    if listed:
        yield section(lines([f"*{escape(words.phrases.labels.sources)}*", *listed]), "sources")


def _buttons(kept: Assessment, words: Words) -> Block:
    wording, value = words.wording, {"id": kept.id}
    shown = []
    if kept.private:
        shown.append(button(wording.share, Action.SHARE, value, style="primary"))
    if kept.answer.ring:
        shown.append(button(wording.refine, Action.REFINE, value))
        shown.append(button(wording.what_if, Action.WHAT_IF, value))
    if kept.answer.citations:
        shown.append(button(wording.sources, Action.SOURCES, value))
    if kept.answer.ring and not kept.private:
        shown.append(button(wording.export, Action.EXPORT, value))
    confirm = ConfirmObject(
        title=wording.delete_title,
        text={"type": "plain_text", "text": wording.delete_text},
        confirm=wording.delete,
        deny=wording.cancel,
        style="danger",
    )
    shown.append(button(wording.delete, Action.DELETE, value, confirm=confirm))
    return actions(*shown, block_id="tools")


def _small_print(kept: Assessment, words: Words, contact: str) -> Block:
    answer, wording = kept.answer, words.wording
    said = []
    if answer.ring:
        said.append(escape(plain.confidence(answer, words.phrases)))
    said.append(
        escape(wording.receipt.format(snapshot=answer.snapshot, receipt=answer.receipt or "–"))
    )
    if contact:
        said.append(wording.contact.format(contact=contact))
    return context(" · ".join(said[:2]), *said[2:], block_id="receipt")


def _feedback(kept: Assessment, words: Words) -> Block:
    def vote(label: str, action: Action) -> FeedbackButtonObject:
        return FeedbackButtonObject(
            text=label, value=f"{action.value}:{kept.id}", accessibility_label=label
        )

    element = FeedbackButtonsElement(
        action_id=Action.VOTE,
        positive_button=vote(words.wording.helpful, Action.VOTE_UP),
        negative_button=vote(words.wording.unhelpful, Action.VOTE_DOWN),
    )
    return ContextActionsBlock(elements=[element], block_id="feedback")


def _statement(statement: Statement, answer: Answer, words: Words) -> str:
    standing = plain.standing(statement, answer, words.phrases)
    said = f"{escape(statement.text)} {_cited(statement.citations, answer)}"
    return f"{said} _({escape(standing)})_" if standing else said


def _cited(numbers: Sequence[int], answer: Answer) -> str:
    return "".join(link(answer.cited(n).url, f"[{n}]") for n in numbers)


def _flat(quote: str) -> str:
    return cut(" ".join(quote.split()), _QUOTE)
