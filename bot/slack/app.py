"""The Bolt app: one `register` for Socket Mode and HTTP alike."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from slack_bolt import App
from sqlalchemy import Engine

from bot import logs
from bot.office import Office
from bot.service import Service
from bot.settings import Settings
from bot.slack.client import make_client
from bot.slack.errors import unexpected
from bot.slack.house import House
from bot.slack.installing import make_flow
from bot.slack.listeners import (
    asking,
    assess_message,
    channel,
    command,
    deleting,
    export,
    facts,
    feedback,
    form,
    history,
    home,
    leaving,
    own_data,
    sharing,
    sources,
    what_if,
)
from bot.slack.workspaces import Workspaces
from bot.store.database import connect, migrate
from bot.store.installations import Installations
from bot.store.sealing import Seal
from bot.store.store import Store
from knowledge.wording import load_install_wording

_LISTENERS = (
    asking,
    assess_message,
    channel,
    command,
    deleting,
    export,
    facts,
    feedback,
    form,
    history,
    home,
    leaving,
    own_data,
    sharing,
    sources,
    what_if,
)
_BOLT_READS = (
    "SLACK_BOT_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_REDIRECT_URI",
)


def register(app: App, house: House) -> None:
    """Put every listener on an app."""
    for module in _LISTENERS:
        module.register(app, house)


def open_house(settings: Settings) -> House:
    """The office over the data folder and the database that the settings name."""
    engine = connect(settings.database)
    migrate(engine)
    office = Office(Service(settings), Store(engine))
    return House(office, settings, workspaces=open_workspaces(settings, engine))


def open_workspaces(settings: Settings, engine: Engine) -> Workspaces | None:
    """Where several workspaces install the app. Raises `KeyFault`."""
    if not settings.several:
        return None
    keys = settings.token_keys
    seal = Seal.of(keys.get_secret_value() if keys else "")
    installations = Installations(engine, settings.slack_client_id or "", seal)
    installations.check()
    with _own_settings_only():
        flow = make_flow(settings, engine, installations, make_client(settings))
    return Workspaces(settings, installations, flow)


def make_app(house: House, answering: Executor | None = None) -> App:
    """An app for one workspace, by bot token, which is checked when it is first used; or for all
    that install it.

    `answering` runs the listeners; a few threads of Bolt's own where it is not given.
    """
    if not logging.root.handlers:  # where nobody logs, the libraries' errors go out as they are
        logs.configure(house.settings.log_level, contents=house.settings.log_contents)
    secret, workspaces = house.settings.slack_signing_secret, house.workspaces
    several: dict[str, Any] = {}
    if workspaces is not None:
        several = {
            "authorize": workspaces,
            "oauth_flow": workspaces.flow,
            "user_facing_authorize_error_message": load_install_wording().missing,
        }
    with _own_settings_only():
        app = App(
            client=make_client(house.settings),
            signing_secret=secret.get_secret_value() if secret else "",
            token_verification_enabled=False,
            listener_executor=answering,
            **several,
        )
    app.error(unexpected)
    if workspaces is not None:
        app.use(workspaces.belong)
    register(app, house)
    return app


@contextmanager
def _own_settings_only() -> Iterator[None]:
    """Keep Bolt from settings of its own in the environment.

    With SLACK_CLIENT_ID and SLACK_CLIENT_SECRET there it switches to OAuth with a store of files in
    the home folder, and drops the bot token.
    """
    held = {name: os.environ.pop(name) for name in _BOLT_READS if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(held)
