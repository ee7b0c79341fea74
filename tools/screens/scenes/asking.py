"""A mention is answered in its thread; a click and a follow-up change the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.slack.ids import Action
from tools.screens.screen import Screen
from tools.screens.stage import Stage
from tools.screens.surfaces import confirmation, conversation, notification, thread

CACHE = (
    "Our Go session cache has GC pauses: p99 jumps to 40 ms at 200k requests per second and we need"
    " 5 ms. The team has never written Rust. Should we rewrite it in Rust?"
)
ADOPT = (
    "We run an L7 proxy in C++ that parses untrusted traffic at 2M requests per second. Profiling"
    " shows that parsing takes 70 % of the CPU, memory bugs caused two outages, and the team has"
    " shipped Rust before. Should we write the new parser in Rust?"
)
HOLD = (
    "We need an internal CRUD admin tool with Stripe and Salesforce integrations in six weeks."
    " Requirements change every sprint and nobody on the team knows Rust. Should we use Rust?"
)
VAGUE = "Should we use Rust for our backend?"
CASE = "What happened when Discord moved from Go to Rust?"
COST = "What does it cost to bring Rust into a team that does not know it?"
OFF_TOPIC = "Which pizza place near the office is open late?"
MORE = "It must ship in three weeks, and the requirements change all the time."


def play(on: Stage) -> Iterator[Screen]:
    asked, reply = on.answered(CACHE)
    seen = thread([asked, reply], on.shown)
    yield Screen("mention", "A mention, answered in its thread.", seen, wide=True)
    unfolded = conversation([reply], replace(on.shown, unfolded=True))
    yield Screen("checklist", "The same reply with its checklist unfolded.", unfolded)
    yield Screen(
        "notification",
        "The plain text of that reply, as a notification or a screen reader has it.",
        notification(reply),
    )
    before = on.slack.replies(asked)
    on.ada.clicks(reply, Action.FACT_YES)
    on.until(lambda: "edited" in reply.data or on.slack.replies(asked) != before)
    on.slack.settle()
    shown = [m for m in on.slack.replies(asked) if m not in before] or [reply]
    yield Screen(
        "fact",
        "A missing fact, given with one click: the reply says what it changed.",
        conversation(shown, on.shown),
    )
    more = on.ada.writes(on.channel, MORE, asked.ts)
    changed = on.replied(more)
    yield Screen(
        "follow-up",
        "A follow-up in the thread, without a mention, and what it changes.",
        conversation([more, changed], on.shown),
    )
    (tools,) = (block for block in changed.blocks if block.get("block_id") == "tools")
    (delete,) = (one for one in tools["elements"] if one["action_id"] == Action.DELETE)
    yield Screen("delete", "Delete asks first.", confirmation(delete["confirm"], on.shown))
    for name, caption, text in (
        ("adopt", "Adopt.", ADOPT),
        ("hold", "Hold.", HOLD),
        ("assess", "Assess: too little is known, so it asks.", VAGUE),
        ("case", "A question about what happened elsewhere.", CASE),
        ("cost", "A question about what Rust costs.", COST),
        ("off-topic", "A question about something else.", OFF_TOPIC),
    ):
        seen = thread(on.answered(text), on.shown)
        yield Screen(name, caption, seen, wide=name == "case")
