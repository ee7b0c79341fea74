"""Gathers what a person's Home shows, and publishes it."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.models.views import View

from bot.evaluation.measured import load_measured
from bot.gaps import gaps
from bot.logs import get_logger
from bot.slack.blocks.home import ForAdmins, Home, Index, home_view
from bot.slack.blocks.message import Message
from bot.slack.errors import truthfully
from bot.slack.house import House
from bot.slack.listeners.history import permalink
from bot.slack.rights import is_admin, may_rebuild
from bot.store.store import Store
from index.snapshot import SnapshotError, read_manifest
from index.store import SnapshotStore
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
    store = house.office.store
    recent = store.recent(team, user, _RECENT)
    admin = is_admin(house.settings, client, team, user)
    rebuilds = admin and may_rebuild(house.settings, client, team, user)
    return Home(
        team=team,
        recent=recent,
        links={kept.id: permalink(client, kept) for kept in recent},
        measured=load_measured(house.settings.data),
        index=_index(house.office.service.store),
        running=house.builds.running,
        for_admins=_for_admins(store, team, rebuilds=rebuilds) if admin else None,
    )


def _for_admins(store: Store, team: str, *, rebuilds: bool) -> ForAdmins:
    votes = store.votes(team, _VOTES)
    return ForAdmins(
        gaps=gaps(store.uncovered(team, _UNCOVERED)),
        votes=[(vote, store.assessment(team, vote.assessment)) for vote in votes],
        rebuilds=rebuilds,
    )


def _index(store: SnapshotStore) -> Index:
    """What the snapshot in use says of itself. Nothing is loaded."""
    current = store.current_id()
    if current is None:
        return Index(None)
    try:
        return Index(read_manifest(store.path(current)))
    except (SnapshotError, OSError) as error:
        log.warning("the index cannot be read", error=type(error).__name__)
        return Index(None, damaged=True)
