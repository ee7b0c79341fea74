"""The form behind 👎."""

from __future__ import annotations

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement
from slack_sdk.models.views import View as Modal

from bot.slack.ids import View
from bot.slack.way import Way
from knowledge.wording import load_feedback_wording

REASON = "reason"
"""`block_id` and `action_id` of the only input."""


def reason_form(way: Way) -> Modal:
    """Asks what was wrong with an answer. Nothing has to be written."""
    wording = load_feedback_wording()
    return Modal(
        type="modal",
        callback_id=View.VOTE_REASON,
        private_metadata=str(way),
        title=wording.title,
        submit=wording.send,
        close=wording.close,
        blocks=[
            InputBlock(
                block_id=REASON,
                label=wording.question,
                hint=wording.hint,
                optional=True,
                element=PlainTextInputElement(action_id=REASON, multiline=True, max_length=2000),
            )
        ],
    )
