"""The settings of a channel: opened by the command or from the Home, kept by the channel's id."""

from __future__ import annotations

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.logs import get_logger
from bot.slack.blocks.channel import (
    CHANNEL,
    MOST_WORDS,
    ON,
    PERSON,
    PRIVATE,
    UNADDRESSED,
    WORDS,
    block_of,
    channel_form,
    saved_text,
)
from bot.slack.blocks.criteria import typed
from bot.slack.blocks.kit import escape, section
from bot.slack.blocks.message import Message
from bot.slack.contact import Contact
from bot.slack.errors import Declined
from bot.slack.house import House
from bot.slack.identity import SlackRefused, identify
from bot.slack.ids import Action, View
from bot.slack.request import Json, Request, heard, mapping, sent
from bot.slack.rights import may_set_channel
from bot.slack.way import Way
from bot.store.records import ChannelSettings
from knowledge.wording import load_channel_wording

log = get_logger(__name__)

_READING = {"channels:history", "groups:history"}
_DIRECT = "D"
"""How the ids of direct messages begin; there are no settings for those."""


def register(app: App, house: House) -> None:
    notices = house.notices.model_copy(update={"failed": load_channel_wording().failed})
    app.action(Action.CHANNEL.value)(heard(house, "channel settings", choose, notices))
    app.action(Action.CHANNEL_PICKED.value)(heard(house, "channel picked", picked, notices))
    app.view(View.CHANNEL.value)(sent(house, "channel saved", save, notices))


def open_settings(request: Request) -> None:
    """`/rust-or-not channel`: the form for the channel that the command was used in."""
    channel = request.way.channel
    if channel.startswith(_DIRECT):
        raise Declined(load_channel_wording().not_here)
    if refusal := _refusal(request, channel):
        raise Declined(refusal)
    settings = request.house.office.store.channel(request.team, channel)
    request.open(channel_form(request.way, channel, settings, reads=_reads(request.client)))


def choose(request: Request) -> None:
    """From the Home, which belongs to no channel."""
    request.open(channel_form(Way(), "", ChannelSettings(), choose=True))


def picked(request: Request) -> None:
    channel = str(request.action.get("selected_conversation") or "")
    refused = _refusal(request, channel)
    settings = request.house.office.store.channel(request.team, channel)
    reads = bool(refused) or _reads(request.client)
    form = channel_form(request.way, channel, settings, choose=True, reads=reads, refused=refused)
    request.update(form)


def save(request: Request, ack: Ack) -> None:
    """A form has the fields of a channel only where they were shown, to whom may change them."""
    values = request.view["state"]["values"]
    chosen = mapping(mapping(values.get(CHANNEL)).get(Action.CHANNEL_PICKED.value))
    channel = str(chosen.get("selected_conversation") or request.way.channel)
    if block_of(UNADDRESSED, channel) not in values:
        ack(response_action="errors", errors={CHANNEL: load_channel_wording().not_shown})
        return
    words = " ".join(typed(request.view, block_of(WORDS, channel), WORDS).split())
    if len(escape(words)) > MOST_WORDS:
        error = load_channel_wording().words_too_long.format(most=MOST_WORDS)
        ack(response_action="errors", errors={block_of(WORDS, channel): error})
        return
    ack()
    person = values[block_of(PERSON, channel)][PERSON].get("selected_user") or ""
    settings = ChannelSettings(
        unaddressed=_is_on(values, UNADDRESSED, channel),
        private=_is_on(values, PRIVATE, channel),
        contact=_contact(request.client, person, words),
    )
    request.house.office.store.set_channel(request.team, channel, settings)
    log.info("channel settings kept", team=request.team, channel=channel, by=request.user)
    said = saved_text(channel, settings)
    request.tell(Message([section(said)], said))


def _refusal(request: Request, channel: str) -> str:
    """Why this person may not change a channel's settings; empty where they may."""
    settings, wording = request.house.settings, load_channel_wording()
    if may_set_channel(settings, request.client, request.team, request.user, channel):
        return ""
    return wording.refused_guests if settings.channel_settings == "members" else wording.refused


def _contact(client: WebClient, person: str, words: str) -> str:
    workspace = str(client.auth_test()["url"]) if person else ""
    name = _name(client, person) if person else ""
    return Contact(person, words).mrkdwn(workspace, name)


def _is_on(values: Json, name: str, channel: str) -> bool:
    option = values[block_of(name, channel)][name].get("selected_option") or {}
    return bool(option.get("value") == ON)


def _name(client: WebClient, user: str) -> str:
    """A person's name; without the scope `users:read`, a word for them."""
    try:
        found = client.users_info(user=user)["user"]
    except (SlackClientError, OSError) as error:
        log.debug("no name for a person", error=type(error).__name__)
        return load_channel_wording().nameless
    profile = found.get("profile") or {}
    return str(profile.get("display_name") or profile.get("real_name") or found["name"])


def _reads(client: WebClient) -> bool:
    """Whether the app hears messages that do not mention it, as far as Slack says."""
    try:
        scopes = identify(client).scopes
    except SlackRefused:
        return True
    return not scopes or bool(scopes & _READING)
