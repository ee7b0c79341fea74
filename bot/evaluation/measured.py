"""The figures as they were last measured, kept in the data folder for whoever asks."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.logs import get_logger

log = get_logger(__name__)

_FILE = "figures.json"


class Measured(BaseModel):
    """What `score.figures` found, on which snapshot and when (UTC)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snapshot: str
    measured_at: datetime
    figures: dict[str, float | int | None]


def save_measured(data: Path, measured: Measured) -> Path:
    """Put the figures in place of the former ones, all at once. Raises `OSError`."""
    place = data / _FILE
    scratch = data / f".{_FILE}-{os.getpid()}"
    try:
        scratch.write_text(measured.model_dump_json(indent=2) + "\n", "utf-8")
        scratch.replace(place)
    finally:
        scratch.unlink(missing_ok=True)
    return place


def load_measured(data: Path) -> Measured | None:
    """The figures last saved; None where there are none that can be read."""
    try:
        return Measured.model_validate_json((data / _FILE).read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        log.warning("the saved figures cannot be read", error=type(error).__name__)
        return None
