"""The settings of a channel."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from knowledge import CONTENT
from knowledge.located_yaml import load_file
from knowledge.model import Frozen
from knowledge.wording.kinds import Button, Plain, Title, slots


class ChannelWording(Frozen):
    """The settings of a channel."""

    title: Title
    save: Title
    close: Title
    which: Plain
    for_channel: Annotated[str, slots("channel")]
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
    person_placeholder: Annotated[str, Field(max_length=150), slots()]
    words: Plain
    words_hint: Plain
    words_too_long: Annotated[str, slots("most")]
    nameless: Plain
    saved: Annotated[str, slots("channel", "when", "where", "contact")]
    when_mentioned: Plain
    when_asked: Plain
    where_thread: Plain
    where_private: Plain
    contact: Annotated[str, slots("contact")]
    no_contact: Plain
    not_here: Plain
    not_shown: Plain
    refused: Plain
    refused_guests: Plain
    failed: Annotated[str, slots("reference")]


@cache
def load_channel_wording(root: Path = CONTENT) -> ChannelWording:
    return load_file(root / "wording" / "channel.yaml", ChannelWording)
