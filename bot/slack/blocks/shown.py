"""An assessment as it was answered, in a modal: for drafts too, whose reply Slack does not keep."""

from __future__ import annotations

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.blocks.fallback import plain_blocks
from bot.slack.blocks.kit import RawBlock, as_dicts, context, escape, moment, section
from bot.slack.blocks.message import Words
from bot.slack.blocks.reply import reply
from bot.store.records import Assessment
from knowledge.wording import load_home_wording


def shown_view(kept: Assessment, words: Words) -> View:
    """The reply to read, below when it was asked: without its buttons, in blocks for modals."""
    public = kept.model_copy(update={"private": False, "alone": True})
    blocks = plain_blocks(as_dicts(reply(public, words).blocks))
    to_read = [RawBlock(block) for block in blocks if block["type"] != "actions"]
    return _modal([context(moment(kept.asked_at)), *to_read])


def gone_view() -> View:
    return _modal([section(escape(load_home_wording().shown_gone))])


def _modal(blocks: list[Block]) -> View:
    wording = load_home_wording()
    return View(type="modal", title=wording.shown_title, close=wording.shown_close, blocks=blocks)
