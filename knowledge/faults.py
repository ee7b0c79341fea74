"""A fault in content, named by file and line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong with a content file; `line` counts from 1, 0 means the whole file."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


class ContentError(Exception):
    """Content that cannot be used. Holds every fault found, not only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def line_of(text: str, offset: int) -> int:
    """The line, from 1, on which a character offset of `text` lies."""
    return text.count("\n", 0, offset) + 1
