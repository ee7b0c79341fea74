"""Documents of workspaces' own: a folder with one for each, named by its id, kept apart."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

SETTING = "RUST_OR_NOT_TEAM_DOCS"
_TEAM = re.compile(r"[TE][A-Z0-9]{1,31}")


class NoTeam(ValueError):
    """Something that is no id of a workspace, where one was asked for."""


class NotApart(ValueError):
    """Folders that lie in each other, so that one workspace would be shown another's documents."""


def is_team(name: str) -> bool:
    """Whether this may be a workspace's id: a T (an organisation's: an E), capitals and digits.

    It becomes the name of a folder, so nothing else is let through.
    """
    return _TEAM.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class TeamDocs:
    """The folders under `root`, which belong to whoever runs the bot: they are only read."""

    root: Path

    def folder(self, team: str) -> Path:
        """Where a workspace's documents are, or would be. Raises `NoTeam`."""
        if not is_team(team):
            raise NoTeam(f"{team!r} is no id of a workspace: those look like T0123ABCD")
        return self.root / team

    def has(self, team: str) -> bool:
        """Whether a workspace has a folder here."""
        return is_team(team) and os.path.isdir(self.root / team)  # noqa: PTH112 - Path.is_dir raises where it may not look

    def teams(self) -> list[str]:
        """The workspaces that have a folder. Raises `NotADirectoryError`, `OSError`."""
        return [name for name in self._names() if is_team(name)]

    def strays(self) -> list[str]:
        """What else lies there, which nobody is answered from. Raises as `teams`."""
        return [name for name in self._names() if not is_team(name)]

    def check_apart(self, shared: Iterable[Path]) -> None:
        """Raises `NotApart` where a shared folder, or another workspace's, lies in or around one.

        Links count by where they lead.
        """
        root = self.root.resolve()
        for folder in shared:
            if _overlap(root, folder.resolve()):
                raise NotApart(
                    f"{folder} is read for all workspaces and overlaps {self.root}, where each has "
                    f"its own; move one of them ({SETTING})"
                )
        if not self.root.is_dir():
            return
        places = sorted((self.folder(team).resolve().parts, team) for team in self.teams())
        for (outer, one), (inner, other) in pairwise(places):  # what lies in a folder follows it
            if inner[: len(outer)] == outer:
                raise NotApart(
                    f"the folders of {one} and {other} in {self.root} lead to the same documents; "
                    "give each its own"
                )

    def _names(self) -> list[str]:
        if not self.root.is_dir():
            raise NotADirectoryError(f"{self.root} is not a folder; create it, or mend {SETTING}")
        places = (place for place in self.root.iterdir() if place.is_dir())
        return sorted(place.name for place in places if not place.name.startswith("."))


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
