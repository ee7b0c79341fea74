"""Deletes what belonged to a workspace that removed the app, however often that is cut off.

That it did is noted on the disk before Slack's word is acknowledged, and until all is done.
"""

from __future__ import annotations

from collections.abc import Callable

from slack_sdk import WebClient

from bot.logs import get_logger
from bot.slack.house import House
from bot.slack.workspaces import Unclear, works
from bot.store.installations import Workspace
from bot.store.records import Departure

log = get_logger(__name__)

LINGERING_SECONDS = 3600
"""A question that was in hand when all was deleted may be written down after that: everything is
deleted once more when so long has gone by."""


def finish(house: House, client: WebClient) -> None:
    """Delete what belonged to all that removed the app. What fails is left for the next call.

    `client` has the bot's token, where one workspace is served. Raises `SQLAlchemyError`.
    """
    store = house.office.store
    for one in store.departures():
        if one.team is None:
            _trying(one, lambda one=one: _end(house, one))  # type: ignore[misc]
    for one in store.departures():
        if one.team is not None:
            _trying(one, lambda one=one: _delete(house, client, one, one.team))  # type: ignore[misc]


def _trying(departure: Departure, work: Callable[[], None]) -> None:
    named = {"team": departure.team, "enterprise": departure.enterprise}
    try:
        work()
    except Unclear as error:
        log.warning("not known whether it has left, nothing deleted yet", why=str(error), **named)
    except Exception as error:  # noqa: BLE001 (the others' turn comes all the same)
        log.error("not all of it is deleted yet", why=type(error).__name__, **named)


def _end(house: House, departure: Departure) -> None:
    """An organisation: its workspaces become departures, where it has left."""
    if house.workspaces is not None:
        house.workspaces.leave(Workspace(departure.enterprise, None), departure.told_at)
    house.office.store.left(departure)


def _delete(house: House, client: WebClient, departure: Departure, team: str) -> None:
    office = house.office
    if _served(house, client, departure, team):
        office.store.left(departure)
        return
    house.posts.forget(f"{team}/")
    office.store.forget_team(team)
    office.service.teams.remove(team)
    log.info("a workspace left, all of it is deleted", team=team)
    if office.clock() - departure.told_at >= LINGERING_SECONDS:
        office.store.left(departure)


def _served(house: House, client: WebClient, departure: Departure, team: str) -> bool:
    """Whether the app is installed there all the same. Raises `Unclear`."""
    workspaces = house.workspaces
    if workspaces is None:
        return works(client)
    own = Workspace(departure.enterprise, team)
    return not workspaces.leave(own, departure.told_at) or workspaces.serves(team)
