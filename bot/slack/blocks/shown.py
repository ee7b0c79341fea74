"""An assessment as it was answered, in a modal: for drafts too, whose reply Slack does not keep."""

from __future__ import annotations

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.blocks.kit import context, escape, moment, section
from bot.store.records import Assessment
from knowledge.wording import load_home_wording

_PARAGRAPH = 590
"""Characters to a section, so that escaped text always fits into one."""
_BLOCKS = 98


def shown_view(kept: Assessment) -> View:
    """The whole reply in plain text, below when it was asked."""
    return _modal([context(moment(kept.asked_at)), *map(section, _paragraphs(kept.answer.text))])


def gone_view() -> View:
    return _modal([section(escape(load_home_wording().shown_gone))])


def _modal(blocks: list[Block]) -> View:
    wording = load_home_wording()
    return View(
        type="modal", title=wording.shown_title, close=wording.shown_close, blocks=blocks[:_BLOCKS]
    )


def _paragraphs(text: str) -> list[str]:
    """Escaped pieces, broken between lines, and within a line where it is too long."""
    pieces: list[str] = []
    for line in text.splitlines():
        for start in range(0, max(len(line), 1), _PARAGRAPH):
            part = line[start : start + _PARAGRAPH]
            if pieces and start == 0 and len(pieces[-1]) + len(part) < _PARAGRAPH:
                pieces[-1] = f"{pieces[-1]}\n{part}"
            else:
                pieces.append(part)
    return [escape(piece) for piece in pieces if piece.strip()]
