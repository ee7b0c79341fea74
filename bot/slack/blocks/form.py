"""The assessment form: the situation in words, and the 14 criteria."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View as Modal

from bot.slack.blocks.criteria import States, criteria
from bot.slack.blocks.kit import context, escape, one_line, section
from bot.slack.ids import View
from bot.slack.way import Way
from bot.store.records import Assessment
from knowledge.checklist import Checklist
from knowledge.wording import FormWording, load_form_wording

WORDS = "words"
"""`block_id` and `action_id` of the situation in words."""
ANSWER = "answer"
"""`action_id` of each criterion; its `block_id` is the criterion."""
_MOST = 3000
"""Characters that Slack lets a person type into one field."""
_OTHERS = 2000


def empty_form(checklist: Checklist, way: Way) -> Modal:
    """For a new piece of work."""
    wording = load_form_wording()
    return _form(checklist, way, [_words(wording, "")], {}, wording.send)


def form_of(kept: Assessment, checklist: Checklist, way: Way, *, own: bool) -> Modal:
    """Filled in with what was read for an assessment. Other people's words cannot be changed."""
    wording = load_form_wording()
    words = "\n".join(kept.thread.texts).strip()
    states = {check.criterion: check.state for check in kept.answer.checklist}
    if own:
        top: list[Block] = [_words(wording, words[:_MOST].strip())]
    else:
        top = [context(escape(wording.others_words)), section(one_line(words, _OTHERS) or "–")]
    return _form(checklist, way, top, states, wording.change)


def words_shown(view: Mapping[str, Any]) -> str:
    """The words that a form was opened with."""
    fields = (block["element"] for block in view["blocks"] if block["block_id"] == WORDS)
    return next((field.get("initial_value") or "" for field in fields), "")


def words_filled(view: Mapping[str, Any]) -> str | None:
    """The words that a form has now; None where they are someone else's."""
    field = view["state"]["values"].get(WORDS)
    return None if field is None else (field[WORDS].get("value") or "").strip()


def _form(checklist: Checklist, way: Way, top: list[Block], states: States, submit: str) -> Modal:
    wording = load_form_wording()
    return Modal(
        type="modal",
        callback_id=View.FORM,
        private_metadata=str(way),
        title=wording.title,
        submit=submit,
        close=wording.close,
        blocks=[*top, *criteria(checklist, wording, states, ANSWER)],
    )


def _words(wording: FormWording, said: str) -> Block:
    return InputBlock(
        block_id=WORDS,
        label=wording.words,
        hint=wording.words_hint,
        optional=True,
        element=PlainTextInputElement(
            action_id=WORDS,
            multiline=True,
            max_length=_MOST,
            initial_value=said or None,
            placeholder=wording.words_placeholder,
        ),
    )
