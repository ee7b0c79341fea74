"""Installing the app: what a browser shows, and what is said without it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Plain, slots


class InstallWording(Frozen):
    """The two pages, and what is said where the app is not installed."""

    installed_title: Plain
    installed: Annotated[str, slots("name")]
    installed_org: Annotated[str, slots("name")]
    open_slack: Plain
    choose_workspaces: Plain
    failed_title: Plain
    denied: Plain
    stale: Plain
    refused: Plain
    storage: Plain
    again: Plain
    missing: Plain


@cache
def load_install_wording(root: Path = CONTENT) -> InstallWording:
    return load_file(root / "wording" / "install.yaml", InstallWording)
