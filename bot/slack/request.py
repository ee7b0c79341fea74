"""One use of the slash command, as the listeners of its words are handed it."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt import Respond
from slack_sdk import WebClient

from bot.slack.blocks.message import Message
from bot.slack.house import House
from bot.slack.reaching import say
from bot.slack.way import Way
from bot.store.records import Place


@dataclass(frozen=True, slots=True)
class Request:
    """`rest` is what was written behind the word. Everything said is private to the person."""

    house: House
    client: WebClient
    respond: Respond
    team: str
    channel: str
    user: str
    trigger: str
    rest: str = ""

    def tell(self, message: Message) -> None:
        say(self.client, self.way, self.user, message)

    @property
    def place(self) -> Place:
        """A command stands in no thread."""
        return Place(team=self.team, channel=self.channel, thread_ts="")

    @property
    def way(self) -> Way:
        return Way(channel=self.channel, url=self.respond.response_url or "")
