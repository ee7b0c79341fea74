"""Builds: of the shared index with all that rests on it, and of a workspace's own."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.service import Service
from bot.snapshots import teams_stored
from index.build import BuildRefused, Report
from index.gather import Progress, silent
from index.snapshot import BUILT_IN, SnapshotError, read_manifest
from index.store import BuildInProgress
from knowledge.faults import ContentError

_TROUBLES = (
    BuildRefused,
    BuildInProgress,
    ContentError,
    SnapshotError,
    OSError,
    SQLAlchemyError,
)
"""What keeps one index from being built, and is no reason not to build the next one."""


@dataclass(frozen=True, slots=True)
class Along:
    """What became of a workspace's own index; neither where it was removed with its folder."""

    team: str
    report: Report | None = None
    trouble: Exception | None = None


def folders_of(service: Service, team: str = "") -> list[Path]:
    """The folders that the settings name, or else those of the shared index as it is, and then
    the workspace's own.

    What was added on the command line is not lost by a rebuild from Slack.
    """
    docs = service.teams.docs
    own = [docs.folder(team)] if docs and team else []
    return [*(service.settings.docs or _folders_as_built(service)), *own]


def build_along(
    service: Service,
    folders: Sequence[Path],
    progress: Progress = silent,
    but: Container[str] = (),
) -> Iterator[Along]:
    """After a build of the shared index from these folders: each workspace's own, one by one.

    So a new release, or a shared document, reaches them too. Where a folder is gone, the index is
    removed. Raises `NotADirectoryError` where the folder of all of them is not there, `NotApart`,
    and what reaching the store raises.
    """
    docs = service.teams.docs
    if docs is None:
        return
    teams = docs.teams()
    for team in sorted({*teams, *teams_stored(service.settings)}):
        if team in but:
            continue
        try:
            if team in teams:
                yield Along(team, service.build_own(team, folders, progress))
            else:
                service.teams.remove(team)
                yield Along(team)
        except _TROUBLES as trouble:
            yield Along(team, trouble=trouble)


def _folders_as_built(service: Service) -> list[Path]:
    current = service.store.current_id()
    try:
        roots = read_manifest(service.store.path(current)).roots if current else {}
    except SnapshotError:
        return []
    return [Path(root) for name, root in roots.items() if name != BUILT_IN]
