"""What slack_sdk's own models say of a block that the tables here accept.

https://docs.slack.dev/tools/python-slack-sdk/reference/models/blocks
"""

from __future__ import annotations

import copy

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from .schema import Inspection
from .workspace import Json

NOT_IN_SDK = frozenset({"data_table", "data_visualization"})


def ask_the_sdk(block: Json, at: str, seen: Inspection) -> None:
    """Note what the SDK would refuse to send."""
    if block["type"] in NOT_IN_SDK:
        return
    try:
        parsed = Block.parse(copy.deepcopy(block))
        if parsed is not None:
            parsed.to_dict()
    except (SlackObjectFormationError, TypeError) as wrong:
        seen.note(at, f"slack_sdk: {wrong}")
