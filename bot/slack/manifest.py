"""The app manifest: the one list of scopes, commands, shortcuts and events.

Fields and limits: https://docs.slack.dev/reference/app-manifest; where that page is silent, the
schema at https://github.com/slackapi/manifest-schema (schemas/manifest.schema.1.0.0.json).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import Field, StringConstraints, model_validator

from knowledge.located_yaml import load_file
from knowledge.model import Frozen

FILE = Path(__file__).with_name("manifest.yaml")
EVENTS_PATH = "/slack/events"
"""Where everything of Slack's arrives: events, interactions and commands. Bolt's default."""

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
"""Where an installation by OAuth begins, and where Slack sends the browser back to."""


def _text(most: int, least: int = 1, pattern: str | None = None) -> Any:
    return StringConstraints(min_length=least, max_length=most, pattern=pattern)


Address = Annotated[str, _text(3000, pattern=r"^https://[^\s/?#]+(/[^\s?#]*)?$")]
Name = Annotated[str, _text(50)]
Names = Annotated[tuple[Name, ...], Field(max_length=255)]


class DisplayInformation(Frozen):
    name: Annotated[str, _text(35)]
    description: Annotated[str, _text(140)]
    long_description: Annotated[str, _text(4000, 175)]
    background_color: Annotated[str, _text(7, 4, r"^#([0-9a-fA-F]{3}){1,2}$")]


class BotUser(Frozen):
    display_name: Annotated[str, _text(80, pattern=r"^[a-z0-9._-]+$")]
    always_online: bool


class AppHome(Frozen):
    home_tab_enabled: bool
    messages_tab_enabled: bool
    messages_tab_read_only_enabled: bool


class Prompt(Frozen):
    """Slack documents no limit of length; these keep it on one line of the pane."""

    title: Annotated[str, _text(75)]
    message: Annotated[str, _text(300)]


class AgentView(Frozen):
    """The pane. At most four prompts, as for `assistant.threads.setSuggestedPrompts`."""

    agent_description: Annotated[str, _text(300)]
    suggested_prompts: Annotated[tuple[Prompt, ...], Field(max_length=4)]


class SlashCommand(Frozen):
    command: Annotated[str, _text(32, 2, "^/")]
    description: Annotated[str, _text(2000)]
    usage_hint: Annotated[str, _text(1000)]
    should_escape: bool
    url: Address | None = None


class Shortcut(Frozen):
    name: Annotated[str, _text(24)]
    type: Literal["message", "global"]
    callback_id: Annotated[str, _text(255)]
    description: Annotated[str, _text(150)]


class Features(Frozen):
    bot_user: BotUser
    app_home: AppHome
    agent_view: AgentView
    slash_commands: Annotated[tuple[SlashCommand, ...], Field(min_length=1, max_length=50)]
    shortcuts: Annotated[tuple[Shortcut, ...], Field(min_length=1, max_length=10)]


class Scopes(Frozen):
    """`bot_optional` marks some of `bot`, which an installer may leave out.

    https://docs.slack.dev/authentication/installing-with-oauth#optional-scopes
    """

    bot: Names
    bot_optional: Names

    @model_validator(mode="after")
    def _marked_ones_are_listed(self) -> Self:
        unlisted = set(self.bot_optional) - set(self.bot)
        if unlisted:
            raise ValueError(f"optional scopes must stand under `bot` too: {sorted(unlisted)}")
        return self


class OAuthConfig(Frozen):
    scopes: Scopes
    redirect_urls: Annotated[tuple[Address, ...], Field(min_length=1, max_length=1000)] | None = (
        None
    )


class EventSubscriptions(Frozen):
    bot_events: Annotated[tuple[Name, ...], Field(max_length=100)]
    request_url: Address | None = None


class Interactivity(Frozen):
    is_enabled: bool
    request_url: Address | None = None


class AppSettings(Frozen):
    event_subscriptions: EventSubscriptions
    interactivity: Interactivity
    org_deploy_enabled: bool
    socket_mode_enabled: bool
    token_rotation_enabled: bool

    @model_validator(mode="after")
    def _requests_have_somewhere_to_go(self) -> Self:
        addresses = (self.event_subscriptions.request_url, self.interactivity.request_url)
        if not self.socket_mode_enabled and None in addresses:
            raise ValueError("without Socket Mode, events and interactivity need a request_url")
        return self


class Manifest(Frozen):
    """What api.slack.com is told of the app."""

    display_information: DisplayInformation
    features: Features
    oauth_config: OAuthConfig
    settings: AppSettings

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every bot scope that is asked for, the optional ones too: what OAuth requests."""
        return self.oauth_config.scopes.bot

    @property
    def optional_scopes(self) -> frozenset[str]:
        return frozenset(self.oauth_config.scopes.bot_optional)

    @property
    def required_scopes(self) -> frozenset[str]:
        return frozenset(self.scopes) - self.optional_scopes

    @property
    def events(self) -> tuple[str, ...]:
        return self.settings.event_subscriptions.bot_events

    def at(self, address: str) -> Manifest:
        """The manifest for HTTP, with every request going to this https address.

        `address` is where the server is reached, with or without the path of Slack's requests.
        Raises `ValueError`.
        """
        url = _base(address) + EVENTS_PATH
        plain = self.as_data()
        for command in plain["features"]["slash_commands"]:
            command["url"] = url
        settings = plain["settings"]
        settings["event_subscriptions"]["request_url"] = url
        settings["interactivity"]["request_url"] = url
        settings["socket_mode_enabled"] = False
        return Manifest.model_validate(plain)

    def installed_from(self, address: str) -> Manifest:
        """The manifest for several workspaces, which install the app from this https address.

        With token rotation, and for whole organisations too. Raises `ValueError`.
        """
        plain = self.as_data()
        plain["oauth_config"]["redirect_urls"] = [_base(address) + REDIRECT_PATH]
        plain["settings"] |= {"org_deploy_enabled": True, "token_rotation_enabled": True}
        return Manifest.model_validate(plain)

    def as_data(self) -> dict[str, Any]:
        """As Slack takes it: fields that are not set are left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def as_json(self) -> str:
        return json.dumps(self.as_data(), ensure_ascii=False, indent=2)

    def as_yaml(self) -> str:
        return yaml.safe_dump(self.as_data(), allow_unicode=True, sort_keys=False, width=100)


@cache
def load_manifest(file: Path = FILE) -> Manifest:
    """The manifest for Socket Mode. Raises `ContentError` naming file and line."""
    return load_file(file, Manifest)


def _base(address: str) -> str:
    parts = urlsplit(address.strip())
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(
            f"{address!r} is not an https address that Slack can send to; "
            "give one like https://bot.example.com"
        )
    path = parts.path.rstrip("/").removesuffix(EVENTS_PATH)
    return f"https://{parts.netloc}{path}"
