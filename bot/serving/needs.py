"""Which settings serving Slack needs, and what is wrong with those that are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from bot.settings import Settings
from bot.slack.identity import APPS
from bot.store.sealing import SETTING, KeyFault, Seal


class Mode(StrEnum):
    """How Slack reaches the bot."""

    SOCKET = "Socket Mode"
    HTTP = "HTTP"


@dataclass(frozen=True, slots=True)
class Need:
    """A setting that is missing or cannot be right, and how to mend it."""

    setting: str
    fault: str
    remedy: str


def connected(settings: Settings) -> bool:
    """Whether somebody began to set up Slack here."""
    tokens = (settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret)
    return settings.several or any(token is not None for token in tokens)


def mode_of(settings: Settings) -> Mode:
    return Mode.HTTP if settings.slack_app_token is None else Mode.SOCKET


def needs(settings: Settings) -> list[Need]:
    """Everything that keeps these settings from serving; empty where they can."""
    return list(_needs(settings))


def _needs(settings: Settings) -> Iterator[Need]:
    bot_token = (
        f"copy the Bot User OAuth Token (xoxb-...) from {APPS}, your app, OAuth & Permissions"
    )
    app_token = (
        f"make a token (xapp-...) with the scope connections:write at {APPS}, your app, "
        "Basic Information, App-Level Tokens"
    )
    if settings.several:
        yield from _keys(settings)
    elif settings.slack_bot_token is None:
        several = "or, for several workspaces, set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"
        yield Need("SLACK_BOT_TOKEN", "is not set", f"{bot_token}; {several}")
    elif not _begins(settings.slack_bot_token, "xoxb-"):
        yield Need("SLACK_BOT_TOKEN", "is not a bot token (xoxb-...)", bot_token)
    if settings.slack_app_token is not None:
        if not _begins(settings.slack_app_token, "xapp-"):
            yield Need("SLACK_APP_TOKEN", "is not an app-level token (xapp-...)", app_token)
    elif settings.slack_signing_secret is None:
        http = "for HTTP instead, set SLACK_SIGNING_SECRET from the same page"
        yield Need("SLACK_APP_TOKEN", "is not set", f"{app_token}; {http}")


def _keys(settings: Settings) -> Iterator[Need]:
    keys = settings.token_keys
    try:
        Seal.of(keys.get_secret_value() if keys else "")
    except KeyFault as error:
        fault = "holds something that is no key" if keys else "is not set"
        one = "for one workspace alone, set SLACK_BOT_TOKEN instead"
        yield Need(SETTING, fault, f"{error.remedy}; {one}")


def _begins(secret: SecretStr, prefix: str) -> bool:
    return secret.get_secret_value().startswith(prefix)
