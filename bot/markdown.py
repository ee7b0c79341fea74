"""Text of people and documents as Markdown that reads as it was written, and breaks nothing.

CommonMark lets any ASCII punctuation be escaped by a backslash
(https://spec.commonmark.org/0.31.2/#backslash-escapes); the tables, strikethrough and formulas of
other dialects are covered too.
"""

from __future__ import annotations

import re

from bot.advisor.text import visible

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$]|(?<!\S)#|(?<=#)#")
_OPENING = re.compile(r"(?P<number>\d{1,9})(?=[.)](?:\s|$))|(?=[+=-])")
"""What would make a list item or a rule at the start of a line."""
_ENTITY = re.compile(r"&(?=#?\w+;)")
_ADDRESS = re.compile(r"https?://[^\x00-\x20\x7f-\xa0\s<>]+")


def escaped(text: str) -> str:
    """Text on one line."""
    safe = _SPECIAL.sub(r"\\\g<0>", " ".join(visible(text).split()))
    return _OPENING.sub(r"\g<number>\\", safe, count=1) if _OPENING.match(safe) else safe


def block_quote(text: str) -> str:
    """Text as a block quote, line by line."""
    lines = (escaped(line) for line in visible(text).strip().split("\n"))
    return "\n".join(f"> {line}".rstrip() for line in lines)


def link(label: str, address: str | None) -> str:
    """A link; only the label where there is no web address."""
    if address is None or not _ADDRESS.fullmatch(visible(address)):
        return escaped(label)
    target = _ENTITY.sub("&amp;", address.replace("\\", "%5C"))
    return f"[{escaped(label)}](<{target}>)"
