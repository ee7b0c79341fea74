"""What there is to see afterwards: the questions a test asks of the stand-in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from .core import Core
from .limits import STATUS_SECONDS
from .people import Person
from .rules import Call, Complaint
from .workspace import Channel, Json, Message, View

T = TypeVar("T")


class Transcript(Core):
    """Reading back what happened, and waiting for it."""

    def messages(self, channel: Channel | str, *, by_bot: bool | None = None) -> list[Message]:
        """Everything anyone can read in a channel, threads included, oldest first."""
        with self.world.changed:
            return [
                m
                for m in self.channel(channel).messages
                if not m.deleted and m.ephemeral_to is None and by_bot in (None, m.from_bot)
            ]

    def thread(
        self,
        channel: Channel | str,
        ts: str | Message,
        *,
        by_bot: bool | None = None,
    ) -> list[Message]:
        """The replies under a message, without the message itself."""
        wanted = ts.ts if isinstance(ts, Message) else ts
        found = self.messages(channel, by_bot=by_bot)
        return [m for m in found if m.thread_ts == wanted and m.ts != wanted]

    def replies(self, message: Message) -> list[Message]:
        """The bot's replies in the thread of a message (which may itself be a reply)."""
        return self.thread(message.channel, message.thread_ts or message.ts, by_bot=True)

    def ephemerals(self, user: Person | str) -> list[Message]:
        """What only this person saw, in any channel."""
        user_id = user if isinstance(user, str) else user.id
        with self.world.changed:
            return [
                m
                for c in self.world.channels.values()
                for m in c.messages
                if m.ephemeral_to == user_id and not m.deleted
            ]

    def home(self, user: Person | str) -> View | None:
        """The Home that the app published for this person."""
        return self.world.homes.get(user if isinstance(user, str) else user.id)

    def modal(self, user: Person | str) -> View | None:
        """The modal on top, or None."""
        stack = self.modals(user)
        return stack[-1] if stack else None

    def modals(self, user: Person | str) -> list[View]:
        """The stack of modals, the lowest first."""
        with self.world.changed:
            return list(self.world.modals.get(user if isinstance(user, str) else user.id, []))

    def form_errors(self, user: Person | str) -> dict[str, str]:
        """What the modal on top says is wrong: block_id → message."""
        return self.form_errors_of.get(user if isinstance(user, str) else user.id, {})

    def calls(self, method: str | None = None) -> list[Call]:
        """Web API calls in the order they came; also uses of `response_url`."""
        with self.world.changed:
            return [c for c in self._calls if method in (None, c.method)]

    def status(self, channel: Channel | str, thread_ts: str) -> Json | None:
        """The status shown in a thread now ("is thinking…"), or None.

        It ends with the bot's next message there, or after two minutes
        (https://docs.slack.dev/reference/methods/assistant.threads.setStatus).
        """
        found = self.world.statuses.get((self.channel(channel).id, thread_ts))
        return found if found and self.clock.now() - found["at"] < STATUS_SECONDS else None

    def prompts(self, channel: Channel | str, thread_ts: str | None = None) -> list[Json]:
        """The suggested prompts shown in the pane, each with `title` and `message`."""
        found = self.world.prompts.get((self.channel(channel).id, thread_ts), {})
        return list(found.get("prompts", []))

    def unacked(self) -> list[str]:
        """The ids of envelopes that were sent and not acknowledged."""
        with self.world.changed:
            return [e.id for e in self.envelopes if not e.acked]

    def permalink(self, message: Message) -> str:
        """https://docs.slack.dev/reference/methods/chat.getPermalink"""
        team, channel = message.channel.team, message.channel
        plain = (
            f"https://{team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
        )
        if message.thread_ts in (None, message.ts):
            return plain
        return f"{plain}?thread_ts={message.thread_ts}&cid={channel.id}"

    def story(self) -> str:
        """The last calls, deliveries and complaints, for a failing test to show."""
        calls = [f"  {c.method} {c.error or 'ok'} {str(c.args)[:160]}" for c in self._calls[-15:]]
        told = [
            f"  {e.kind} {e.event.get('type') or e.payload.get('type') or e.payload.get('command')}"
            f" {'acked' if e.acked else 'not acked'}"
            for e in self.envelopes[-15:]
        ]
        broken = [f"  {c}" for c in self._complaints[-15:]]
        return "\n".join(["calls:", *calls, "told:", *told, "complaints:", *broken])

    @contextmanager
    def expecting(self, rule: str) -> Iterator[list[Complaint]]:
        """The block must break this rule, and may: its complaints of the rule are taken out."""
        before = len(self._complaints)
        met: list[Complaint] = []
        yield met
        self.wait_for(lambda: any(c.rule == rule for c in self._complaints[before:]))
        with self.world.changed:
            met += [c for c in self._complaints[before:] if c.rule == rule]
            kept = [c for c in self._complaints[before:] if c.rule != rule]
            self._complaints[before:] = kept

    # Waiting

    def wait_for(self, predicate: Callable[[], T], seconds: float = 20.0) -> T:
        """Wait until the predicate gives something true, and give that; else fail with the story.

        Wakes whenever something happens, so it costs no time once it is true.
        """
        until = time.monotonic() + seconds
        with self.world.changed:
            while not (found := predicate()):
                left = until - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not within {seconds} s; so far:\n{self.story()}")
                self.world.changed.wait(min(left, 0.05))
        return found

    def wait_connected(self, sockets: int = 1, seconds: float = 20.0) -> None:
        """Wait until the app has this many sockets open."""
        self.wait_for(lambda: len(self.sockets.live) >= sockets, seconds)

    def settle(self, quiet: float = 0.2, seconds: float = 20.0) -> None:
        """Wait until every envelope is acknowledged and no call came for `quiet` seconds.

        For claims that something does not happen.
        """
        until, last, since = time.monotonic() + seconds, -1, time.monotonic()
        pause = threading.Event()
        while time.monotonic() < until:
            with self.world.changed:
                count = len(self._calls) + len(self.envelopes)
                busy = any(not e.acked and not e.lost and e.status is None for e in self.envelopes)
            if count != last or busy:
                last, since = count, time.monotonic()
            elif time.monotonic() - since >= quiet:
                return
            pause.wait(0.02)
        raise AssertionError(f"not quiet within {seconds} s:\n{self.story()}")
