"""A rebuild after documents were changed, watched in one message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.slack.blocks.kit import as_dicts
from bot.slack.blocks.rebuild import progress_message
from bot.slack.builds import Progress
from bot.slack.ids import COMMAND
from tests.slack.stand_in import Message
from tools.screens.screen import Screen
from tools.screens.stage import OWN_DOCUMENT, Stage
from tools.screens.surfaces import conversation

ADDED = """---
title: Rust at Acme
url: https://wiki.acme.example/rust
---
# Rust at Acme

We run two services in Rust. Each took its team a quarter longer than planned.
"""


def play(on: Stage) -> Iterator[Screen]:
    refused = on.whispered(on.ada, lambda: on.ada.slash(COMMAND, "reindex", on.channel))
    seen = conversation([refused], on.shown)
    yield Screen("rebuild-refused", "Only admins rebuild the index.", seen)
    (on.documents / "rust-at-acme.md").write_text(ADDED, encoding="utf-8")
    changed = OWN_DOCUMENT.replace("two people", "three people")
    (on.documents / "languages.md").write_text(changed, encoding="utf-8")
    (on.documents / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    on.grace.slash(COMMAND, "reindex", on.channel)
    report = on.until(lambda: on.slack.messages(on.grace.dm, by_bot=True))[-1]
    on.until(lambda: on.house.builds.running is None)
    on.slack.settle()
    yield Screen(
        "rebuild-progress", "A rebuild under way.", conversation([_early(report)], on.shown)
    )
    yield Screen("rebuild-report", "What it changed.", conversation([report], on.shown))


def _early(report: Message) -> Message:
    """The same message while passages were embedded, which is soon over with so few of them."""
    blocks = as_dicts(progress_message(Progress("embedding", 320, 1042)).blocks)
    return replace(report, data={**report.history[0], "blocks": blocks})
