"""The page that shows the screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.screens.screen import DESK, PHONE, Screen

HEAD = """# Screens

What people see, from real flows: `make screens` runs the app against the tests' stand-in for Slack,
lets people ask, click and fill in forms there, and draws the Block Kit that it sent. Slack's own
clients draw it differently in detail (fonts, colours, where a button stands beside a text); what
stands where, and how long it is on a phone, is what to look at here. Wide pictures show the same as
on a computer. This page and its pictures are made; do not edit them.
"""


def album(chapters: Mapping[str, Sequence[Screen]]) -> str:
    """Markdown, a heading for each chapter and a sentence for each screen."""
    parts = [HEAD]
    for title, screens in chapters.items():
        parts.append(f"## {title}\n")
        for one in screens:
            parts.append(f"{one.caption}\n")
            parts.append(" ".join(_picture(one, width) for width in one.widths()) + "\n")
    return "\n".join(parts)


def _picture(one: Screen, width: int) -> str:
    shown = {PHONE: 300, DESK: 520}[width]
    alt = one.caption.split(":", 1)[0].replace('"', "'")
    return f'<img src="{one.file(width)}" width="{shown}" alt="{alt}">'
