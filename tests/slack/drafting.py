"""What tests of drafts share: a question, and the draft that answers it."""

from __future__ import annotations

import json

from bot.slack.house import House
from bot.slack.ids import COMMAND
from bot.store.records import Assessment
from tests.slack.stand_in import Channel, Message, Person, SlackStandIn

QUESTION = "Our Go parser is CPU-bound and reads untrusted files. Should we use Rust?"
PATIENCE = 20.0
"""Seconds; a busy machine answers late, and waiting costs nothing where it does not."""


def drafted(
    slack: SlackStandIn, person: Person, channel: Channel, question: str = QUESTION
) -> Message:
    """The private draft that the slash command gives."""
    before = len(slack.ephemerals(person))
    person.slash(COMMAND, question, channel)
    return slack.wait_for(lambda: slack.ephemerals(person)[before:], PATIENCE)[0]


def told(slack: SlackStandIn, person: Person, words: str) -> Message:
    """The message for this person alone that says these words."""
    return slack.wait_for(
        lambda: next((m for m in slack.ephemerals(person) if words in m.text), None), PATIENCE
    )


def seen(message: Message) -> str:
    """All that stands in the blocks of a message."""
    return json.dumps(message.blocks, ensure_ascii=False)


def tells_a_change(message: Message) -> bool:
    """Whether a message says what a new fact did to the verdict."""
    return any(block.get("block_id") == "change" for block in message.blocks)


def key_of(message: Message) -> str:
    """The id of the assessment that a message shows."""
    (tools,) = (block for block in message.blocks if block.get("block_id") == "tools")
    key: str = json.loads(tools["elements"][0]["value"])["id"]
    return key


def kept(house: House, slack: SlackStandIn, message: Message) -> Assessment:
    found = house.office.store.assessment(slack.team.id, key_of(message))
    assert found is not None
    return found
