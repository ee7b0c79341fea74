"""`rust-or-not eval`: the bot's measured figures on the project's own labelled questions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.failures import Exit, Failure
from bot.cli.options import Data, settings

if TYPE_CHECKING:
    from rich.table import Table

    from bot.evaluation.questions import Label
    from bot.evaluation.score import Tally


def evaluate(
    labels: Annotated[
        Path | None, typer.Argument(help="Labelled questions; the project's two sets by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    misses: Annotated[bool, typer.Option("--misses", help="Print what was missed.")] = False,
    details: Annotated[
        bool, typer.Option("--details", help="Add figures by criterion, ring and confidence.")
    ] = False,
    save: Annotated[
        bool, typer.Option("--save", help="Keep the figures, for the bot's Home in Slack.")
    ] = False,
    data: Data = None,
) -> None:
    """Ask every labelled question and print how the answers fared."""
    from datetime import UTC, datetime

    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from bot.evaluation import SETS
    from bot.evaluation.measured import Measured, save_measured
    from bot.evaluation.questions import load_labels
    from bot.evaluation.score import evaluate as run
    from bot.evaluation.score import figures, joined
    from bot.service import Service
    from knowledge.faults import ContentError

    chosen = settings(data)
    advisor = Service(chosen).advisor
    try:
        sets = {labels.name: load_labels(labels)} if labels else _own(SETS)
    except (ContentError, OSError) as error:
        raise Failure(f"the labelled questions cannot be used: {error}", Exit.BAD_INPUT) from error
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("asking", total=sum(map(len, sets.values())))
        tallies = {
            name: run(advisor, questions, lambda: bar.advance(task))
            for name, questions in sets.items()
        }
    tally = joined(tallies.values())
    summary, snapshot = figures(tally), advisor.desk.snapshot.id
    by_set = {name: figures(part) for name, part in tallies.items()} if len(tallies) > 1 else {}
    found = {"snapshot": snapshot, **summary}
    if save:
        now = datetime.now(UTC)
        place = save_measured(
            chosen.data, Measured(snapshot=snapshot, measured_at=now, figures=summary)
        )
        print(f"Saved in {place}.", file=sys.stderr)
    if misses:
        for figure, name, detail in sorted(tally.misses):
            print(f"{figure}\t{name}\t{detail}", file=sys.stderr)
    if as_json:
        print(json.dumps(found | {"by_set": by_set} if by_set else found))
        return
    table = Table.grid(padding=(0, 2))
    if by_set:
        table.add_row("", "all", *by_set)
    for name, value in found.items():
        parts = [part[name] for part in by_set.values() if name in part]
        table.add_row(name, *("-" if one is None else str(one) for one in (value, *parts)))
    out = Console(highlight=False)
    out.print(table)
    if details:
        for part in (*_detailed(tally), *_reliable(tallies)):
            out.print(part)


def _own(files: dict[str, Path]) -> dict[str, list[Label]]:
    from bot.evaluation.questions import load_labels

    return {name: load_labels(file) for name, file in files.items()}


def _detailed(tally: Tally) -> Iterator[Table]:
    from rich.table import Table

    from bot.evaluation.details import by_criterion, by_ring
    from knowledge.model import Ring

    table = Table("criterion", "stated", "read", "right", "F1", title="Signals")
    for row in by_criterion(tally):
        f1 = "-" if row.f1 is None else f"{row.f1:.2f}"
        table.add_row(row.criterion.value, str(row.stated), str(row.read), str(row.right), f1)
    yield table
    table = Table("labelled", *(f"judged {ring.value}" for ring in Ring), title="Rings")
    for ring in by_ring(tally):
        table.add_row(ring.ring.value, *(str(ring.judged[judged]) for judged in Ring))
    yield table


def _reliable(tallies: Mapping[str, Tally]) -> Iterator[Table]:
    """How far a confidence can be taken at its word, for each set of questions."""
    from rich.table import Table

    from bot.evaluation.reliability import reliability

    for name, tally in tallies.items():
        for what, pairs in (("ring", tally.confidences), ("signals read", tally.signals)):
            table = Table(
                "number", "mean confidence", "right", title=f"Reliability: {what}, {name}"
            )
            for part in reliability(pairs):
                table.add_row(str(part.number), f"{part.confidence:.2f}", f"{part.right:.2f}")
            yield table
