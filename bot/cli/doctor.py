"""`rust-or-not doctor`: what is set, what is missing, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer
from pydantic import SecretStr

from bot.cli.doctor_slack import database, slack
from bot.cli.doctor_teams import teams
from bot.cli.failures import Exit
from bot.cli.finding import Finding
from bot.cli.options import Data, settings

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.store import SnapshotStore


def doctor(data: Data = None) -> None:
    """Say what is set up, what is missing, and how to mend it. Prints no secret."""
    from rich.console import Console
    from rich.text import Text

    chosen = settings(data)
    console = Console(highlight=False, soft_wrap=True)
    findings = [finding for check in _CHECKS for finding in check(chosen)]
    for finding in findings:
        mark = ("ok", "green") if finding.remedy is None else ("!!", "red")
        console.print(Text.assemble(mark, f"  {finding.subject}: {finding.state}"))
        if finding.remedy:
            console.print(Text(f"    → {finding.remedy}", style="yellow"))
    console.print()
    for name, state, purpose in _described(chosen):
        console.print(Text.assemble((name, "bold"), f": {state}"))
        console.print(Text(f"    {purpose}", style="dim"))
    if any(finding.remedy for finding in findings):
        raise typer.Exit(int(Exit.FOUND_FAULTS))


def _content(chosen: Settings) -> Iterator[Finding]:
    from knowledge.check import check

    faults = check()
    if faults:
        count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
        yield Finding("content", count, "run `rust-or-not knowledge check`")
    else:
        yield Finding("content", "sound")


def _models(chosen: Settings) -> Iterator[Finding]:
    from bot.service import encoder_is_current, reader_is_current

    remedy = "run `rust-or-not setup` where the `build` extra is installed"
    if encoder_is_current(chosen):
        yield Finding("embedding model", f"{chosen.model}, exported")
    else:
        yield Finding("embedding model", f"{chosen.model} is not exported", remedy)
    if reader_is_current(chosen):
        yield Finding("reader", "exported from this version's weights")
    else:
        yield Finding("reader", "not exported, or from another version", remedy)


def _snapshot(chosen: Settings) -> Iterator[Finding]:
    from bot.advisor.desk import unbacked
    from bot.snapshots import open_store
    from index.encoder import ModelCard
    from index.snapshot import SnapshotError, damaged_files
    from index.store import SnapshotStore
    from knowledge.content import load_checklist

    try:
        if chosen.snapshot_address is not None:
            yield from _shared(open_store(chosen))
        snapshot = SnapshotStore(chosen.snapshots).open_current()
    except SnapshotError as error:
        what, _, remedy = str(error).partition("; ")
        yield Finding("snapshot", what, remedy or "run `rust-or-not index build`")
        return
    damaged = damaged_files(snapshot.folder)
    if damaged:
        yield Finding(
            "snapshot",
            f"{snapshot.id} is damaged: {', '.join(damaged)}",
            "run `rust-or-not index rollback`, or `rust-or-not index build`",
        )
        return
    yield Finding("snapshot", f"{snapshot.id}, {len(snapshot)} passages, whole")
    if not snapshot.manifest.cut_by_this_version:
        remedy = "run `rust-or-not index build`"
        yield Finding("version of the snapshot", "another one than this program's", remedy)
    if lacking := ", ".join(unbacked(snapshot, load_checklist())):
        remedy = "run `rust-or-not index build`"
        yield Finding("sentences that verdicts rest on", f"missing for {lacking}", remedy)
    try:
        card = ModelCard.read(chosen.encoder_folder)
    except (FileNotFoundError, ValueError, TypeError):
        return  # `_models` has told
    if snapshot.manifest.model_fingerprint != card.fingerprint:
        yield Finding(
            "model of the snapshot",
            f"{snapshot.manifest.model}, not {card.name}",
            "run `rust-or-not index build`",
        )


def _shared(store: SnapshotStore) -> Iterator[Finding]:
    """The store that the copy here is of; a copy that is behind is brought up to date."""
    from index.snapshot import SnapshotError

    try:
        wanted = store.chosen_id()
        if wanted is None:
            yield Finding("snapshot store", "empty", "run `rust-or-not index build`")
        else:
            store.follow()
            yield Finding("snapshot store", f"in reach, {wanted} in use")
    except (SnapshotError, OSError) as error:
        what, _, remedy = str(error).partition("; ")
        yield Finding("snapshot store", what, remedy or "check RUST_OR_NOT_SNAPSHOTS")


def _folders(chosen: Settings) -> Iterator[Finding]:
    for folder in chosen.docs:
        if folder.is_dir():
            yield Finding("documents", str(folder))
        else:
            remedy = "create it, or mend RUST_OR_NOT_DOCS"
            yield Finding("documents", f"{folder} is not a folder", remedy)


_CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _content,
    _models,
    _snapshot,
    _folders,
    teams,
    slack,
    database,
)


def _described(chosen: Settings) -> Iterator[tuple[str, str, str]]:
    """Every setting with its state and purpose; of a secret only whether it is set."""
    for name, field in type(chosen).model_fields.items():
        value = getattr(chosen, name)
        if value is None:
            state = "not set"
        elif isinstance(value, SecretStr):
            state = "set"
        elif isinstance(value, tuple):
            state = ", ".join(map(str, value)) or "none"
        else:
            state = str(value)
        yield field.alias or name, state, field.description or ""
