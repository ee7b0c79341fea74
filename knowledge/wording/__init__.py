"""What the bot says around its answers, by surface: a class beside each file of words.

Like the phrases of the replies, these are reviewed content: `knowledge check` reads all of them.
"""

from __future__ import annotations

from knowledge.wording.channel import ChannelWording, load_channel_wording
from knowledge.wording.command import CommandWording, load_command_wording
from knowledge.wording.draft import DraftWording, load_draft_wording
from knowledge.wording.feedback import FeedbackWording, load_feedback_wording
from knowledge.wording.form import FormWording, load_form_wording
from knowledge.wording.home import HomeWording, load_home_wording
from knowledge.wording.install import InstallWording, load_install_wording
from knowledge.wording.notices import NoticeWording, load_notice_wording
from knowledge.wording.own_data import OwnDataWording, load_own_data_wording
from knowledge.wording.rebuild import RebuildWording, Stage, load_rebuild_wording
from knowledge.wording.reply import ReplyWording, load_reply_wording
from knowledge.wording.sources import SourcesWording, load_sources_wording

__all__ = [
    "WORDINGS",
    "ChannelWording",
    "CommandWording",
    "DraftWording",
    "FeedbackWording",
    "FormWording",
    "HomeWording",
    "InstallWording",
    "NoticeWording",
    "OwnDataWording",
    "RebuildWording",
    "ReplyWording",
    "SourcesWording",
    "Stage",
    "load_channel_wording",
    "load_command_wording",
    "load_draft_wording",
    "load_feedback_wording",
    "load_form_wording",
    "load_home_wording",
    "load_install_wording",
    "load_notice_wording",
    "load_own_data_wording",
    "load_rebuild_wording",
    "load_reply_wording",
    "load_sources_wording",
]

WORDINGS = (
    load_reply_wording,
    load_notice_wording,
    load_feedback_wording,
    load_command_wording,
    load_own_data_wording,
    load_form_wording,
    load_draft_wording,
    load_home_wording,
    load_channel_wording,
    load_rebuild_wording,
    load_sources_wording,
    load_install_wording,
)
"""Every loader above, for `rust-or-not knowledge check`."""
