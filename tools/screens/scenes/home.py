"""The Home for a person and for an admin, the pane, and what a person asked before."""

from __future__ import annotations

from collections.abc import Iterator

from bot.slack.ids import COMMAND, Action
from bot.slack.manifest import load_manifest
from tools.screens.screen import Screen
from tools.screens.stage import Stage
from tools.screens.surfaces import conversation, home, modal, prompts

LACKING = "What did the Zanzibar Ferry Company say about its harbour software in Rust?"


def play(on: Stage) -> Iterator[Screen]:
    first = on.home(on.bob)
    yield Screen("home-first", "The Home of someone who has not asked yet.", home(first, on.shown))
    on.answered(LACKING)
    view = on.home(on.ada)
    yield Screen("home", "The Home of someone who has.", home(view, on.shown))
    opened = on.opened(on.ada, lambda: on.ada.clicks(view, Action.HOME_OPEN))
    yield Screen("home-open", "An assessment, opened from the Home.", modal(opened, on.shown))
    on.slack.world.modals.pop(on.ada.id)
    admins = home(on.home(on.grace), on.shown)
    yield Screen("home-admin", "The Home of an admin: also gaps and votes.", admins, wide=True)
    on.ada.opens_agent_pane()
    found = on.until(lambda: on.slack.world.prompts.get((on.ada.dm.id, None)))
    offered = load_manifest().features.agent_view.suggested_prompts
    assert len(found["prompts"]) == len(offered)
    seen = prompts(found["title"], found["prompts"])
    yield Screen("pane", "Prompts above an empty conversation with the bot.", seen)
    for word, caption in (
        ("help", "how to ask."),
        ("history", "what the person asked before."),
        ("status", "what the index holds."),
        ("forget me", "asks before it deletes."),
    ):
        told = on.whispered(on.ada, lambda word=word: on.ada.slash(COMMAND, word, on.channel))
        seen = conversation([told], on.shown)
        yield Screen(word.replace(" ", "-"), f"`{COMMAND} {word}`: {caption}", seen)
