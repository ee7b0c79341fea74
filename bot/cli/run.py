"""`rust-or-not run`: what `make run` starts."""

from __future__ import annotations

from bot.cli.chat import chat
from bot.cli.options import settings
from bot.cli.serve import serve_with


def run() -> None:
    """Serve Slack where its tokens are set, in the environment or in .env; else chat here."""
    from bot.serving.needs import connected

    chosen = settings()
    if connected(chosen):
        serve_with(chosen, "127.0.0.1", None)
    else:
        chat()
