"""`rust-or-not index`: build, look, go back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.failures import Exit, Failure, explained
from bot.cli.options import Data, Docs, Team, settings

if TYPE_CHECKING:
    from bot.building import Along
    from bot.service import Service
    from bot.settings import Settings
    from index.build import Report
    from index.gather import Progress
    from index.store import SnapshotStore

app = typer.Typer(help="Build, look at and roll back the index.", no_args_is_help=True)
_MOST_NAMES = 20


@app.command()
def build(
    docs: Docs = None,
    forget_docs: Annotated[
        bool, typer.Option("--forget-docs", help="Leave out what an earlier --docs added.")
    ] = False,
    team: Team = None,
    data: Data = None,
) -> None:
    """Build a new snapshot and switch to it. Only what changed is embedded anew.

    The folders of the index as it is are read again, or those of RUST_OR_NOT_DOCS where that is
    set. The indexes of workspaces with documents of their own are brought along, and those removed
    whose folder is gone. With --team that of one workspace alone is built.

    Example: rust-or-not index build --docs handbook --docs ~/decisions
    """
    from bot.service import Service, prepare_models

    chosen = settings(data)
    if team and docs:
        own = "put the documents of one workspace into its folder in RUST_OR_NOT_TEAM_DOCS"
        raise Failure(f"--docs are for all workspaces, not for --team; {own}", Exit.BAD_INPUT)
    if team:
        _check(chosen, team)
    prepare_models(chosen, lambda line: print(line, file=sys.stderr))
    service = Service(chosen)
    if team:
        _print_report(_build_own(service, team))
    else:
        folders = [*chosen.docs, *(docs or ())] if forget_docs else documents(service, docs)
        bring_all_up_to_date(service, folders, _print_report)


@app.command()
def status(
    team: Team = None,
    data: Data = None,
    verify: Annotated[bool, typer.Option(help="Check every file of every snapshot.")] = False,
) -> None:
    """Show the snapshots, the current one marked."""
    from bot.snapshots import open_store, teams_stored

    chosen = settings(data)
    store = open_store(chosen, team)
    current = store.chosen_id()
    manifests = store.manifests()
    if not manifests and team:
        print(f"{team} has no index of its own, so the shared one answers.")
    elif not manifests:
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
        if manifest.id == current and (lacking := _lacking(store)):
            print(f"    without what verdicts rest on for {lacking}: run `rust-or-not index build`")
        if verify:
            damaged = store.damage(manifest.id)
            print(f"    damaged: {', '.join(damaged)}" if damaged else "    all files are whole")
    if not team and (others := teams_stored(chosen)):
        print(f"Workspaces with an index of their own (--team shows it): {', '.join(others)}")


def _lacking(store: SnapshotStore) -> str:
    """The criteria whose sentences the snapshot in use lacks; none where it cannot be opened, which
    `doctor` and whoever answers from it tell."""
    from bot.advisor.desk import unbacked
    from index.snapshot import SnapshotError
    from knowledge.content import load_checklist

    try:
        return ", ".join(unbacked(store.open_current(), load_checklist()))
    except (SnapshotError, OSError):
        return ""


@app.command()
def rollback(team: Team = None, data: Data = None) -> None:
    """Go back to the snapshot before the current one."""
    from bot.snapshots import open_store

    manifest = open_store(settings(data), team).rollback()
    print(f"Now serving {manifest.id}, built {manifest.built:%Y-%m-%d %H:%M} UTC.")


@app.command()
def remove(
    team: Annotated[str, typer.Option("--team", help="The workspace, by its id (T...).")],
    data: Data = None,
) -> None:
    """Delete a workspace's own index, every snapshot of it: the shared one answers it then.

    Its documents stay. Where they still lie in its folder, the next build makes a new index.
    """
    from bot.snapshots import open_store

    open_store(settings(data), team).remove()
    print(f"{team} has no index of its own any more.")


def documents(service: Service, added: Sequence[Path] | None = None) -> list[Path]:
    """The folders that a build reads, and those that --docs adds. Raises `Failure` where one is
    gone that the index was built with."""
    from bot.building import folders_of

    kept = folders_of(service)
    if gone := [one for one in kept if one not in service.settings.docs and not one.is_dir()]:
        raise Failure(
            f"{gone[0]} is not there, and the index was built with it; put it back, or leave it "
            "out: rust-or-not index build --forget-docs",
            Exit.BAD_INPUT,
        )
    resolved = [one.expanduser().resolve() for one in kept]
    return [*kept, *(one for one in added or () if one.expanduser().resolve() not in resolved)]


def bring_up_to_date(service: Service, folders: Sequence[Path]) -> Report:
    """Build the shared index with a progress bar on standard error."""
    with _bar() as progress:
        report = service.build_index(folders, progress)
    _print_left_out(report)
    return report


def bring_all_up_to_date(
    service: Service,
    folders: Sequence[Path],
    told: Callable[[Report], None] = lambda report: None,
) -> None:
    """Build the shared index, and those of workspaces with documents of their own, with a progress
    bar on standard error. Raises `Failure` where one of those could not be built."""
    from bot.building import build_along

    told(bring_up_to_date(service, folders))
    with _bar() as progress:
        along = list(build_along(service, folders, progress))
    for one in along:
        _print_along(one)
    if failed := [one.team for one in along if one.trouble is not None]:
        raise Failure(
            f"not built: the own index of {', '.join(failed)}; it goes on answering as before",
            Exit.BUILD_FAILED,
        )


def _check(chosen: Settings, team: str) -> None:
    """Raises `NoTeam`, and `Failure` where no workspace has documents of its own."""
    from bot.team_docs import SETTING, TeamDocs

    if chosen.team_docs is None:
        what = f"set {SETTING} to the folder that holds one for each workspace"
        raise Failure(f"no workspace has documents of its own here; {what}", Exit.BAD_INPUT)
    TeamDocs(chosen.team_docs).folder(team)


def _build_own(service: Service, team: str) -> Report:
    from bot.building import folders_of

    with _bar() as progress:
        report = service.build_own(team, folders_of(service), progress)
    _print_left_out(report)
    return report


def _print_along(one: Along) -> None:
    if one.report is not None:
        _print_left_out(one.report)
        built = f"now serving {one.report.snapshot}, {one.report.embedded} passages embedded anew"
        print(f"{one.team}: {built if one.report.switched else 'nothing changed'}")
    elif one.trouble is None:
        print(f"{one.team}: its folder is gone, so its index is removed; the shared one answers")
    else:
        print(f"{one.team}: {explained(one.trouble) or one.trouble}", file=sys.stderr)


def _print_left_out(report: Report) -> None:
    for item in (*report.skipped, *report.kept):
        kept = "; its last readable version is kept" if item in report.kept else ""
        print(f"skipped {item.path}: {item.reason}{kept}", file=sys.stderr)


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
