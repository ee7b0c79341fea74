"""A rebuild that was cut off with its process: its message says so when the next one starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.logs import get_logger
from bot.slack.blocks.rebuild import interrupted_message
from bot.slack.posting import change

log = get_logger(__name__)

_FILE = "rebuild-under-way.json"


class UnderWay(BaseModel):
    """Where the progress of a rebuild stands in Slack."""

    model_config = ConfigDict(frozen=True)

    team: str
    channel: str
    ts: str


def note(data: Path, progress: UnderWay) -> None:
    """Remember it in the data folder. A disk that is full does not hinder the rebuild."""
    try:
        (data / _FILE).write_text(progress.model_dump_json(), "utf-8")
    except OSError as error:
        log.warning("rebuild not noted", error=type(error).__name__)


def forget(data: Path) -> None:
    (data / _FILE).unlink(missing_ok=True)


def tell(data: Path, client_of: Callable[[str], WebClient | None]) -> None:
    """Where a former process left a rebuild behind, say so in its message, once.

    `client_of` gives a client for a workspace; None for one that this process does not serve.
    """
    try:
        left = UnderWay.model_validate_json((data / _FILE).read_bytes())
    except FileNotFoundError:
        return
    except (ValidationError, OSError) as error:
        log.warning("a note of a rebuild cannot be read", error=type(error).__name__)
        return
    client = client_of(left.team)
    if client is None:
        return
    forget(data)
    try:
        change(client, left.channel, left.ts, interrupted_message())
    except (SlackClientError, OSError) as error:
        log.warning("could not tell of an interrupted rebuild", error=type(error).__name__)
