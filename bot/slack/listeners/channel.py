"""The settings of a channel: opened by the command or from the Home, kept by the channel's id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.models.views import View as Modal

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
from bot.slack.blocks.kit import escape, section
from bot.slack.blocks.message import Message
from bot.slack.contact import Contact
from bot.slack.errors import notice, truthfully
from bot.slack.house import House
from bot.slack.identity import SlackRefused, identify
from bot.slack.ids import Action, View
from bot.slack.reaching import say
from bot.slack.request import Request
from bot.slack.way import Way
from bot.store.records import ChannelSettings
from knowledge.wording import load_channel_wording

log = structlog.get_logger(__name__)

Body = Mapping[str, Any]

_READING = {"channels:history", "groups:history"}
_DIRECT = "D"
"""How the ids of direct messages begin; there are no settings for those."""


def open_settings(request: Request) -> None:
    """`/rust-or-not channel`: the form for the channel that the command was used in."""
    if request.channel.startswith(_DIRECT):
        request.tell(notice(load_channel_wording().not_here))
        return
    settings = request.house.office.store.channel(request.team, request.channel)
    form = channel_form(request.way, request.channel, settings, reads=_reads(request.client))
    request.client.views_open(trigger_id=request.trigger, view=form)


def register(app: App, house: House) -> None:
    notices = house.notices.model_copy(update={"failed": load_channel_wording().failed})

    @app.action(Action.CHANNEL.value)
    def choose(ack: Ack, body: Body, client: WebClient) -> None:
        """From the Home, which belongs to no channel."""
        ack()
        with truthfully(notices, _teller(client, Way(), body), "channel settings"):
            form = channel_form(Way(), "", ChannelSettings(), choose=True)
            client.views_open(trigger_id=body["trigger_id"], view=form)

    @app.action(Action.CHANNEL_PICKED.value)
    def picked(ack: Ack, body: Body, context: BoltContext, client: WebClient) -> None:
        ack()
        view = body["view"]
        with truthfully(notices, _teller(client, Way(), body), "channel picked"):
            channel = body["actions"][0].get("selected_conversation") or ""
            form = _chosen(house, context, channel, reads=_reads(client))
            client.views_update(view_id=view["id"], hash=view["hash"], view=form)

    @app.view(View.CHANNEL.value)
    def save(ack: Ack, body: Body, context: BoltContext, client: WebClient) -> None:
        values, way = body["view"]["state"]["values"], Way.of(body["view"])
        tell = _teller(client, way, body)
        with truthfully(notices, tell, "channel saved"):
            channel = _channel(values, way)
            if block_of(UNADDRESSED, channel) not in values:  # sent before the form had followed
                ack(response_action="update", view=_chosen(house, context, channel, reads=True))
                return
            if len(escape(_words(values, channel))) > MOST_WORDS:
                error = load_channel_wording().words_too_long.format(most=MOST_WORDS)
                ack(response_action="errors", errors={block_of(WORDS, channel): error})
                return
            ack()
            settings = _settings(client, values, channel)
            house.office.store.set_channel(context.team_id or "", channel, settings)
            log.info("channel settings kept", team=context.team_id, channel=channel)
            said = saved_text(channel, settings)
            tell(Message([section(said)], said))


def _teller(client: WebClient, way: Way, body: Body) -> Callable[[Message], object]:
    return lambda message: say(client, way, body["user"]["id"], message)


def _chosen(house: House, context: BoltContext, channel: str, *, reads: bool) -> Modal:
    """The form from the Home with a channel chosen."""
    settings = house.office.store.channel(context.team_id or "", channel)
    return channel_form(Way(), channel, settings, choose=True, reads=reads)


def _channel(values: Body, way: Way) -> str:
    picked = values.get(CHANNEL, {}).get(Action.CHANNEL_PICKED.value, {})
    return str(picked.get("selected_conversation") or way.channel)


def _settings(client: WebClient, values: Body, channel: str) -> ChannelSettings:
    person = values[block_of(PERSON, channel)][PERSON].get("selected_user") or ""
    contact = Contact(person, _words(values, channel))
    workspace = str(client.auth_test()["url"]) if person else ""
    return ChannelSettings(
        unaddressed=_is_on(values, UNADDRESSED, channel),
        private=_is_on(values, PRIVATE, channel),
        contact=contact.mrkdwn(workspace, _name(client, person) if person else ""),
    )


def _words(values: Body, channel: str) -> str:
    return " ".join((values[block_of(WORDS, channel)][WORDS].get("value") or "").split())


def _is_on(values: Body, name: str, channel: str) -> bool:
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
