"""What every listener is handed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from bot.durable.work import DurableWork
from bot.office import Office
from bot.settings import Settings
from bot.slack.blocks.reply import Words
from bot.slack.builds import Builds
from bot.slack.workspaces import Workspaces
from knowledge.content import load_checklist, load_phrases
from knowledge.wording import NoticeWording, load_notice_wording, load_reply_wording


@dataclass(frozen=True)
class House:
    """The office with its settings, the rebuild that runs, posts to answer, and the words.

    `workspaces` is there where several install the app, and None where a bot token says whose.
    """

    office: Office
    settings: Settings
    builds: Builds = field(default_factory=Builds)
    workspaces: Workspaces | None = None
    posts: DurableWork = field(default_factory=DurableWork)

    @cached_property
    def words(self) -> Words:
        return Words(load_checklist(), load_phrases(), load_reply_wording())

    @cached_property
    def notices(self) -> NoticeWording:
        return load_notice_wording()
