"""`rust-or-not eval`: the bot's measured figures on the project's own labelled questions."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.failures import Exit, Failure
from bot.cli.options import Data, settings


def evaluate(
    labels: Annotated[
        Path | None, typer.Argument(help="Labelled questions; the project's own by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    misses: Annotated[bool, typer.Option("--misses", help="Print what was missed.")] = False,
    data: Data = None,
) -> None:
    """Ask every labelled question and print how the answers fared."""
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from bot.evaluation import QUESTIONS
    from bot.evaluation.questions import load_labels
    from bot.evaluation.score import evaluate as run
    from bot.evaluation.score import figures
    from bot.service import Service
    from knowledge.faults import ContentError

    advisor = Service(settings(data)).advisor
    try:
        questions = load_labels(labels or QUESTIONS)
    except (ContentError, OSError) as error:
        raise Failure(f"the labelled questions cannot be used: {error}", Exit.BAD_INPUT) from error
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("asking", total=len(questions))
        tally = run(advisor, questions, lambda: bar.advance(task))
    found = {"snapshot": advisor.desk.snapshot.id, **figures(tally)}
    if misses:
        for figure, name, detail in sorted(tally.misses):
            print(f"{figure}\t{name}\t{detail}", file=sys.stderr)
    if as_json:
        print(json.dumps(found))
        return
    table = Table.grid(padding=(0, 2))
    for name, value in found.items():
        table.add_row(name, "-" if value is None else str(value))
    Console(highlight=False).print(table)
