"""What `rust-or-not doctor` looks at for Slack: settings, tokens, scopes, database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.cli.finding import Finding

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.slack.identity import Identity

_SECONDS = 10
"""After which Slack counts as out of reach."""
_MOST = 20
"""Workspaces that are looked at: each is a call."""
_AGAIN = "its admins have to install the app again, at /slack/install"


def slack(chosen: Settings) -> Iterator[Finding]:
    """Whether these settings connect, as what, and with which scopes."""
    from slack_sdk.errors import SlackClientError

    from bot.serving.needs import connected, mode_of, needs
    from bot.slack.client import make_client
    from bot.slack.identity import SlackRefused, identify, refused

    if not connected(chosen):
        yield Finding("Slack", "not set up, and not needed for the terminal")
        return
    faults = needs(chosen)
    for need in faults:
        yield Finding(need.setting, need.fault, need.remedy)
    client = make_client(chosen)
    client.timeout = _SECONDS
    if chosen.several:
        if not faults:
            yield from _installed(chosen)
    elif not any(need.setting == "SLACK_BOT_TOKEN" for need in faults):
        try:
            identity = identify(client)
        except SlackRefused as error:
            yield Finding("Slack", str(error), error.remedy)
            return
        name = f"{identity.user_name} ({identity.user}) in {identity.team_name} ({identity.team})"
        yield Finding("Slack", f"{name}, by {mode_of(chosen)}")
        yield from scopes(identity)
    if chosen.slack_app_token is not None and not faults:
        try:
            client.apps_connections_open(app_token=chosen.slack_app_token.get_secret_value())
        except (SlackClientError, OSError) as error:
            told = refused(error, "SLACK_APP_TOKEN")
            yield Finding("Socket Mode", str(told), told.remedy)
        else:
            yield Finding("Socket Mode", "can connect")


def _installed(chosen: Settings) -> Iterator[Finding]:
    """Where the app is installed, as the database has it, and whether those tokens are good."""
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    from bot.serving.needs import mode_of
    from bot.slack.app import open_workspaces
    from bot.slack.identity import SlackRefused, identify
    from bot.slack.workspaces import NotInstalled
    from bot.store.database import connect, revisions
    from bot.store.sealing import KeyFault

    where = f"several workspaces, by {mode_of(chosen)}"
    try:
        found, newest = revisions(chosen.database)
        if found != newest:
            yield Finding("Slack", f"{where}: none is installed yet")
            return
        workspaces = open_workspaces(chosen, connect(chosen.database))
    except (ArgumentError, SQLAlchemyError, ImportError, OSError):
        return  # `database` tells
    except KeyFault as fault:
        yield Finding("token keys", str(fault), fault.remedy)
        return
    if workspaces is None:
        return
    installed = workspaces.installations.workspaces()
    yield Finding("Slack", f"{where}: {len(installed) or 'none'} installed")
    for one in installed[:_MOST]:
        try:
            identity = identify(workspaces.client_of(one))
        except NotInstalled:
            yield Finding(one.name, "its token cannot be renewed", _AGAIN)
        except SlackRefused as refusal:
            yield Finding(one.name, str(refusal), _AGAIN)
        else:
            yield from (
                Finding(f"{one.name}: {each.subject}", each.state, each.remedy)
                for each in scopes(identity)
            )


def scopes(identity: Identity) -> Iterator[Finding]:
    """The granted scopes against the manifest; what each missing one is for."""
    from bot.slack.identity import APPS
    from bot.slack.manifest import load_manifest
    from bot.slack.scopes import SCOPES

    manifest = load_manifest()
    purposes = {scope.name: scope.purpose for scope in SCOPES}
    missing = [name for name in manifest.scopes if name not in identity.scopes]
    for name in missing:
        lost = f"{name} is not granted: {purposes[name]}"
        if name in manifest.optional_scopes:
            yield Finding("optional scope", lost)
        else:
            remedy = f"add it at {APPS}, OAuth & Permissions, and install the app again"
            yield Finding("scope", lost, remedy)
    if not missing:
        yield Finding("scopes", "all of the manifest")
    more = sorted(identity.scopes - set(manifest.scopes))
    if more:
        yield Finding("scopes", f"granted but never used, may be taken away: {', '.join(more)}")


def database(chosen: Settings) -> Iterator[Finding]:
    """Whether the database can be opened, and whose version its tables are."""
    from alembic.util import CommandError
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    from bot.store.database import address, revisions

    try:
        url = address(chosen.database)
        shown = url.render_as_string(hide_password=True)
        is_new_file = url.get_backend_name() == "sqlite" and not _exists(url.database)
        if is_new_file:
            yield Finding("database", f"{shown}, made when serving starts")
            return
        found, newest = revisions(chosen.database)
    except ArgumentError:
        remedy = "write it as SQLAlchemy does: sqlite:////path/file.db, postgresql://…"
        yield Finding("database", "DATABASE_URL is no address of a database", remedy)
        return
    except CommandError:
        remedy = "serve with the version that made it, or name another in DATABASE_URL"
        yield Finding("database", f"{shown} was made by another version of this program", remedy)
        return
    except (SQLAlchemyError, ImportError, OSError) as error:
        remedy = "check DATABASE_URL, its folder or server, and the rights to it"
        yield Finding("database", f"cannot be opened ({type(error).__name__})", remedy)
        return
    if found == newest:
        yield Finding("database", f"{shown}, up to date")
    elif found is None:
        yield Finding("database", f"{shown}, empty: filled when serving starts")
    else:
        yield Finding("database", f"{shown}, at {found}: brought to {newest} when serving starts")


def _exists(file: str | None) -> bool:
    from pathlib import Path

    return bool(file) and Path(file or "").exists()
