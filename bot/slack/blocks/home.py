"""The Home tab: how to ask, what the person asked, how good and how fresh the bot is.

At most 100 blocks (https://docs.slack.dev/reference/block-kit/blocks): every list here is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    ConfirmObject,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.evaluation.measured import Measured
from bot.gaps import Gap
from bot.slack.blocks.kit import (
    actions,
    button,
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
from bot.slack.blocks.rebuild import starter
from bot.slack.builds import Build
from bot.slack.ids import Action
from bot.store.records import Assessment, Vote
from index.snapshot import Manifest
from knowledge.wording import HomeWording, load_home_wording, load_reply_wording

_QUESTION = 150
_REASON = 300
_SNAPSHOT = 64
_GAPS = 15
_VOTES = 10


@dataclass(frozen=True)
class Index:
    """What is served. `manifest` is None where there is nothing, or it is `damaged`; `own` is true
    where the workspace has documents in it that no other one sees."""

    manifest: Manifest | None
    damaged: bool = False
    own: bool = False


@dataclass(frozen=True)
class ForAdmins:
    """What only admins see. `rebuilds`: they may rebuild the index too. `votes` are the latest,
    newest first, with what they are about. `unused`: the workspace has documents of its own that
    nothing is answered from."""

    gaps: Sequence[Gap]
    votes: Sequence[tuple[Vote, Assessment | None]]
    rebuilds: bool = True
    unused: bool = False


@dataclass(frozen=True)
class Home:
    """Everything that the Home of one person shows. `links` are permalinks by assessment."""

    team: str
    recent: Sequence[Assessment]
    links: dict[str, str | None]
    measured: Measured | None
    index: Index
    running: Build | None = None
    for_admins: ForAdmins | None = None


def home_view(home: Home) -> View:
    wording = load_home_wording()
    blocks = [
        *_how_to_ask(wording),
        DividerBlock(),
        *_recent(home, wording),
        DividerBlock(),
        *_channels(wording),
        DividerBlock(),
        *figures(home.measured, home.index, wording),
        *_index(home, wording),
    ]
    if home.for_admins is not None:
        blocks += [DividerBlock(), *_for_admins(home.for_admins, home, wording)]
    return View(type="home", blocks=blocks)


def _how_to_ask(wording: HomeWording) -> Iterator[Block]:
    yield HeaderBlock(text=wording.ask_title)
    example = [f"_{escape(wording.example_title)}_", f"> {escape(wording.example)}"]
    yield section(lines([*(f"• {line}" for line in wording.ask), "", *example]), "ask")
    yield actions(button(wording.form_button, Action.FORM, {}, style="primary"), block_id="do")
    yield context(escape(wording.privacy))


def _channels(wording: HomeWording) -> Iterator[Block]:
    said = [f"*{escape(wording.channel_title)}*", escape(wording.channel)]
    opening = button(wording.channel_button, Action.CHANNEL, {})
    yield section(lines(said), "channels", accessory=opening)


def _recent(home: Home, wording: HomeWording) -> Iterator[Block]:
    yield section(f"*{escape(wording.recent_title)}*")
    if not home.recent:
        yield context(escape(wording.recent_none))
    for kept in home.recent:
        name = flat(kept.question, _QUESTION) or wording.no_words
        opening = button(
            wording.open,
            Action.HOME_OPEN,
            {"id": kept.id},
            spoken=wording.open_spoken.format(question=name),
        )
        said = [f"{_mark(kept)} {escape(name)}", _when(kept, home.links.get(kept.id), wording)]
        yield section(lines(said), f"recent:{kept.id}", accessory=opening)


def _when(kept: Assessment, address: str | None, wording: HomeWording) -> str:
    when, ring = moment(kept.asked_at), kept.answer.ring
    told = [
        wording.recent_ring.format(ring=f"*{ring}*", when=when)
        if ring
        else wording.recent_other.format(when=when)
    ]
    if kept.private:
        told.append(escape(wording.recent_draft))
    elif address:
        told.append(link(address, wording.recent_thread))
    return " · ".join(told)


def figures(measured: Measured | None, index: Index, wording: HomeWording) -> Iterator[Block]:
    """How well the bot answered when that was last measured."""
    title = f"*{escape(wording.figures_title)}*"
    if measured is None:
        yield section(lines([title, wording.figures_none]), "figures")
        return
    shown = [(name, label) for name, label in wording.figures.items() if name in measured.figures]
    fields = [
        {"type": "mrkdwn", "text": f"*{_figure(name, measured, wording)}* {escape(label)}"}
        for name, label in shown
    ]
    yield SectionBlock(
        text={"type": "mrkdwn", "text": title}, fields=fields or None, block_id="figures"
    )
    origin = wording.figures_from.format(
        when=moment(measured.measured_at.timestamp()),
        questions=measured.figures.get("questions") or "–",
        snapshot=fitted(measured.snapshot, _SNAPSHOT),
    )
    served = index.manifest.id if index.manifest else measured.snapshot
    other = wording.figures_shared if index.own else wording.figures_older
    older = [escape(other)] if served != measured.snapshot else []
    yield context(" ".join([origin, *older]))


def _figure(name: str, measured: Measured, wording: HomeWording) -> str:
    value = measured.figures[name]
    if value is None:
        return wording.not_counted
    if name.endswith("_ms"):
        return wording.milliseconds.format(value=f"{value:,.0f}")
    return wording.percent.format(value=f"{value * 100:.1f}")


def _index(home: Home, wording: HomeWording) -> Iterator[Block]:
    said = [f"*{escape(wording.index_title)}*"]
    manifest = home.index.manifest
    if manifest is not None:
        counts = manifest.counts
        told = wording.index.format(
            documents=f"{counts.documents:,}",
            passages=f"{counts.passages:,}",
            cases=f"{counts.cases:,}",
            snapshot=escape(manifest.id),
            when=moment(manifest.built.timestamp()),
        )
        said.append(told)
        said += [escape(wording.index_own)] if home.index.own else []
    else:
        said.append(wording.index_damaged if home.index.damaged else wording.index_none)
    if home.running is not None:
        who = starter(home.running, home.team)
        said.append(wording.rebuilding.format(user=who, when=moment(home.running.since)))
    yield section(lines(said), "index")


def _for_admins(shown: ForAdmins, home: Home, wording: HomeWording) -> Iterator[Block]:
    yield HeaderBlock(text=wording.admin_title)
    unmeasured = [wording.to_measure] if home.measured is None else []
    unread = [wording.to_mend] if home.index.manifest is None else []
    unread += [wording.to_build_own] if shown.unused else []
    if on_server := unmeasured + unread:
        yield context(" ".join(on_server))
    if home.running is None and shown.rebuilds:
        confirm = ConfirmObject(
            title=wording.rebuild_title,
            text={"type": "plain_text", "text": wording.rebuild_sure},
            confirm=wording.rebuild_go,
            deny=wording.cancel,
        )
        yield actions(
            button(wording.rebuild_button, Action.REBUILD, {}, confirm=confirm), block_id="admin"
        )
    yield section(lines([f"*{escape(wording.gaps_title)}*", *_gaps(shown.gaps, wording)]), "gaps")
    yield section(lines([f"*{escape(wording.votes_title)}*", *_votes(shown, wording)]), "votes")


def _gaps(gaps: Sequence[Gap], wording: HomeWording) -> Iterator[str]:
    if not gaps:
        yield escape(wording.gaps_none)
    for gap in gaps[:_GAPS]:
        count = wording.gap_times.format(count=gap.times) if gap.times > 1 else wording.gap_once
        question = one_line(gap.question, _QUESTION)
        said = wording.gap.format(question=question, count=count, when=moment(gap.last))
        yield f"• {said}" + (f" ({escape(wording.gap_declined)})" if gap.declined else "")
    if len(gaps) > _GAPS:
        yield escape(wording.gaps_more.format(count=len(gaps) - _GAPS))


def _votes(shown: ForAdmins, wording: HomeWording) -> Iterator[str]:
    if not shown.votes:
        yield escape(wording.votes_none)
        return
    up = sum(vote.helpful for vote, _ in shown.votes)
    counts = wording.votes_counted.format(up=up, down=len(shown.votes) - up, all=len(shown.votes))
    yield escape(counts)
    telling_first = sorted(shown.votes, key=lambda pair: (not pair[0].reason, pair[0].helpful))
    for vote, kept in telling_first[:_VOTES]:
        yield f"• {_vote(vote, kept, wording)}"


def _vote(vote: Vote, kept: Assessment | None, wording: HomeWording) -> str:
    ring = kept.answer.ring if kept else None
    said = wording.vote.format(
        mark=wording.vote_up if vote.helpful else wording.vote_down,
        verdict=ring or wording.no_verdict,
        question=one_line(kept.question if kept else "", _QUESTION) or escape(wording.no_words),
    )
    if not vote.reason:
        return said
    return wording.vote_reason.format(vote=said, reason=one_line(vote.reason, _REASON))


def _mark(kept: Assessment) -> str:
    ring = kept.answer.ring
    return load_reply_wording().rings[ring] if ring else ":speech_balloon:"
