"""What the bot says around its answers, by surface: buttons, notices, forms. A file for each.

Like the phrases of the replies, these are reviewed content. A placeholder that the code does not
fill, or that it would miss, is refused when the file is read.
"""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from knowledge import CONTENT
from knowledge.checklist import Group
from knowledge.located_yaml import load_file
from knowledge.model import Frozen, Ring


def _slots(*names: str) -> AfterValidator:
    def check(text: str) -> str:
        used = {str(name) for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        if used != set(names):
            listed = ", ".join(f"{{{name}}}" for name in names) or "none"
            raise ValueError(f"placeholders must be {listed}; found {sorted(used) or 'none'}")
        return text

    return AfterValidator(check)


Plain = Annotated[str, StringConstraints(min_length=1, max_length=700), _slots()]
Button = Annotated[str, StringConstraints(min_length=1, max_length=75), _slots()]
Title = Annotated[str, StringConstraints(min_length=1, max_length=24), _slots()]
"""The most that Slack shows as the title of a modal, or on its buttons."""


Stage = Literal["starting", "reading", "embedding", "writing", "checking", "done", "comparing"]
"""Of a rebuild of the index."""


class Marks(Frozen):
    """Before an item of the checklist: what it does to the verdict."""

    speaks_for: Plain
    speaks_against: Plain
    neutral: Plain
    unknown: Plain


class ReplyWording(Frozen):
    """Buttons and titles of a reply. `rings` are the marks before a verdict, as emoji codes."""

    rings: dict[Ring, Plain]
    yes: Button
    no: Button
    helpful: Button
    unhelpful: Button
    refine: Button
    what_if: Button
    sources: Button
    export: Button
    delete: Button
    share: Button
    delete_title: Annotated[str, Field(max_length=100)]
    delete_text: Plain
    cancel: Annotated[str, Field(max_length=30)]
    shortened: Plain
    criterion: Plain
    words: Plain
    marks: Marks
    more_sources: Annotated[str, _slots("count")]
    contact: Annotated[str, _slots("contact")]
    receipt: Annotated[str, _slots("snapshot", "receipt")]
    facts: Annotated[str, _slots("known", "all")]


class NoticeWording(Frozen):
    """What is said instead of an answer."""

    failed: Annotated[str, _slots("reference")]
    refused_question: Annotated[str, _slots("reason")]
    not_ready: Plain
    external: Plain
    empty: Plain
    thanks: Plain
    gone: Plain
    not_yours: Plain
    thinking: Plain
    shared: Plain
    deleted: Plain
    too_late: Plain


class FeedbackWording(Frozen):
    """The form behind a bad vote."""

    title: Title
    question: Plain
    hint: Plain
    send: Title
    close: Title


class CommandWording(Frozen):
    """What the slash command says besides answers."""

    help_title: Plain
    help: Annotated[tuple[Plain, ...], Field(min_length=1)]
    help_text: Plain
    status_title: Plain
    status: Annotated[str, _slots("snapshot", "age", "documents", "passages", "cases")]
    status_kept: Annotated[str, _slots("assessments", "days")]
    history_title: Plain
    history_found: Annotated[str, _slots("words")]
    history_none: Plain
    history_not_found: Annotated[str, _slots("words")]
    history_line: Annotated[str, _slots("mark", "question")]
    no_words: Plain
    open: Button
    go_to: Button


class OwnDataWording(Frozen):
    """A person's own data: export and deletion."""

    exported: Annotated[str, _slots("assessments", "votes")]
    exported_where: Annotated[str, _slots("assessments", "votes")]
    not_uploaded: Annotated[str, _slots("assessments", "votes")]
    not_all: Annotated[str, _slots("left")]
    nothing: Plain
    forget: Annotated[str, _slots("assessments", "votes")]
    forget_button: Annotated[str, Field(max_length=30), _slots()]
    forget_title: Annotated[str, Field(max_length=100)]
    forget_sure: Annotated[str, Field(max_length=300), _slots()]
    cancel: Annotated[str, Field(max_length=30)]
    forgotten: Annotated[str, _slots("assessments")]


class FormWording(Frozen):
    """The assessment form and the form behind "What if…"."""

    title: Title
    send: Title
    change: Title
    close: Title
    words: Plain
    words_hint: Plain
    words_placeholder: Annotated[str, Field(max_length=150), _slots()]
    others_words: Plain
    unknown: Button
    yes: Button
    no: Button
    groups: dict[Group, Plain]
    nothing_said: Plain
    what_if_title: Title
    apply: Title
    what_if_hint: Plain
    now: Annotated[str, _slots("mark", "verdict", "confidence")]
    then: Annotated[str, _slots("mark", "verdict", "confidence")]
    same: Plain

    @field_validator("groups")
    @classmethod
    def _all_groups(cls, groups: dict[Group, str]) -> dict[Group, str]:
        if missing := set(get_args(Group)) - groups.keys():
            raise ValueError(f"groups without a title: {', '.join(sorted(missing))}")
        return groups


class DraftWording(Frozen):
    """What stands above a draft, and what sharing and deleting answer."""

    asked: Plain
    by_form: Plain
    assessed: Annotated[str, _slots("asker", "author")]
    assessed_bot: Annotated[str, _slots("asker")]
    shared_by: Annotated[str, _slots("user")]
    not_in_channel: Plain
    may_not_post: Plain
    external: Plain
    no_words: Plain
    not_deleted: Plain


class HomeWording(Frozen):
    """The Home tab, and the prompts' title in the Messages tab.

    `figures` names those of `rust-or-not eval` that are shown, in their order.
    """

    ask_title: Annotated[str, StringConstraints(min_length=1, max_length=150), _slots()]
    ask: Annotated[tuple[str, ...], Field(min_length=1)]
    example_title: Plain
    example: Plain
    privacy: Plain
    form_button: Button
    channel_title: Plain
    channel: Plain
    channel_button: Button
    recent_title: Plain
    recent_none: Plain
    recent_ring: Annotated[str, _slots("ring", "when")]
    recent_other: Annotated[str, _slots("when")]
    recent_draft: Plain
    recent_thread: Plain
    no_words: Plain
    open: Button
    open_spoken: Annotated[str, _slots("question")]
    shown_title: Title
    shown_close: Title
    shown_gone: Plain
    figures_title: Plain
    figures_from: Annotated[str, _slots("when", "questions", "snapshot")]
    figures_older: Plain
    figures_none: Plain
    figures: Annotated[dict[str, Plain], Field(min_length=1, max_length=10)]
    percent: Annotated[str, _slots("value")]
    milliseconds: Annotated[str, _slots("value")]
    not_counted: Plain
    index_title: Plain
    index: Annotated[str, _slots("documents", "passages", "cases", "snapshot", "when")]
    index_none: Plain
    index_damaged: Plain
    rebuilding: Annotated[str, _slots("user", "when")]
    rebuild_button: Button
    rebuild_title: Annotated[str, Field(max_length=100)]
    rebuild_sure: Annotated[str, Field(max_length=300), _slots()]
    rebuild_go: Annotated[str, Field(max_length=30)]
    cancel: Annotated[str, Field(max_length=30)]
    admin_title: Annotated[str, StringConstraints(min_length=1, max_length=150), _slots()]
    to_measure: Plain
    to_mend: Plain
    gaps_title: Plain
    gaps_none: Plain
    gap: Annotated[str, _slots("question", "count", "when")]
    gap_once: Plain
    gap_times: Annotated[str, _slots("count")]
    gap_declined: Plain
    gaps_more: Annotated[str, _slots("count")]
    votes_title: Plain
    votes_none: Plain
    votes_counted: Annotated[str, _slots("up", "down", "all")]
    vote_up: Plain
    vote_down: Plain
    vote: Annotated[str, _slots("mark", "verdict", "question")]
    vote_reason: Annotated[str, _slots("vote", "reason")]
    no_verdict: Plain
    failed: Annotated[str, _slots("reference")]
    prompts_title: Plain


class ChannelWording(Frozen):
    """The settings of a channel."""

    title: Title
    save: Title
    close: Title
    which: Plain
    for_channel: Annotated[str, _slots("channel")]
    unaddressed: Plain
    mention_only: Button
    mention_only_more: Button
    all_questions: Button
    all_questions_more: Annotated[str, Field(max_length=75)]
    cannot_read: Plain
    private: Plain
    in_thread: Button
    in_thread_more: Button
    privately: Button
    privately_more: Button
    person: Plain
    person_hint: Plain
    person_placeholder: Annotated[str, Field(max_length=150), _slots()]
    words: Plain
    words_hint: Plain
    words_too_long: Annotated[str, _slots("most")]
    nameless: Plain
    saved: Annotated[str, _slots("channel", "when", "where", "contact")]
    when_mentioned: Plain
    when_asked: Plain
    where_thread: Plain
    where_private: Plain
    contact: Annotated[str, _slots("contact")]
    no_contact: Plain
    not_here: Plain
    not_shown: Plain
    refused: Plain
    refused_guests: Plain
    failed: Annotated[str, _slots("reference")]


class RebuildFailures(Frozen):
    """Why a rebuild failed, truthfully and without the words of an exception."""

    checks: Annotated[str, _slots("reference")]
    folders: Annotated[str, _slots("names")]
    models: Plain
    disk: Plain
    content: Plain
    other: Annotated[str, _slots("reference")]


class RebuildWording(Frozen):
    """Rebuilding the index from Slack. `stages`: those of a build, and two of our own."""

    refused: Plain
    busy: Annotated[str, _slots("user", "when", "stage")]
    busy_elsewhere: Plain
    someone: Plain
    started: Plain
    running: Annotated[str, _slots("stage")]
    running_more: Plain
    interrupted: Plain
    stages: dict[Stage, Plain]
    counted: Annotated[str, _slots("stage", "done", "total")]
    rebuilt: Annotated[str, _slots("snapshot")]
    unchanged: Annotated[str, _slots("snapshot")]
    not_serving: Annotated[str, _slots("snapshot")]
    documents: Annotated[str, _slots("added", "changed", "removed", "unchanged")]
    added: Annotated[str, _slots("names")]
    changed: Annotated[str, _slots("names")]
    removed: Annotated[str, _slots("names")]
    more: Annotated[str, _slots("count")]
    passages: Annotated[str, _slots("all", "added", "removed", "embedded")]
    skipped: Annotated[str, _slots("count")]
    kept: Annotated[str, _slots("count")]
    file: Annotated[str, _slots("path", "reason")]
    verdicts_same: Annotated[str, _slots("asked")]
    verdicts_none: Plain
    verdicts: Annotated[str, _slots("asked", "rings", "sources")]
    ring_changes: Annotated[str, _slots("before", "now", "question")]
    sources_change: Annotated[str, _slots("now", "question")]
    question: Annotated[str, _slots("question")]
    asked_privately: Plain
    verdicts_failed: Annotated[str, _slots("reference")]
    failed: RebuildFailures

    @field_validator("stages")
    @classmethod
    def _all_stages(cls, stages: dict[Stage, str]) -> dict[Stage, str]:
        if missing := set(get_args(Stage)) - stages.keys():
            raise ValueError(f"stages without a name: {', '.join(sorted(missing))}")
        return stages


class SourceNotes(Frozen):
    """What is said of a quote that no longer stands where it stood."""

    changed: Plain
    gone: Plain
    unknown: Plain


class SourcesWording(Frozen):
    """The modal with every quote in its context."""

    title: Title
    close: Title
    counted: Annotated[str, _slots("citations", "sources")]
    one_page: Annotated[str, _slots("page", "pages")]
    back: Button
    next: Button
    unstated: Plain
    notes: SourceNotes
    empty: Plain


@cache
def load_reply_wording(root: Path = CONTENT) -> ReplyWording:
    """Raises `ContentError` naming file and line, as do all of these."""
    return load_file(root / "wording" / "reply.yaml", ReplyWording)


@cache
def load_notice_wording(root: Path = CONTENT) -> NoticeWording:
    return load_file(root / "wording" / "notices.yaml", NoticeWording)


@cache
def load_feedback_wording(root: Path = CONTENT) -> FeedbackWording:
    return load_file(root / "wording" / "feedback.yaml", FeedbackWording)


@cache
def load_command_wording(root: Path = CONTENT) -> CommandWording:
    return load_file(root / "wording" / "command.yaml", CommandWording)


@cache
def load_own_data_wording(root: Path = CONTENT) -> OwnDataWording:
    return load_file(root / "wording" / "own_data.yaml", OwnDataWording)


@cache
def load_form_wording(root: Path = CONTENT) -> FormWording:
    return load_file(root / "wording" / "form.yaml", FormWording)


@cache
def load_draft_wording(root: Path = CONTENT) -> DraftWording:
    return load_file(root / "wording" / "draft.yaml", DraftWording)


@cache
def load_home_wording(root: Path = CONTENT) -> HomeWording:
    return load_file(root / "wording" / "home.yaml", HomeWording)


@cache
def load_channel_wording(root: Path = CONTENT) -> ChannelWording:
    return load_file(root / "wording" / "channel.yaml", ChannelWording)


@cache
def load_rebuild_wording(root: Path = CONTENT) -> RebuildWording:
    return load_file(root / "wording" / "rebuild.yaml", RebuildWording)


@cache
def load_sources_wording(root: Path = CONTENT) -> SourcesWording:
    return load_file(root / "wording" / "sources.yaml", SourcesWording)


WORDINGS = (
    load_reply_wording,
    load_notice_wording,
    load_feedback_wording,
    load_sources_wording,
    load_command_wording,
    load_own_data_wording,
    load_form_wording,
    load_draft_wording,
    load_home_wording,
    load_channel_wording,
    load_rebuild_wording,
)
"""Every loader above, for `rust-or-not knowledge check`."""
