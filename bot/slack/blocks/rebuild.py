"""What is said of a rebuild: its progress, what it changed, or why it failed."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.rebuilding import Others, Outcome, Verdicts
from bot.recheck import Changed
from bot.slack.blocks.kit import (
    context,
    escape,
    fitted,
    flat,
    lines,
    link,
    moment,
    one_line,
    section,
)
from bot.slack.blocks.message import Message
from bot.slack.blocks.twin import MOST
from bot.slack.builds import Build, Progress
from bot.store.records import Assessment
from bot.team_docs import NotApart
from index.build import BuildRefused, Report
from index.reference_model import ModelUnavailable
from index.store import BuildInProgress
from knowledge.faults import ContentError
from knowledge.folders import Skipped
from knowledge.wording import RebuildWording, load_rebuild_wording

_NAMES = 20
_FILES = 12
_VERDICTS = 12
"""Names, files and verdicts that are listed; of the rest the number is told."""
_DOCUMENTS = 5
"""Documents that are named because past verdicts quote them now, or no more."""
_NAME = 100
_REASON = 200
_QUESTION = 120
_PART = 2500
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS)


def progress_message(progress: Progress) -> Message:
    wording = load_rebuild_wording()
    said = escape(wording.running.format(stage=stage(progress)))
    blocks = [section(f":hourglass_flowing_sand: {said}"), context(escape(wording.running_more))]
    return Message(blocks, said)


def interrupted_message() -> Message:
    said = escape(load_rebuild_wording().interrupted)
    return Message([section(f":warning: {said}")], said)


def busy_message(running: Build, team: str, progress: Progress) -> Message:
    """`team` is the workspace of whoever is told: people of others are not named."""
    wording = load_rebuild_wording()
    said = wording.busy.format(
        user=starter(running, team),
        when=moment(running.since),
        stage=escape(stage(progress)),
    )
    return Message([section(said)], said)


def starter(running: Build, team: str) -> str:
    """Who started a build, in mrkdwn."""
    someone = escape(load_rebuild_wording().someone)
    return f"<@{running.user}>" if running.team == team else someone


def report_message(outcome: Outcome, links: Mapping[str, str | None] | None = None) -> Message:
    """What a finished rebuild did. `links` are permalinks to past replies, by assessment."""
    wording, report = load_rebuild_wording(), outcome.report
    parts = [_headline(outcome, wording)]
    if outcome.own:
        parts.append(wording.own)
    if report.switched:
        parts.append(_documents(report, wording))
    if outcome.passages is not None:
        counts = wording.passages.format(
            all=f"{report.passages:,}",
            added=f"{outcome.passages.added:,}",
            removed=f"{outcome.passages.removed:,}",
            embedded=f"{report.embedded:,}",
        )
        parts.append(counts)
    for phrase, files in ((wording.skipped, report.skipped), (wording.kept, report.kept)):
        if files:
            parts.append(_files(phrase, files, wording))
    if outcome.verdicts is not None:
        parts.append(_verdicts(outcome.verdicts, links or {}, wording))
    if outcome.others is not None:
        parts.append(_others(outcome.others, wording))
    return Message([section(part) for part in parts], lines(parts, MOST))


def failure_message(error: Exception, reference: str, folders: Sequence[Path]) -> Message:
    """Why a rebuild failed. Never the words of the error: they may hold what a document says."""
    said = f":x: {escape(_reason(error, reference, folders))}"
    return Message([section(said)], said)


def _reason(error: Exception, reference: str, folders: Sequence[Path]) -> str:
    wording = load_rebuild_wording()
    missing = [folder.name for folder in folders if not folder.is_dir()]
    if isinstance(error, NotADirectoryError) and missing:
        return wording.failed.folders.format(names=", ".join(missing))
    if isinstance(error, OSError) and error.errno in _DISK:
        return wording.failed.disk
    known: tuple[tuple[type[Exception], str], ...] = (
        (BuildInProgress, wording.busy_elsewhere),
        (BuildRefused, wording.failed.checks.format(reference=reference)),
        (ModelUnavailable, wording.failed.models),
        (ContentError, wording.failed.content),
        (NotApart, wording.failed.not_apart),
        (Exception, wording.failed.other.format(reference=reference)),
    )
    return next(said for kind, said in known if isinstance(error, kind))


def stage(progress: Progress) -> str:
    """Where a build is, in words."""
    wording = load_rebuild_wording()
    name = wording.stages[progress.stage]
    if progress.total <= 1:
        return name
    return wording.counted.format(
        stage=name, done=f"{progress.done:,}", total=f"{progress.total:,}"
    )


def _headline(outcome: Outcome, wording: RebuildWording) -> str:
    report = outcome.report
    if not report.switched:
        return f":white_check_mark: {wording.unchanged.format(snapshot=escape(report.snapshot))}"
    if not outcome.serving:
        return f":warning: {wording.not_serving.format(snapshot=escape(report.snapshot))}"
    return f":white_check_mark: {wording.rebuilt.format(snapshot=escape(report.snapshot))}"


def _documents(report: Report, wording: RebuildWording) -> str:
    counts = wording.documents.format(
        added=f"{len(report.added):,}",
        changed=f"{len(report.changed):,}",
        removed=f"{len(report.removed):,}",
        unchanged=f"{report.unchanged:,}",
    )
    named = (
        (wording.added, report.added),
        (wording.changed, report.changed),
        (wording.removed, report.removed),
    )
    said = [phrase.format(names=_names(names, wording)) for phrase, names in named if names]
    return lines([counts, *said], _PART)


def _names(names: Sequence[str], wording: RebuildWording) -> str:
    listed = [f"`{_code(name)}`" for name in names[:_NAMES]]
    more = len(names) - len(listed)
    return ", ".join(listed) + (f" {wording.more.format(count=f'{more:,}')}" if more else "")


def _files(phrase: str, files: Sequence[Skipped], wording: RebuildWording) -> str:
    said = [phrase.format(count=f"{len(files):,}")]
    said += [
        "• " + wording.file.format(path=_code(one.path), reason=one_line(one.reason, _REASON))
        for one in files[:_FILES]
    ]
    return lines([*said, *_more(len(files) - _FILES, wording)], _PART)


def told_of(verdicts: Verdicts) -> list[Changed]:
    """The past verdicts that would be another ring, as many as are listed."""
    return [one for one in verdicts.changed if one.ring_changed][:_VERDICTS]


def is_private(kept: Assessment) -> bool:
    """What was asked privately, or in direct messages, is not told to anybody else."""
    return kept.private or kept.place.channel.startswith("D")


def _verdicts(verdicts: Verdicts, links: Mapping[str, str | None], wording: RebuildWording) -> str:
    """Other rings one by one; of the same ring from other sources, which documents those are."""
    if verdicts.failed:
        return wording.verdicts_failed.format(reference=verdicts.failed)
    if not verdicts.asked:
        return wording.verdicts_none
    if not verdicts.changed:
        return wording.verdicts_same.format(asked=verdicts.asked)
    rings = sum(one.ring_changed for one in verdicts.changed)
    counts = {"rings": rings, "sources": len(verdicts.changed) - rings}
    said = [wording.verdicts.format(asked=verdicts.asked, **counts)]
    listed = told_of(verdicts)
    said += [f"• {_verdict(one, links.get(one.before.id), wording)}" for one in listed]
    said += _more(rings - len(listed), wording)
    for phrase, paths in (
        (wording.quoted_now, [path for one in verdicts.changed for path in one.quoted_now]),
        (wording.quoted_no_more, [path for one in verdicts.changed for path in one.quoted_no_more]),
    ):
        if paths:
            said.append(phrase.format(names=_counted(paths, wording)))
    return lines(said, _PART)


def _verdict(one: Changed, address: str | None, wording: RebuildWording) -> str:
    question = flat(one.before.question, _QUESTION)
    shown = escape(wording.asked_privately)
    if question and not is_private(one.before):
        shown = wording.question.format(question=link(address, question))
    rings = {"before": one.before.answer.ring, "now": one.now.ring}
    return wording.ring_changes.format(**rings, question=shown)


def _others(others: Others, wording: RebuildWording) -> str:
    """Of other workspaces' indexes only how many."""
    said = [wording.others.format(done=f"{others.done:,}")]
    if others.failed:
        failed = f"{others.failed:,}"
        said.append(wording.others_failed.format(failed=failed, reference=others.reference))
    return " ".join(said)


def _counted(paths: Sequence[str], wording: RebuildWording) -> str:
    """Documents with how many verdicts they concern, those of the most first."""
    ranked = sorted(Counter(paths).items(), key=lambda pair: (-pair[1], pair[0]))
    named = [
        wording.quoted.format(name=f"`{_code(path)}`", count=count)
        for path, count in ranked[:_DOCUMENTS]
    ]
    return ", ".join([*named, *_more(len(ranked) - _DOCUMENTS, wording)])


def _more(count: int, wording: RebuildWording) -> Iterator[str]:
    if count > 0:
        yield wording.more.format(count=f"{count:,}")


def _code(name: str) -> str:
    return fitted(name.replace("`", "'"), _NAME)
