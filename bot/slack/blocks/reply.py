"""A reply as people read it: the verdict first, then why, what is missing, cases, sources.

It is written for a phone: one column, the buttons that answer a question right below it, and what
is long folded up or left to the modal of the sources. Open stand the verdict, why, the question
that matters most, what would change the verdict, and a case on each side.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ConfirmObject,
    ContextActionsBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
)

from bot.advisor import text as plain
from bot.advisor.answer import Answer
from bot.slack.blocks.checklist import checklist, sides
from bot.slack.blocks.evidence import (
    cases,
    guidance,
    more_cases,
    more_guidance,
    reason,
    sources,
)
from bot.slack.blocks.kit import (
    actions,
    button,
    context,
    escape,
    fitted,
    folded,
    lines,
    one_line,
    section,
)
from bot.slack.blocks.message import Message, Words
from bot.slack.blocks.origin import origin
from bot.slack.blocks.planner import Part, plan
from bot.slack.blocks.twin import twin
from bot.slack.ids import FACTS, Action
from bot.store.records import Assessment
from knowledge.model import Criterion, Ring
from knowledge.wording import load_draft_wording

__all__ = ["Message", "Words", "reply"]

ASKED = len(FACTS)
"""Missing facts that have buttons."""
_OPEN = 1
"""Of those, the ones not folded up below a verdict; an answer brings up the next. Where it is too
early for a verdict, the questions are what there is to read, and all stand open."""
_LINE = 700
_VERDICT = 1500
_CHANGE = 600
_QUESTION = 300
_ID = 80
_CONTACT = 300
_MENTION = re.compile(
    r"<(?:@[UW]\w{1,30}|#C\w{1,30}|!subteam\^S\w{1,30}|https://[\w.-]{1,99}/team/[UW]\w{1,30})"
    r"(?:\|[^<>|]{0,80})?>"
)
"""People, channels, groups, as Slack writes them, and profiles: what a contact may consist of."""


def reply(
    kept: Assessment, words: Words, change: str = "", contact: str = "", *, whole: bool = False
) -> Message:
    """The message for an assessment.

    `change` says what a new fact did to the verdict; `contact` is whom to ask for human help, in
    mrkdwn. Below an earlier reply cases and advice are folded up, unless it is to be `whole`
    because it takes that reply's place.
    """
    answer = kept.answer
    above = origin(kept, load_draft_wording())
    parts = [Part([block]) for block in (*above, *_head(kept, words, change))]
    if answer.ring and plain.known(answer):
        parts.append(Part([sides(answer, words)], 1))
        parts.append(Part([checklist(answer, words)], 4))
    if answer.ring:
        parts += _missing(kept, words)
        parts += [Part([block], 3) for block in _flips(answer, words)]
    parts += _evidence(answer, words, brief=bool(change) and not whole)
    parts += [Part([block]) for block in sources(answer, words)]
    parts += [Part([_buttons(kept, words)]), Part([_small_print(kept, words, contact)])]
    parts.append(Part([_feedback(kept, words)]))
    planned = plan(parts, context(escape(words.wording.shortened)))
    return Message(planned.blocks, twin(answer, words.checklist, words.phrases, change))


def _evidence(answer: Answer, words: Words, *, brief: bool) -> Iterator[Part]:
    """Cases and advice, or `brief`, all behind one title.

    Of a verdict the advice is folded up with what else there is of the cases; of any other answer
    what was asked for comes first.
    """
    records, advice = list(cases(answer, words)), guidance(answer, words)
    more, wording = list(more_cases(answer, words)), words.wording
    if brief:
        yield from _folded_up(wording.as_before, [*advice, *records, *more], "as-before")
        return
    told = [Part([block], 2 if at == 0 else 3) for at, block in enumerate(records)]
    if answer.ring:
        yield from told
        title = wording.more_cases if more else plain.guidance_title(answer, words.phrases)
        both = wording.advice_and_cases if advice and more else title
        yield from _folded_up(both, [*advice, *more], "more-cases")
        return
    told += _folded_up(wording.more_cases, more, "more-cases")
    advised = [Part([block], 2) for block in advice]
    advised += _folded_up(wording.more_advice, more_guidance(answer, words), "more-advice")
    yield from told + advised if plain.records_first(answer) else advised + told


def _folded_up(title: str, blocks: list[Block], block_id: str) -> Iterator[Part]:
    if blocks:
        yield Part([folded(title, *blocks, block_id=block_id)], 4)


def _head(kept: Assessment, words: Words, change: str) -> Iterator[Block]:
    """What changed, the verdict in plain words, and the sentence that speaks most for it."""
    answer, wording = kept.answer, words.wording
    if change:
        yield section(fitted(change, _CHANGE), "change")
    mark = f"{wording.rings[answer.ring]} " if answer.ring else ""
    headline = f"{mark}*{one_line(answer.headline, _LINE)}*"
    notes = [one_line(note, _LINE) for note in answer.notes]
    yield section(lines([headline, *notes], _VERDICT), "verdict")
    for first in answer.reasons[:1]:
        yield reason(first, answer, words)


def _missing(kept: Assessment, words: Words) -> Iterator[Part]:
    """What would help most to know, each answered with one click."""
    asked = kept.answer.missing[:ASKED]
    shown = len(asked) if kept.answer.ring is Ring.ASSESS else _OPEN
    for at, criterion in enumerate(asked[:shown]):
        title = [f"*{escape(words.phrases.labels.missing)}*"] if at == 0 else []
        yield Part(_asked(kept.id, at, criterion, title, words), 1)
    rest = list(enumerate(asked))[shown:]
    if rest:
        blocks = [block for at, name in rest for block in _asked(kept.id, at, name, [], words)]
        more = words.wording.more_questions.format(count=len(rest))
        yield Part([folded(more, *blocks, block_id="more-questions")], 2)


def _asked(key: str, at: int, criterion: Criterion, title: list[str], words: Words) -> list[Block]:
    """A question and its buttons; `at` counts the questions of a reply."""
    question = words.checklist[criterion].question
    answers = _answers(key, at, criterion, question, words)
    return [
        section(lines([*title, one_line(question, _QUESTION)])),
        actions(*answers, block_id=f"fact:{criterion}"),
    ]


def _answers(
    key: str, at: int, criterion: Criterion, question: str, words: Words
) -> Iterator[ButtonElement]:
    labels = (words.wording.yes, words.wording.no)
    for label, action in zip(labels, FACTS[at], strict=True):
        value = {"id": key, "criterion": criterion.value}
        yield button(label, action, value, spoken=f"{label}: {question}")


def _flips(answer: Answer, words: Words) -> Iterator[Block]:
    changed = [plain.flip(f, words.checklist, words.phrases) for f in answer.flips[: plain.FLIPS]]
    if changed:
        title = f"*{escape(words.phrases.labels.flips)}*"
        yield section(lines([title, *(f"• {one_line(line, _LINE)}" for line in changed)]), "flips")


def _buttons(kept: Assessment, words: Words) -> Block:
    wording, value = words.wording, {"id": kept.id}
    shown = []
    if kept.private:
        label = wording.share if kept.author is None else wording.share_beside
        shown.append(button(label, Action.SHARE, value, style="primary"))
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
    said = [escape(one) for one in plain.confidence(answer, words.phrases)]
    snapshot, receipt = fitted(answer.snapshot, _ID), fitted(answer.receipt or "–", _ID)
    said.append(wording.receipt.format(snapshot=snapshot, receipt=receipt))
    people = [wording.contact.format(contact=_mentions(contact))] if contact else []
    return context(" · ".join(said), *people, block_id="receipt")


def _mentions(contact: str) -> str:
    """A contact with its mentions as they are and the rest as text, escaped once whether or not it
    was: it may not call everyone."""
    if len(contact) > _CONTACT:
        return fitted(contact, _CONTACT)
    found = _MENTION.findall(contact)
    rest = (escape(html.unescape(part)) for part in _MENTION.split(contact))
    return "".join(part + mention for part, mention in zip(rest, [*found, ""], strict=True))


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
