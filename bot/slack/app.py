"""The Bolt app: one `register` for Socket Mode and HTTP alike."""

from __future__ import annotations

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.office import Office
from bot.service import Service
from bot.settings import Settings
from bot.slack.house import House
from bot.slack.listeners import asking, facts, feedback
from bot.store.database import connect, migrate
from bot.store.store import Store

_LISTENERS = (asking, facts, feedback)
_RETRIES = 3
"""Times that a call is made again after 429, each after as long as Slack asks for."""


def register(app: App, house: House) -> None:
    """Put every listener on an app."""
    for module in _LISTENERS:
        module.register(app, house)


def open_house(settings: Settings) -> House:
    """The office over the data folder and the database that the settings name."""
    engine = connect(settings.database)
    migrate(engine)
    return House(Office(Service(settings), Store(engine)), settings)


def make_app(house: House) -> App:
    """An app for one workspace, by bot token. Tokens are checked when it is first used."""
    settings = house.settings
    token = settings.slack_bot_token
    secret = settings.slack_signing_secret
    client = WebClient(
        token=token.get_secret_value() if token else None, base_url=settings.slack_api_url
    )
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=_RETRIES))
    app = App(
        client=client,
        signing_secret=secret.get_secret_value() if secret else None,
        token_verification_enabled=False,
    )
    register(app, house)
    return app
