"""People: what a person does in Slack, with the payloads it sends to the app.

Every method gives back what happened: the `Message` posted (its `deliveries` are the envelopes)
or the `Envelope` of an interaction, which has been acknowledged unless `wait=False`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import forms, payloads
from .envelopes import Envelope
from .limits import ACK_SECONDS
from .methods_files import file_json
from .rules import DOCS, NotPossible
from .workspace import Channel, Enterprise, File, Installation, Json, Member, Message, View

if TYPE_CHECKING:
    from .standin import SlackStandIn


class Person:
    """A member of the workspace who acts. Channels may be given by record, id or name."""

    def __init__(self, slack: SlackStandIn, member: Member) -> None:
        self.slack = slack
        self.member = member

    @property
    def id(self) -> str:
        return self.member.id

    @property
    def mention(self) -> str:
        return self.member.mention

    @property
    def dm(self) -> Channel:
        """The DM with the bot, opened when it is first needed."""
        return self.slack.dm(self.member)

    @property
    def install(self) -> Installation:
        """The installation of the app that serves this person's team."""
        return self.slack.installed(self.member.team)

    # Installing

    def consents(
        self, url: str, *, org: Enterprise | None = None, without: Iterable[str] = ()
    ) -> str:
        """Say yes on Slack's page at `url`, where /slack/install leads. Returns where Slack sends
        the browser then. `without` are optional scopes that are not granted."""
        return self.slack.consent.give(self.member, url, org, frozenset(without))

    def declines(self, url: str) -> str:
        """Press "Cancel" there."""
        return self.slack.consent.refuse(url)

    # Writing

    def writes(
        self, channel: Channel | str, text: str, thread_ts: str | None = None, **more: Any
    ) -> Message:
        """Post a message as typed (`& < >` are escaped, URLs linked). `more` adds fields."""
        where = self._in(channel)
        data = {**payloads.posted_by(self.member, payloads.typed(text), where), **more}
        if thread_ts:
            parent = where.find(thread_ts)
            if parent is None:
                raise NotPossible(f"there is no message {thread_ts} to reply to")
            data["thread_ts"] = thread_ts
            data["parent_user_id"] = parent.data.get("user")
        message = self.slack.world.post(where, data)
        self.slack.tell_of(message)
        return message

    def mentions_bot(
        self, channel: Channel | str, text: str, thread_ts: str | None = None
    ) -> Message:
        """Post with the bot mentioned in front, unless the text has the mention somewhere.

        The app hears `app_mention` and, where it may read the channel, `message` as well: two
        envelopes for one post (https://docs.slack.dev/reference/events/app_mention).
        """
        mention = self.install.bot.mention
        said = text if mention in text else f"{mention} {text}"
        return self.writes(channel, said, thread_ts)

    def writes_dm(self, text: str, thread_ts: str | None = None) -> Message:
        """Write to the bot directly (https://docs.slack.dev/reference/events/message.im)."""
        return self.writes(self.dm, text, thread_ts)

    def shares_file(
        self,
        channel: Channel | str,
        name: str,
        content: bytes = b"x",
        text: str = "",
        thread_ts: str | None = None,
    ) -> Message:
        """Post a file: a message of subtype `file_share` with `files`."""
        world = self.slack.world
        file = File(world.make_id("F"), name, len(content), name, content, complete=True)
        world.files[file.id] = file
        more = {"subtype": "file_share", "files": [file_json(file)], "upload": False}
        return self.writes(channel, text, thread_ts, **more)

    def edits(self, message: Message, text: str) -> Message:
        """Edit an own message: the app hears `message_changed`."""
        self._own(message)
        self.slack.change_message(message, {"text": payloads.typed(text)}, self.id)
        return message

    def deletes(self, message: Message) -> None:
        """Delete an own message: the app hears `message_deleted`."""
        self._own(message)
        self.slack.delete_message(message)

    # Interacting

    def slash(
        self,
        command: str,
        text: str = "",
        channel: Channel | str | None = None,
        *,
        wait: bool = True,
    ) -> Envelope:
        """Use a slash command (never in a thread, as Slack does not allow it).

        What the app answers with the acknowledgement is shown in the channel.
        """
        where = self.dm if channel is None else self._in(channel)
        declared = self.slack.app.commands
        if declared is not None and command not in declared:
            raise NotPossible(f"{command} is not a valid command; there is {sorted(declared)}")
        if "commands" not in self.install.scopes:
            raise NotPossible("the app has no `commands` scope")
        payload = payloads.command(
            self.slack.app,
            self.install,
            self.member,
            where,
            command,
            text,
            response_url=self.slack.give_response_url(where, self.id),
            trigger_id=self.slack.interactions.trigger(self.id),
        )
        envelope = self._deliver("slash_commands", payload, wait)
        if envelope.response:
            self.slack.show_response(where, self.id, envelope.response)
        return envelope

    def clicks(
        self,
        where: Message | View | None,
        action_id: str,
        value: Any = None,
        *,
        within: str | None = None,
        wait: bool = True,
    ) -> Envelope:
        """Use an interactive element of a message, a modal or a Home.

        `within` is the block_id, where several blocks have elements of the same action_id.

        `value` is the option (by value or by text) of a select, overflow, radio or checkbox; a
        list for several; `positive`/`negative` for feedback buttons; an id or a date for pickers;
        for buttons that share an action_id, the value of the one meant.
        """
        if where is None:
            raise NotPossible("there is nothing to click on")
        if not self.slack.app.interactivity:
            raise NotPossible("interactivity is off in the manifest")
        payload = self._interaction("block_actions")
        ts = self.slack.world.make_ts()
        if isinstance(where, Message):
            self._see(where)
            block, element = forms.find(where.blocks, action_id, value, within)
            payload |= payloads.message_container(where)
            kept = self.slack.message_state.setdefault((where.channel.id, where.ts, self.id), {})
            blocks = where.blocks
            payload["trigger_id"] = self.slack.interactions.trigger(self.id)
            payload["response_url"] = self.slack.give_response_url(
                where.channel, self.id, where, where.thread_ts
            )
        else:
            view = self._current(where)
            blocks, kept = view.data["blocks"], view.data["state"]["values"]
            block, element = forms.find(blocks, action_id, value, within)
            payload["trigger_id"] = self.slack.interactions.trigger(self.id, view.id)
        if block["type"] == "input" and not block.get("dispatch_action", False):
            raise NotPossible(f"{action_id!r} is an input without dispatch_action: it is submitted")
        payload["actions"] = [forms.action(block, element, value, ts)]
        if element["type"] in forms.STATEFUL:
            chosen = forms.chosen(element, value)
            kept.setdefault(block["block_id"], {})[element["action_id"]] = chosen
        values = forms.state(blocks, kept)
        if isinstance(where, Message):
            payload["state"] = {"values": values}
        else:
            view.data["state"] = {"values": values}
            payload |= payloads.view_container(view.data)
        return self._deliver("interactive", payload, wait)

    def uses_message_shortcut(
        self, callback_id: str, message: Message, *, wait: bool = True
    ) -> Envelope:
        """https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload"""
        self._declared(callback_id, self.slack.app.message_shortcuts)
        self._see(message)
        channel = message.channel
        payload = self._interaction("message_action") | {
            "callback_id": callback_id,
            "action_ts": self.slack.world.make_ts(),
            "trigger_id": self.slack.interactions.trigger(self.id),
            "response_url": self.slack.give_response_url(channel, self.id, message),
            "channel": {"id": channel.id, "name": payloads.channel_name(channel)},
            "message_ts": message.ts,
            "message": message.data,
        }
        return self._deliver("interactive", payload, wait)

    def uses_global_shortcut(self, callback_id: str, *, wait: bool = True) -> Envelope:
        """https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload"""
        self._declared(callback_id, self.slack.app.global_shortcuts)
        payload = self._interaction("shortcut") | {
            "callback_id": callback_id,
            "action_ts": self.slack.world.make_ts(),
            "trigger_id": self.slack.interactions.trigger(self.id),
        }
        return self._deliver("interactive", payload, wait)

    # Views

    def submits(
        self, view: View | None = None, values: Json | None = None, *, wait: bool = True
    ) -> Envelope:
        """Fill in and submit the modal on top (or `view`), and do what the app's answer says.

        `values` maps an action_id or block_id to what is entered. See `envelope.response` for
        the response_action; errors keep the modal open and stand in `slack.form_errors(person)`.
        """
        shown = self._current(view or self.slack.modal(self))
        data = shown.data
        data["state"] = {
            "values": forms.fill(data["blocks"], data["state"]["values"], values or {})
        }
        if data.get("submit_disabled"):
            raise NotPossible("the modal's submit button is disabled")
        payload = self._interaction("view_submission") | {
            "trigger_id": self.slack.interactions.trigger(self.id, shown.id),
            "view": data,
            "response_urls": self.slack.response_urls(shown, self.id),
        }
        envelope = self._deliver("interactive", payload, wait)
        if envelope.acked:
            self.slack.after_submission(shown, envelope.response)
        return envelope

    def closes(self, view: View | None = None) -> Envelope | None:
        """Close the modal on top; `view_closed` is sent where the view asked for it."""
        shown = self._current(view or self.slack.modal(self))
        stack = self.slack.world.modals[self.id]
        all_gone = bool(shown.data.get("clear_on_close"))
        del stack[0 if all_gone else stack.index(shown) :]
        if not shown.data.get("notify_on_close"):
            return None
        closed = {"view": shown.data, "is_cleared": all_gone}
        return self._deliver("interactive", self._interaction("view_closed") | closed, True)

    # The app's own places

    def opens_home(self) -> View | None:
        """Open the Home tab: `app_home_opened`, with the view that is there already."""
        if not self.slack.app.home:
            raise NotPossible("the Home tab is off in the manifest")
        return self._opens("home")

    def opens_agent_pane(self, seen_in: Channel | str | None = None) -> Json:
        """Open the Messages tab: `app_home_opened` with `tab` messages, and, for an app of the
        older kind that subscribes to it, `assistant_thread_started`.

        https://docs.slack.dev/ai/migrating-to-agent-messaging
        """
        if not self.slack.app.messages_tab:
            raise NotPossible("the Messages tab is off in the manifest")
        self._opens("messages")
        thread_ts = None
        if "assistant_thread_started" in self.slack.app.events:
            root = {"user": self.install.bot.id, "text": "New Assistant Thread", "bot_id": None}
            thread_ts = self.slack.world.post(self.dm, root).ts
            channel = self._in(seen_in) if seen_in is not None else None
            started = payloads.thread_started(self.member, self.dm, thread_ts, channel)
            self.slack.tell("assistant_thread_started", started)
        return {"channel": self.dm.id, "thread_ts": thread_ts}

    def invites_bot(self, channel: Channel | str) -> Envelope | None:
        """Bring the bot into a channel: `member_joined_channel` for the bot itself."""
        where = self.slack.channel(channel)
        return self.slack.join(where, self.install.bot, self.member)

    # Below, what every action needs

    def _opens(self, tab: str) -> View | None:
        home = self.slack.world.homes.get(self.id)
        view = home.data if home else None
        ts = self.slack.world.make_ts()
        event = payloads.app_home_opened(self.member, self.dm, tab, ts, view)
        self.slack.tell("app_home_opened", event, self.dm)
        return home

    def _in(self, channel: Channel | str) -> Channel:
        where = self.slack.channel(channel)
        if self.id not in where.members:
            raise NotPossible(f"{self.member.name} is not in {where.name}")
        if where.is_archived:
            raise NotPossible(f"{where.name} is archived")
        return where

    def _see(self, message: Message) -> None:
        if message.deleted:
            raise NotPossible("the message was deleted")
        if message.ephemeral_to not in (None, self.id):
            raise NotPossible("the message is only visible to somebody else")
        if self.id not in message.channel.members:
            raise NotPossible(f"{self.member.name} is not in {message.channel.name}")

    def _own(self, message: Message) -> None:
        if message.user != self.id or message.deleted:
            raise NotPossible("only own messages can be changed")

    def _current(self, view: View | None) -> View:
        """The view as it is now: a modal must be on top, a Home must be this person's."""
        if view is None:
            raise NotPossible("there is no open modal")
        home = self.slack.world.homes.get(self.id)
        if home is not None and home.id == view.id:
            return home
        stack = self.slack.world.modals.get(self.id) or []
        if not stack or stack[-1].id != view.id:
            raise NotPossible("the modal is not on top")
        return stack[-1]

    def _declared(self, callback_id: str, declared: frozenset[str] | None) -> None:
        if declared is not None and callback_id not in declared:
            raise NotPossible(f"no shortcut {callback_id!r}; there is {sorted(declared)}")

    def _interaction(self, kind: str) -> Json:
        return payloads.interaction(kind, self.slack.app, self.install, self.member)

    def _deliver(self, kind: str, payload: Json, wait: bool) -> Envelope:
        envelope = self.slack.deliver(kind, payload)
        if wait and not envelope.wait(ACK_SECONDS) and not envelope.lost:
            doc = f"{DOCS}/interactivity/handling-user-interaction#acknowledgment_response"
            what = payload.get("command") or payload.get("callback_id") or payload.get("type")
            self.slack.complain("operation_timeout", f"{what} not acknowledged", doc)
        return envelope
