"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of snapshots and models.", show_default=False),
]
Docs = Annotated[
    list[Path] | None,
    typer.Option(
        "--docs",
        help="Add a folder of your own documents (repeatable) to those of the index.",
        show_default=False,
    ),
]
Team = Annotated[
    str | None,
    typer.Option(
        "--team",
        help="The index of one workspace's own, by its id (T...), instead of the shared one.",
        show_default=False,
    ),
]


def settings(data: Path | None = None) -> Settings:
    """Settings from the environment, with the data folder of the command line first."""
    from bot.settings import Settings

    loaded = Settings.model_validate({})
    return loaded.model_copy(update={"data": data}) if data else loaded
