"""What a person is told about their own data."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import ConfirmObject

from bot.slack.blocks.kit import SECTION, actions, button, escape, moment, one_line, section
from bot.slack.blocks.message import Message
from bot.slack.ids import Action
from bot.store.records import Assessment
from knowledge.wording import load_command_wording, load_own_data_wording

_SECTIONS = 3
"""Of lines, each as long as Slack allows; more would not be read."""
_QUESTION = 600


def sent(assessments: int, votes: int) -> Message:
    return _said(load_own_data_wording().exported.format(assessments=assessments, votes=votes))


def sent_there(assessments: int, votes: int) -> Message:
    wording = load_own_data_wording()
    return _said(wording.exported_where.format(assessments=assessments, votes=votes))


def cannot_send(kept: Sequence[Assessment], votes: int) -> Message:
    """As many of the assessments as a message holds, and how many it does not."""
    wording = load_own_data_wording()
    title = escape(wording.not_uploaded.format(assessments=len(kept), votes=votes))
    texts, left = [""], len(kept)
    for line in map(_line, kept):
        if len(texts[-1]) + len(line) > SECTION:
            if len(texts) == _SECTIONS:
                break
            texts.append("")
        texts[-1] += line
        left -= 1
    shown = [section(title), *(section(text) for text in texts if text)]
    if left:
        shown.append(section(escape(wording.not_all.format(left=left))))
    return Message(shown, title)


def confirm_forgetting(assessments: int, votes: int) -> Message:
    wording = load_own_data_wording()
    said = escape(wording.forget.format(assessments=assessments, votes=votes))
    sure = ConfirmObject(
        title=wording.forget_title,
        text={"type": "plain_text", "text": wording.forget_sure},
        confirm=wording.forget_button,
        deny=wording.cancel,
        style="danger",
    )
    delete = button(wording.forget_button, Action.FORGET, {}, style="danger", confirm=sure)
    return Message([section(said), actions(delete)], said)


def forgotten(assessments: int) -> Message:
    return _said(load_own_data_wording().forgotten.format(assessments=assessments))


def _said(text: str) -> Message:
    return Message([section(escape(text))], escape(text))


def _line(kept: Assessment) -> str:
    name = one_line(kept.question, _QUESTION) or escape(load_command_wording().no_words)
    ring = f" *{kept.answer.ring.value}*" if kept.answer.ring else ""
    return f"• {moment(kept.asked_at)}{ring} {name}\n"
