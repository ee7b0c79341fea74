"""`rust-or-not manifest`: what api.slack.com is told of the app."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.failures import Exit, Failure

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="The https address at which Slack reaches the bot; Socket Mode without it.",
        show_default=False,
    ),
]

InstallUrl = Annotated[
    str | None,
    typer.Option(
        "--install-url",
        help="The https address at which several workspaces install the bot.",
        show_default=False,
    ),
]


def manifest(
    url: Url = None,
    install_url: InstallUrl = None,
    json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False,
) -> None:
    """Print the manifest to create the Slack app from (api.slack.com/apps).

    Socket Mode:  rust-or-not manifest

    HTTP:         rust-or-not manifest --url https://bot.example.com

    For several workspaces, either one with --install-url https://bot.example.com
    """
    from bot.slack.manifest import load_manifest

    chosen = load_manifest()
    try:
        if install_url is not None:
            chosen = chosen.installed_from(install_url)
        if url is not None:
            chosen = chosen.at(url)
    except ValueError as error:
        raise Failure(str(error), Exit.BAD_INPUT) from None
    print(chosen.as_json() if json else chosen.as_yaml().rstrip())
