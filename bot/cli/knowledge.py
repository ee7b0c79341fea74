"""`rust-or-not knowledge`: the content behind the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.failures import Exit

app = typer.Typer(help="Check the packaged content.", no_args_is_help=True)


@app.callback()
def knowledge() -> None:
    """Check the packaged content."""


@app.command()
def check(
    root: Annotated[
        Path | None, typer.Argument(help="Content folder; the packaged one by default.")
    ] = None,
) -> None:
    """Validate all content and name file and line of each fault."""
    from knowledge import CONTENT
    from knowledge.check import check as check_content

    if root is not None and not root.is_dir():
        raise NotADirectoryError(f"{root} is not a folder of content")
    faults = check_content(root or CONTENT)
    for fault in faults:
        print(fault)
    if faults:
        print("one fault" if len(faults) == 1 else f"{len(faults)} faults")
        raise typer.Exit(int(Exit.FOUND_FAULTS))
    print("The content is sound.")
