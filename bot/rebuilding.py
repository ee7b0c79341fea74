"""A rebuild with everything that is told of it: documents, passages, past verdicts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.building import build_along, folders_of
from bot.logs import get_logger
from bot.office import Office
from bot.recheck import Changed, recheck
from index.build import Report
from index.gather import Progress
from index.snapshot import SnapshotError
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
class Others:
    """Of other workspaces' own indexes: how many were brought along, and how many could not be.

    `reference` is for the log, which tells whose and why.
    """

    done: int = 0
    failed: int = 0
    reference: str = ""


@dataclass(frozen=True)
class Outcome:
    """Of the index that the workspace is answered from; `own` where no other is.

    `serving` is true where this process answers from the new snapshot; `passages` and `verdicts`
    are None where nothing had changed, `others` where none were to be brought along.
    """

    report: Report
    serving: bool
    passages: Passages | None = None
    verdicts: Verdicts | None = None
    own: bool = False
    others: Others | None = None


class Rebuilding:
    """One rebuild, asked for in a workspace; calling it does the work.

    Of the `whole`, the shared index and all that rest on it, or of that workspace's own alone.
    Raises what `index.build.build` does, and `NotApart`.
    """

    def __init__(
        self, office: Office, team: str, progress: Progress, *, whole: bool = True
    ) -> None:
        self._office, self._team, self._progress = office, team, progress
        self._whole = whole

    def __call__(self) -> Outcome:
        service = self._office.service
        before = _keys(service.stores_of(self._team)[0])
        docs, others = service.teams.docs, None
        own = not self._whole or (docs is not None and docs.has(self._team))
        if self._whole:
            shared = folders_of(service)
            report = service.build_index(shared, self._progress)
            others = self._bring_along(shared, but=[self._team] if own else [])
        if own:
            report = service.build_own(self._team, folders_of(service), self._progress)
        if not report.switched:
            return Outcome(report, serving=True, own=own, others=others)
        after = _keys(service.stores_of(self._team)[0])
        passages = Passages(len(after - before), len(before - after))
        serving = self._office.advisor(self._team).desk.snapshot.id == report.snapshot
        verdicts = self._verdicts() if serving else None
        return Outcome(report, serving, passages, verdicts, own, others)

    def _bring_along(self, shared: Sequence[Path], but: Sequence[str]) -> Others | None:
        """The indexes of other workspaces. Of their documents nothing is told here."""
        done, failed, reference = 0, 0, secrets.token_hex(4)

        def moved(_stage: str, _done: int, _total: int) -> None:
            self._progress("others", done + failed, 0)

        for one in build_along(self._office.service, shared, moved, but):
            if one.trouble is None:
                done += 1
                continue
            failed += 1
            log.error(
                "a workspace's own index was not built",
                team=one.team,
                reference=reference,
                exc_info=one.trouble,
            )
        return Others(done, failed, reference) if done or failed else None

    def _verdicts(self) -> Verdicts:
        try:
            past = self._office.store.verdicts(self._team, _VERDICTS)
            advisor, changed = self._office.advisor(self._team), list[Changed]()
            for done, found in enumerate(recheck(advisor, past), start=1):
                changed += [found] if found is not None else []
                self._progress("comparing", done, len(past))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("past verdicts not compared", reference=reference)
            return Verdicts(failed=reference)
        return Verdicts(len(past), changed)


def _keys(store: SnapshotStore) -> set[str]:
    """The passages of the current snapshot, by what was embedded; none before the first build."""
    try:
        with closing(store.open_current()) as snapshot:
            return set(snapshot.keys())
    except SnapshotError:
        return set()
