"""`rust-or-not`: the commands in one place. Heavy imports happen inside the commands."""

from __future__ import annotations

import io
import os
import sys

import typer

from bot.cli.ask import ask
from bot.cli.chat import chat
from bot.cli.doctor import doctor
from bot.cli.evaluate import evaluate
from bot.cli.failures import Failure, explained
from bot.cli.index import app as index_app
from bot.cli.keys import app as keys_app
from bot.cli.knowledge import app as knowledge_app
from bot.cli.manifest import manifest
from bot.cli.run import run
from bot.cli.serve import serve
from bot.cli.setup import setup

app = typer.Typer(
    name="rust-or-not",
    help="Should we use Rust here? Answers with cited guidance and a filled-in checklist.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(ask)
app.command()(chat)
app.command()(serve)
app.command()(run)
app.command()(manifest)
app.command()(setup)
app.add_typer(index_app, name="index")
app.add_typer(knowledge_app, name="knowledge")
app.add_typer(keys_app, name="keys")
app.command("eval")(evaluate)
app.command()(doctor)


def main() -> None:
    """Run a command. What a user did wrong becomes one clear message and an exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        _run()
    except Failure as failure:
        print(f"rust-or-not: {failure}", file=sys.stderr)
        raise SystemExit(failure.code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        _discard_output()
        raise SystemExit(0) from None
    except Exception as error:
        known = explained(error)
        if known is None:
            raise
        print(f"rust-or-not: {known}", file=sys.stderr)
        raise SystemExit(known.code) from None


def _run() -> None:
    """The command, and what it printed on its way: a full disk or a closed pipe shows only then."""
    try:
        app()
    except SystemExit as ended:
        # Typer ends with 1 where nobody reads any more, which here means that a check found faults.
        if isinstance(ended.__context__, BrokenPipeError):
            raise ended.__context__ from None
        raise
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()


def _discard_output() -> None:
    """Nobody reads any more: keep Python from saying so when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
