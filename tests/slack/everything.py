"""Everything a person can do with the bot, done once: the payloads that Slack sent for it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks.channel import PRIVATE
from bot.slack.ids import COMMAND, FACTS, Action, Shortcut, View
from tests.slack.drafting import PATIENCE, drafted, told
from tests.slack.stand_in import Channel, Message, Person, SlackStandIn
from tests.slack.stand_in import View as Shown

ASKED = "Our hush-hush cache in Go gets GC pauses, p99 must stay under 5 ms. Should we use Rust?"
Json = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """One payload of Slack's, and the name that it goes by: action, form, event, command."""

    name: str
    payload: Json


def name_of(payload: Json) -> str:
    if "event" in payload:
        return str(payload["event"]["type"])
    if "command" in payload:
        return f"{payload['command']} {payload['text']}".strip()
    if payload["type"] == "block_actions":
        return str(payload["actions"][0]["action_id"])
    view = payload.get("view") or {}
    return str(payload.get("callback_id") or f"form {view.get('callback_id')}")


@dataclass
class Day:
    """A day with the bot: Ada uses all of it."""

    slack: SlackStandIn
    ada: Person
    general: Channel

    def lives(self) -> list[Sent]:
        before = len(self.slack.envelopes)
        for part in (self._asks, self._forms, self._commands, self._at_home, self._leaves):
            part()
        seen: dict[str, Sent] = {}
        for envelope in self.slack.envelopes[before:]:
            name = name_of(envelope.payload)
            seen.setdefault(name, Sent(name, copy.deepcopy(envelope.payload)))
        return list(seen.values())

    def modal(self, callback: str) -> Shown:
        def shown() -> Shown | None:
            view = self.slack.modal(self.ada)
            return view if view and view.data.get("callback_id", "") == callback else None

        return self.slack.wait_for(shown, PATIENCE)

    def close(self) -> None:
        self.slack.world.modals.pop(self.ada.id, None)

    def _asks(self) -> None:
        slack, ada, general = self.slack, self.ada, self.general
        post = ada.mentions_bot(general, ASKED)
        (reply,) = slack.wait_for(lambda: slack.replies(post), PATIENCE)
        for action in (action for pair in FACTS for action in pair):
            self._waits_for_change(reply, action)
        ada.clicks(reply, Action.VOTE, "positive")
        told(slack, ada, "Thank you")
        ada.clicks(reply, Action.VOTE, "negative")
        ada.submits(self.modal(View.VOTE_REASON), {"reason": "too long"})
        ada.clicks(reply, Action.SOURCES)
        self._turns(Action.SOURCES_NEXT)
        self._turns(Action.SOURCES_BACK)
        self.close()
        ada.clicks(reply, Action.EXPORT)
        slack.wait_for(lambda: any(file.complete for file in slack.world.files.values()))
        ada.uses_message_shortcut(Shortcut.ASSESS_MESSAGE, post)
        told(slack, ada, "Rust")

    def _waits_for_change(self, reply: Message, action: Action) -> None:
        before = len(reply.history)
        self.ada.clicks(reply, action)
        self.slack.wait_for(lambda: len(reply.history) > before, PATIENCE)

    def _turns(self, action: Action) -> None:
        view = self.modal(View.SOURCES)
        before = view.data["hash"]
        self.ada.clicks(view, action)
        self.slack.wait_for(lambda: view.data["hash"] != before, PATIENCE)

    def _forms(self) -> None:
        slack, ada = self.slack, self.ada
        draft = drafted(slack, ada, self.general, ASKED)
        ada.clicks(draft, Action.REFINE)
        ada.submits(self.modal(View.FORM), {"words": f"{ASKED} It parses untrusted files."})
        slack.wait_for(lambda: draft.history, PATIENCE)
        ada.clicks(draft, Action.WHAT_IF)
        view = self.modal(View.WHAT_IF)
        before = view.data["hash"]
        ada.clicks(view, Action.SUPPOSE, "yes", within="prototype_mvp")
        slack.wait_for(lambda: view.data["hash"] != before, PATIENCE)
        before = len(draft.history)
        ada.submits(view)
        slack.wait_for(lambda: len(draft.history) > before, PATIENCE)
        ada.uses_global_shortcut(Shortcut.OPEN_FORM)
        self.modal(View.FORM)
        self.close()
        ada.clicks(draft, Action.SHARE)
        slack.wait_for(lambda: draft.text == "Shared.", PATIENCE)
        gone = drafted(slack, ada, self.general, ASKED)
        ada.clicks(gone, Action.DELETE)
        slack.wait_for(lambda: gone.deleted, PATIENCE)

    def _commands(self) -> None:
        slack, ada, general = self.slack, self.ada, self.general
        for word in ("", "help", "status", "export", "reindex", "channel"):
            before = len(slack.calls())
            ada.slash(COMMAND, word, general)
            slack.wait_for(lambda before=before: len(slack.calls()) > before, PATIENCE)
        ada.submits(self.modal(View.CHANNEL), {PRIVATE: "off"})
        drafted(slack, ada, general, ASKED)
        ada.slash(COMMAND, "history", general)
        listed = told(slack, ada, "Your latest assessments")
        ada.clicks(listed, Action.OPEN)
        ada.clicks(listed, Action.LINK)

    def _at_home(self) -> None:
        slack, ada = self.slack, self.ada
        ada.opens_agent_pane()
        ada.member.is_admin = True
        ada.opens_home()
        home = slack.wait_for(lambda: slack.home(ada), PATIENCE)
        ada.member.is_admin = False
        ada.clicks(home, Action.REBUILD)
        ada.clicks(home, Action.FORM)
        self.modal(View.FORM)
        ada.clicks(home, Action.HOME_OPEN)
        self.modal("")
        ada.clicks(home, Action.CHANNEL)
        view = self.modal(View.CHANNEL)
        before = view.data["hash"]
        ada.clicks(view, Action.CHANNEL_PICKED, self.general.id)
        slack.wait_for(lambda: view.data["hash"] != before, PATIENCE)
        self.close()

    def _leaves(self) -> None:
        slack, ada = self.slack, self.ada
        ada.slash(COMMAND, "forget me", self.general)
        ada.clicks(told(slack, ada, "This deletes"), Action.FORGET)
        told(slack, ada, "Deleted, with your votes")
        slack.settle()
        slack.take_away(slack.install, slack.add_team("Elsewhere"))
        slack.uninstall()
        slack.install.active, slack.revoked = True, False
