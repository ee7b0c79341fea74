"""`rust-or-not keys`: what the tokens of installed workspaces are encrypted with."""

from __future__ import annotations

import typer

from bot.cli.failures import Exit, Failure
from bot.cli.options import Data, settings

app = typer.Typer(
    help="Keys that encrypt the tokens of installed workspaces.", no_args_is_help=True
)


@app.command()
def new() -> None:
    """Print a new key, for RUST_OR_NOT_TOKEN_KEYS.

    rust-or-not keys new
    """
    from bot.store.sealing import new_key

    print(new_key())


@app.command()
def reseal(data: Data = None) -> None:
    """Encrypt every token anew, with the first key of RUST_OR_NOT_TOKEN_KEYS.

    To exchange a key: put a comma and the new one behind the old one in every process, start each
    anew, put the new one in front, start each anew, reseal, and take the old one away.
    """
    from bot.slack.app import open_workspaces
    from bot.store.database import connect, migrate
    from bot.store.sealing import KeyFault

    chosen = settings(data)
    engine = connect(chosen.database)
    migrate(engine)
    try:
        workspaces = open_workspaces(chosen, engine)
    except KeyFault as fault:
        raise Failure(f"{fault}; {fault.remedy}", Exit.BAD_INPUT) from None
    if workspaces is None:
        what = "one workspace is served, by SLACK_BOT_TOKEN: there are no tokens in the database"
        raise Failure(what, Exit.BAD_INPUT)
    print(f"Sealed anew: {workspaces.installations.reseal()}")
