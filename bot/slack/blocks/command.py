"""What the slash command tells about itself and about the index."""

from __future__ import annotations

from bot.evaluation.measured import Measured
from bot.slack.blocks.home import Index, figures
from bot.slack.blocks.kit import escape, lines, moment, section
from bot.slack.blocks.message import Message
from index.snapshot import Manifest
from knowledge.wording import load_command_wording, load_home_wording


def help_message() -> Message:
    wording = load_command_wording()
    said = [f"*{escape(wording.help_title)}*", *(f"• {escape(line)}" for line in wording.help)]
    return Message([section(lines(said))], escape(wording.help_text))


def status_message(
    manifest: Manifest,
    kept: int,
    days: int,
    measured: Measured | None = None,
    *,
    own: bool = False,
) -> Message:
    """`kept` assessments of this workspace, each for at most so many `days`; `own` where the index
    is its own too."""
    wording, counts = load_command_wording(), manifest.counts
    index = wording.status.format(
        snapshot=escape(manifest.id),
        age=moment(manifest.built.timestamp(), "{ago}"),
        documents=f"{counts.documents:,}",
        passages=f"{counts.passages:,}",
        cases=f"{counts.cases:,}",
    )
    told = [index, wording.status_own] if own else [index]
    store = escape(wording.status_kept.format(assessments=f"{kept:,}", days=days))
    blocks = [section(lines([f"*{escape(wording.status_title)}*", *told, store]))]
    if measured is not None:
        blocks += figures(measured, Index(manifest, own=own), load_home_wording())
    return Message(blocks, lines([*told, store]))
