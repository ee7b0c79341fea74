"""Gathers what a person's Home shows, and publishes it."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.models.views import View

from bot.evaluation.measured import load_measured
from bot.gaps import gaps
from bot.logs import get_logger
from bot.service import Service
from bot.slack.blocks.home import ForAdmins, Home, Index, home_view
from bot.slack.blocks.message import Message
from bot.slack.errors import truthfully
from bot.slack.house import House
from bot.slack.listeners.history import permalink
from bot.slack.rights import is_admin, may_rebuild
from bot.store.store import Store
from index.snapshot import SnapshotError, read_manifest
from knowledge.wording import load_home_wording

log = get_logger(__name__)

_RECENT = 5
_VOTES = 50
_UNCOVERED = 200
"""The latest questions without an answer that are grouped into gaps."""


def publish(house: House, client: WebClient, team: str, user: str) -> None:
    """Show a person their Home as it is now; where that fails, the reason with a reference."""

    def tell(message: Message) -> None:
        client.views_publish(user_id=user, view=View(type="home", blocks=message.blocks))

    notices = house.notices.model_copy(update={"failed": load_home_wording().failed})
    with truthfully(notices, tell, "home"):
        view = home_view(gather(house, client, team, user))
        client.views_publish(user_id=user, view=view)


def gather(house: House, client: WebClient, team: str, user: str) -> Home:
    store, service = house.office.store, house.office.service
    running = house.builds.running
    recent = store.recent(team, user, _RECENT)
    admin = is_admin(house.settings, client, team, user)
    index, own = _index(service, team), service.teams.exists(team)
    rebuilds = admin and (own or may_rebuild(house.settings, client, team, user))
    unused = own and not index.own
    return Home(
        team=team,
        recent=recent,
        links={kept.id: permalink(client, kept) for kept in recent},
        measured=load_measured(house.settings.data),
        index=index,
        running=running if running and running.concerns(team) else None,
        for_admins=_for_admins(store, team, rebuilds=rebuilds, unused=unused) if admin else None,
    )


def _for_admins(store: Store, team: str, *, rebuilds: bool, unused: bool) -> ForAdmins:
    votes = store.votes(team, _VOTES)
    return ForAdmins(
        gaps=gaps(store.uncovered(team, _UNCOVERED)),
        votes=[(vote, store.assessment(team, vote.assessment)) for vote in votes],
        rebuilds=rebuilds,
        unused=unused,
    )


def _index(service: Service, team: str) -> Index:
    """What the snapshot that a workspace is answered from says of itself. Nothing is loaded."""
    damaged = False
    for store in dict.fromkeys((service.stores_of(team)[0], service.store)):
        current = store.current_id()
        if current is None:
            continue
        try:
            return Index(read_manifest(store.path(current)), own=store is not service.store)
        except (SnapshotError, OSError) as error:
            log.warning("an index cannot be read", team=team, error=type(error).__name__)
            damaged = True
    return Index(None, damaged)
