"""What `rust-or-not doctor` looks at for documents of workspaces' own: folders and indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.cli.finding import Finding

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.snapshot import Snapshot
    from index.store import SnapshotStore

_MOST = 20
"""Workspaces that are looked at: of each the whole index is read."""
_SUBJECT = "documents of workspaces"


def teams(chosen: Settings) -> Iterator[Finding]:
    """Whether each workspace's own documents are apart, in an index, and in one that is whole."""
    from bot.building import folders_of
    from bot.service import Service
    from bot.snapshots import teams_stored
    from bot.team_docs import NotApart, TeamDocs
    from index.snapshot import SnapshotError

    if chosen.team_docs is None:
        return
    docs = TeamDocs(chosen.team_docs)
    try:
        named, strays, service = docs.teams(), docs.strays(), Service(chosen)
        docs.check_apart(folders_of(service))
        stored = teams_stored(chosen)
    except (NotApart, SnapshotError, OSError) as error:
        what, _, remedy = str(error).partition("; ")
        yield Finding(_SUBJECT, what, remedy or "check RUST_OR_NOT_TEAM_DOCS")
        return
    yield Finding(_SUBJECT, f"{docs.root}, of {len(named)}")
    for stray in strays:
        remedy = "rename it to the workspace's id, or take it away"
        yield Finding(_SUBJECT, f"{stray} is no id of a workspace", remedy)
    shared = _opened(service.store)
    for team in sorted({*named, *stored})[:_MOST]:
        yield _index(team, service.teams.store(team), shared, gone=team not in named)


def _index(
    team: str, store: SnapshotStore | None, shared: Snapshot | None, *, gone: bool
) -> Finding:
    from index.snapshot import SnapshotError

    subject, build = f"index of {team}", f"run `rust-or-not index build --team {team}`"
    try:
        if store is None or store.chosen_id() is None:
            return Finding(subject, "not built yet, so the shared one answers", build)
        store.follow()
        snapshot = store.open_current()
    except (SnapshotError, OSError) as error:
        what = str(error).partition("; ")[0]
        return Finding(subject, f"{what}; the shared one answers", build)
    if gone:
        remedy = "put it back, or run `rust-or-not index build`, which removes the index"
        return Finding(subject, f"{snapshot.id}, but its folder is gone", remedy)
    if fault := _fault(snapshot, shared):
        return Finding(subject, f"{snapshot.id} {fault}", build)
    return Finding(subject, f"{snapshot.id}, {len(snapshot)} passages, whole")


def _fault(snapshot: Snapshot, shared: Snapshot | None) -> str:
    """What is wrong with the index of a workspace's own; empty where nothing is."""
    from index.snapshot import damaged_files

    if damaged := damaged_files(snapshot.folder):
        return f"is damaged: {', '.join(damaged)}"
    if not snapshot.manifest.cut_by_this_version:
        return "is of another version of this program, so the shared one answers"
    if shared is not None and not _documents(shared) <= _documents(snapshot):
        return "lacks what the shared index has"
    return ""


def _opened(store: SnapshotStore) -> Snapshot | None:
    """None where `doctor` has told of the shared one already."""
    from index.snapshot import SnapshotError

    try:
        return store.open_current()
    except (SnapshotError, OSError):
        return None


def _documents(snapshot: Snapshot) -> set[tuple[str, str, str]]:
    return {(record.root, record.path, record.sha256) for record in snapshot.documents()}
