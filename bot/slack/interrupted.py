"""A rebuild that was cut off with its process: its message says so when the next one starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.logs import get_logger
from bot.slack.blocks.rebuild import interrupted_message
from bot.slack.posting import change

log = get_logger(__name__)

_FILE = "rebuild-under-way.json"
_LOCK = "rebuild-under-way.lock"


class UnderWay(BaseModel):
    """Where the progress of a rebuild stands in Slack."""

    model_config = ConfigDict(frozen=True)

    team: str
    channel: str
    ts: str


def note(data: Path, progress: UnderWay) -> Callable[[], None]:
    """Remember it in the data folder, until what is returned is called. A disk that is full does
    not hinder the rebuild.

    A lock, which ends with the process, tells the others that it goes on.
    """
    lock = _lock(data)
    try:
        lock.acquire()
        (data / _FILE).write_text(progress.model_dump_json(), "utf-8")
    except OSError as error:
        log.warning("rebuild not noted", error=type(error).__name__)

    def done() -> None:
        if lock.is_locked:
            _forget(data)
            lock.release()

    return done


def tell(data: Path, client_of: Callable[[str], WebClient | None]) -> None:
    """Where a former process left a rebuild behind, say so in its message, once.

    `client_of` gives a client for a workspace; None for one that this process does not serve.
    """
    try:
        if (data / _FILE).exists():
            with _lock(data):
                _tell(data, client_of)
    except Timeout:
        log.info("another process is rebuilding")
    except OSError as error:
        log.warning("a note of a rebuild cannot be read", error=type(error).__name__)


def _tell(data: Path, client_of: Callable[[str], WebClient | None]) -> None:
    try:
        left = UnderWay.model_validate_json((data / _FILE).read_bytes())
    except FileNotFoundError:
        return
    except ValidationError as error:
        log.warning("a note of a rebuild cannot be read", error=type(error).__name__)
        return
    client = client_of(left.team)
    if client is None:
        return
    _forget(data)
    try:
        change(client, left.channel, left.ts, interrupted_message())
    except (SlackClientError, OSError) as error:
        log.warning("could not tell of an interrupted rebuild", error=type(error).__name__)


def _forget(data: Path) -> None:
    try:
        (data / _FILE).unlink(missing_ok=True)
    except OSError as error:
        log.warning("a note of a rebuild cannot be removed", error=type(error).__name__)


def _lock(data: Path) -> FileLock:
    return FileLock(data / _LOCK, timeout=0, thread_local=False)
