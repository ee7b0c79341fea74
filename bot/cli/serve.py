"""`rust-or-not serve`: the bot in Slack."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.failures import Exit, Failure
from bot.cli.options import Data, settings

if TYPE_CHECKING:
    from bot.settings import Settings

GUIDE = "The README, under “Slack”, goes through it step by step; `rust-or-not doctor` checks it."


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="The port to listen on: 3000 for HTTP and for several workspaces; none in Socket "
            "Mode with one, where it serves the health checks only.",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Serve Slack, until SIGTERM or Ctrl-C.

    Socket Mode where SLACK_APP_TOKEN is set; else HTTP at /slack/events, for requests signed with
    SLACK_SIGNING_SECRET. One workspace with SLACK_BOT_TOKEN; with SLACK_CLIENT_ID and
    SLACK_CLIENT_SECRET instead, every workspace that installs it at /slack/install. /healthz and
    /readyz tell whether it is alive, and ready.
    """
    serve_with(settings(data), host, port)


def serve_with(chosen: Settings, host: str, port: int | None) -> None:
    from bot.serving.heaps import few_heaps

    few_heaps()

    from bot import logs
    from bot.serving.needs import needs
    from bot.serving.server import serve as run
    from bot.slack.identity import SlackRefused
    from bot.store.sealing import KeyFault

    faults = needs(chosen)
    if faults:
        lines = [f"{need.setting} {need.fault}: {need.remedy}" for need in faults]
        raise Failure("\n".join(["Slack is not set up here:", *lines, GUIDE]), Exit.BAD_INPUT)
    logs.configure(chosen.log_level, contents=chosen.log_contents)
    try:
        finished = run(chosen, host, port)
    except (SlackRefused, KeyFault) as refused:
        raise Failure(f"{refused}; {refused.remedy}", Exit.BAD_INPUT) from None
    if not finished:
        os._exit(Exit.FOUND_FAULTS)  # threads that hang would keep the process alive
