"""`rust-or-not index`: build, look, go back."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Data, Docs, settings

if TYPE_CHECKING:
    from bot.service import Service
    from index.build import Report
    from index.gather import Progress

app = typer.Typer(help="Build, look at and roll back the index.", no_args_is_help=True)
_MOST_NAMES = 20


@app.command()
def build(docs: Docs = None, data: Data = None) -> None:
    """Build a new snapshot and switch to it. Only what changed is embedded anew.

    Example: rust-or-not index build --docs handbook --docs ~/decisions
    """
    from bot.service import Service, prepare_models

    chosen = settings(data)
    prepare_models(chosen, lambda line: print(line, file=sys.stderr))
    report = bring_up_to_date(Service(chosen), [*chosen.docs, *(docs or ())])
    _print_report(report)


@app.command()
def status(
    data: Data = None,
    verify: Annotated[bool, typer.Option(help="Check every file of every snapshot.")] = False,
) -> None:
    """Show the snapshots, the current one marked."""
    from bot.snapshots import open_store

    store = open_store(settings(data))
    current = store.chosen_id()
    manifests = store.manifests()
    if not manifests:
        print("There is no index yet; run `rust-or-not index build`.")
    for manifest in manifests:
        mark = "*" if manifest.id == current else " "
        counts = manifest.counts
        print(
            f"{mark} {manifest.id}  {manifest.built:%Y-%m-%d %H:%M} UTC  "
            f"{counts.documents} documents, {counts.passages} passages, {counts.cases} cases, "
            f"{manifest.model}"
        )
        for name, folder in manifest.roots.items():
            print(f"    {name}: {folder}")
        if verify:
            damaged = store.damage(manifest.id)
            print(f"    damaged: {', '.join(damaged)}" if damaged else "    all files are whole")


@app.command()
def rollback(data: Data = None) -> None:
    """Go back to the snapshot before the current one."""
    from bot.snapshots import open_store

    manifest = open_store(settings(data)).rollback()
    print(f"Now serving {manifest.id}, built {manifest.built:%Y-%m-%d %H:%M} UTC.")


def bring_up_to_date(service: Service, folders: Sequence[Path]) -> Report:
    """Build with a progress bar on standard error."""
    with _bar() as progress:
        report = service.build_index(folders, progress)
    for item in (*report.skipped, *report.kept):
        kept = "; its last readable version is kept" if item in report.kept else ""
        print(f"skipped {item.path}: {item.reason}{kept}", file=sys.stderr)
    return report


def _print_report(report: Report) -> None:
    if not report.switched:
        print(f"Nothing changed; {report.snapshot} goes on serving.")
        return
    for title, names in (
        ("added", report.added),
        ("changed", report.changed),
        ("removed", report.removed),
    ):
        shown = ", ".join(names[:_MOST_NAMES])
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        print(f"{title}: {len(names)}" + (f" ({shown}{more})" if names else ""))
    print(f"unchanged: {report.unchanged}")
    print(f"{report.passages} passages, {report.embedded} embedded anew")
    print(f"Now serving {report.snapshot}.")


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("reading", total=None)

        def progress(stage: str, done: int, total: int) -> None:
            bar.update(task, description=stage, completed=done, total=total or None)

        yield progress
