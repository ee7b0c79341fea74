"""A heading as an anchor."""

from __future__ import annotations

import re

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def slug(heading: str) -> str:
    """Lower case, words joined by hyphens: `When to stay away?` → `when-to-stay-away`."""
    return _NOT_WORD.sub("-", heading.lower()).strip("-") or "section"
