"""A rebuild with everything that is told of it: documents, passages, past verdicts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.logs import get_logger
from bot.office import Office
from bot.recheck import Changed, recheck
from bot.service import Service
from index.build import Report
from index.gather import Progress
from index.snapshot import BUILT_IN, SnapshotError, read_manifest
from index.store import SnapshotStore

log = get_logger(__name__)

_VERDICTS = 50
"""The latest verdicts that are asked again."""


@dataclass(frozen=True)
class Passages:
    """What became of the passages of the snapshot before; a changed one is gone and new."""

    added: int
    removed: int


@dataclass(frozen=True)
class Verdicts:
    """How many past verdicts were asked again, and those that would be different now.

    `failed` is a reference for the log, where they could not be compared.
    """

    asked: int = 0
    changed: Sequence[Changed] = ()
    failed: str = ""


@dataclass(frozen=True)
class Outcome:
    """`serving` is true where this process answers from the new snapshot; the last two are None
    where nothing had changed."""

    report: Report
    serving: bool
    passages: Passages | None = None
    verdicts: Verdicts | None = None


class Rebuilding:
    """One rebuild; calling it does the work. Raises what `index.build.build` does."""

    def __init__(self, office: Office, team: str, progress: Progress) -> None:
        self._office, self._team, self._progress = office, team, progress

    def __call__(self) -> Outcome:
        service = self._office.service
        before = _keys(service.store)
        report = service.build_index(folders_of(service), self._progress)
        if not report.switched:
            return Outcome(report, serving=True)
        after = _keys(service.store)
        passages = Passages(len(after - before), len(before - after))
        serving = service.advisor.desk.snapshot.id == report.snapshot
        return Outcome(report, serving, passages, self._verdicts() if serving else None)

    def _verdicts(self) -> Verdicts:
        try:
            past = self._office.store.verdicts(self._team, _VERDICTS)
            changed: list[Changed] = []
            for done, found in enumerate(recheck(self._office.advisor, past), start=1):
                changed += [found] if found is not None else []
                self._progress("comparing", done, len(past))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("past verdicts not compared", reference=reference)
            return Verdicts(failed=reference)
        return Verdicts(len(past), changed)


def folders_of(service: Service) -> list[Path]:
    """The folders that the settings name, or else those of the index as it is.

    What was added on the command line is not lost by a rebuild from Slack.
    """
    if service.settings.docs:
        return list(service.settings.docs)
    current = service.store.current_id()
    try:
        roots = read_manifest(service.store.path(current)).roots if current else {}
    except SnapshotError:
        return []
    return [Path(root) for name, root in roots.items() if name != BUILT_IN]


def _keys(store: SnapshotStore) -> set[str]:
    """The passages of the current snapshot, by what was embedded; none before the first build."""
    try:
        with closing(store.open_current()) as snapshot:
            return set(snapshot.keys())
    except SnapshotError:
        return set()
