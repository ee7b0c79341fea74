"""What one picture is."""

from __future__ import annotations

from dataclasses import dataclass

PHONE = 390
DESK = 720
"""Widths in pixels: of a phone, and of a conversation on a computer."""


@dataclass(frozen=True)
class Screen:
    """A page (`body`, HTML) with the sentence below its picture; `name` is a file's name."""

    name: str
    caption: str
    body: str
    wide: bool = False
    """Whether it is shown as on a computer too."""

    def widths(self) -> tuple[int, ...]:
        return (PHONE, DESK) if self.wide else (PHONE,)

    def file(self, width: int) -> str:
        return f"{self.name}-{width}.png"
