"""One line of what `rust-or-not doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedy` is what to do about it; None where all is well."""

    subject: str
    state: str
    remedy: str | None = None
