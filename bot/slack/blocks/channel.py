"""The form for the settings of a channel."""

from __future__ import annotations

from slack_sdk.models.blocks import (
    Block,
    ConversationFilter,
    ConversationSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    UserSelectElement,
)
from slack_sdk.models.views import View as Modal

from bot.slack.blocks.kit import context, escape, section
from bot.slack.contact import Contact
from bot.slack.ids import Action, View
from bot.slack.way import Way
from bot.store.records import ChannelSettings
from knowledge.wording import ChannelWording, load_channel_wording

CHANNEL = "channel"
UNADDRESSED = "unaddressed"
PRIVATE = "private"
PERSON = "person"
WORDS = "words"
"""`action_id`s of the inputs; their `block_id`s end with the channel, so that Slack does not carry
what was entered for one channel over to the next."""

ON = "on"
OFF = "off"
MOST_WORDS = 80
"""Characters of words, as they are kept: `&` counts as five."""


def block_of(name: str, channel: str) -> str:
    return f"{name}:{channel}"


def channel_form(
    way: Way,
    channel: str,
    settings: ChannelSettings,
    *,
    choose: bool = False,
    reads: bool = True,
    refused: str = "",
) -> Modal:
    """The settings of a channel as they are; `choose` lets the person take another one.

    Without a `channel` there is only the choice. `reads` is false where the app has no scope for
    messages that do not mention it; `refused` says why the person may not change them.
    """
    wording = load_channel_wording()
    blocks: list[Block] = [_which(channel, wording)] if choose else []
    if refused:
        blocks.append(section(escape(refused)))
    elif channel:
        blocks += _inputs(channel, settings, wording, reads=reads)
    return Modal(
        type="modal",
        callback_id=View.CHANNEL,
        private_metadata=str(way),
        title=wording.title,
        submit=wording.save,
        close=wording.close,
        blocks=blocks,
    )


def saved_text(channel: str, settings: ChannelSettings) -> str:
    """What was kept, in mrkdwn."""
    wording = load_channel_wording()
    contact = wording.contact.format(contact=settings.contact)
    return wording.saved.format(
        channel=f"<#{channel}>",
        when=escape(wording.when_asked if settings.unaddressed else wording.when_mentioned),
        where=escape(wording.where_private if settings.private else wording.where_thread),
        contact=contact if settings.contact else escape(wording.no_contact),
    )


def _which(channel: str, wording: ChannelWording) -> Block:
    element = ConversationSelectElement(
        action_id=Action.CHANNEL_PICKED,
        initial_conversation=channel or None,
        filter=ConversationFilter(include=["public", "private"]),
    )
    return InputBlock(block_id=CHANNEL, label=wording.which, element=element, dispatch_action=True)


def _inputs(
    channel: str, settings: ChannelSettings, wording: ChannelWording, *, reads: bool
) -> list[Block]:
    contact = Contact.of(settings.contact)
    answers = (
        Option(value=OFF, label=wording.mention_only, description=wording.mention_only_more),
        Option(value=ON, label=wording.all_questions, description=wording.all_questions_more),
    )
    places = (
        Option(value=OFF, label=wording.in_thread, description=wording.in_thread_more),
        Option(value=ON, label=wording.privately, description=wording.privately_more),
    )
    unread = [] if reads else [context(wording.cannot_read)]
    return [
        section(wording.for_channel.format(channel=f"<#{channel}>")),
        _choice(UNADDRESSED, channel, wording.unaddressed, answers, settings.unaddressed),
        *unread,
        _choice(PRIVATE, channel, wording.private, places, settings.private),
        InputBlock(
            block_id=block_of(PERSON, channel),
            label=wording.person,
            hint=wording.person_hint,
            optional=True,
            element=UserSelectElement(
                action_id=PERSON,
                placeholder=wording.person_placeholder,
                initial_user=contact.user or None,
            ),
        ),
        InputBlock(
            block_id=block_of(WORDS, channel),
            label=wording.words,
            hint=wording.words_hint,
            optional=True,
            element=PlainTextInputElement(
                action_id=WORDS, max_length=MOST_WORDS, initial_value=contact.words or None
            ),
        ),
    ]


def _choice(
    name: str, channel: str, label: str, options: tuple[Option, Option], chosen: bool
) -> Block:
    element = RadioButtonsElement(
        action_id=name, options=list(options), initial_option=options[chosen]
    )
    return InputBlock(block_id=block_of(name, channel), label=label, element=element)
