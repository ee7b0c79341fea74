"""What follows from an act: who is told of a message, what a response or a submission does."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, cast

from . import limits, payloads
from .envelopes import Envelope
from .methods_chat import said_by, signed
from .methods_views import complete_view, replace_view
from .rules import DOCS, Call, SlackError
from .transcript import Transcript
from .web_api import Request
from .workspace import Channel, Installation, Json, Member, Message, Team, View

if TYPE_CHECKING:
    from .standin import SlackStandIn

SUBMISSION = f"{DOCS}/surfaces/modals#response_actions"
ABOUT_THE_END = ("app_uninstalled", "tokens_revoked", "team_access_revoked")
MESSAGE_EVENT = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


class Happenings(Transcript):
    """The consequences of what people and the app do."""

    # Events

    def tell(
        self,
        kind: str,
        event: Json,
        channel: Channel | None = None,
        install: Installation | None = None,
    ) -> Envelope | None:
        """Send an event if the app subscribes to it, holds its scope and is still installed."""
        install = install or (self.installed(channel.team) if channel else self.install)
        if not install.active and kind not in ABOUT_THE_END:
            return None
        if not self.app.hears(kind, install.scopes):
            return None
        now = self.clock.now()
        body = payloads.event_callback(self.app, install, event, channel, now)
        return self.deliver("events_api", body)

    def tell_of(self, message: Message) -> None:
        """Tell the app of a new message: as a mention, as a message, as both, or not at all.

        In a DM there is no app_mention (https://docs.slack.dev/reference/events/app_mention).
        """
        channel, bot = message.channel, self.installed(message.channel.team).bot
        if bot.id not in channel.members:
            return
        told: list[Envelope | None] = []
        plain = message.data.get("subtype") in (None, "file_share")
        if (
            plain
            and f"<@{bot.id}" in message.text
            and channel.kind != "im"
            and not message.from_bot
        ):
            told.append(self.tell("app_mention", payloads.mention_event(message), channel))
        event = payloads.message_event(message)
        told.append(self.tell(MESSAGE_EVENT[channel.kind], event, channel))
        message.deliveries += [e for e in told if e is not None]

    def other_bot_writes(
        self, channel: Channel | str, text: str, thread_ts: str | None = None
    ) -> Message:
        """A message of another app, of subtype `bot_message`.

        https://docs.slack.dev/reference/events/message/bot_message
        """
        where = self.channel(channel)
        data: Json = {
            "subtype": "bot_message",
            "text": text,
            "bot_id": "B0OTHERBOT1",
            "username": "other-bot",
        }
        if thread_ts:
            data["thread_ts"] = thread_ts
        message = self.world.post(where, data)
        self.tell_of(message)
        return message

    def join(
        self, channel: Channel, member: Member, inviter: Member | None = None
    ) -> Envelope | None:
        """https://docs.slack.dev/reference/events/member_joined_channel"""
        channel.members.add(member.id)
        if self.installed(channel.team).bot.id not in channel.members:
            return None
        event = {
            "type": "member_joined_channel",
            "user": member.id,
            "channel": channel.id,
            "channel_type": "G" if channel.kind == "group" else "C",
            "team": channel.team.id,
            "event_ts": self.world.make_ts(),
            **({"inviter": inviter.id} if inviter else {}),
        }
        return self.tell("member_joined_channel", event, channel)

    def uninstall(self, install: Installation | None = None) -> list[Envelope]:
        """An admin removes the app: `tokens_revoked` and `app_uninstalled`, in no fixed order.

        https://docs.slack.dev/reference/events/app_uninstalled
        """
        gone = {"type": "app_uninstalled"}
        told = [self.revoke_tokens(install), self.tell("app_uninstalled", gone, install=install)]
        return [e for e in told if e is not None]

    def revoke_tokens(self, install: Installation | None = None) -> Envelope | None:
        """https://docs.slack.dev/reference/events/tokens_revoked"""
        install = install or self.install
        install.active, self.revoked = False, True
        tokens: Json = {"oauth": [], "bot": [install.bot.id]}
        event = {"type": "tokens_revoked", "tokens": tokens}
        return self.tell("tokens_revoked", event, install=install)

    def take_away(self, install: Installation, *teams: Team) -> Envelope | None:
        """An organisation takes the app away from some of its workspaces.

        https://docs.slack.dev/reference/events/team_access_revoked
        """
        ids = [team.id for team in teams]
        install.granted.difference_update(ids)
        event = {"type": "team_access_revoked", "team_ids": ids}
        return self.tell("team_access_revoked", event, install=install)

    # Messages

    def after_bot_post(self, message: Message, thread_ts: str | None) -> None:
        """A message of the bot ends its status, and comes back to it as an event."""
        self.world.statuses.pop((message.channel.id, thread_ts or message.ts), None)
        self.tell_of(message)

    def change_message(self, message: Message, data: Json, by: str) -> None:
        """Put new content into a message and tell the app: `message_changed`."""
        with self.world.changed:
            before = copy.deepcopy(message.data)
            message.history.append(before)
            ts = self.world.make_ts()
            message.data.update(data, edited={"user": by, "ts": ts})
            if "blocks" not in data and not before.get("bot_id"):
                message.data.pop("blocks", None)
            self.world.changed.notify_all()
        if self.installed(message.channel.team).bot.id in message.channel.members:
            event = payloads.changed_event(message, before, ts)
            told = self.tell(MESSAGE_EVENT[message.channel.kind], event, message.channel)
            message.deliveries += [told] if told else []

    def delete_message(self, message: Message) -> None:
        """Take a message away and tell the app: `message_deleted`."""
        with self.world.changed:
            message.deleted = True
            self.world.changed.notify_all()
        bot = self.installed(message.channel.team).bot
        if bot.id in message.channel.members and message.ephemeral_to is None:
            event = payloads.deleted_event(message, self.world.make_ts())
            self.tell(MESSAGE_EVENT[message.channel.kind], event, message.channel)

    # Responses

    def give_response_url(
        self,
        channel: Channel,
        user: str,
        message: Message | None = None,
        thread_ts: str | None = None,
    ) -> str:
        return self.base_url + self.interactions.response_url(channel, user, message, thread_ts)

    def response_urls(self, view: View, user: str) -> list[Json]:
        """The `response_urls` of a submission: one for each channel chosen in such an input."""
        found = []
        for block in view.data["blocks"]:
            element = block.get("element") or {}
            if not element.get("response_url_enabled"):
                continue
            said = view.data["state"]["values"][block["block_id"]][element["action_id"]]
            chosen = said.get("selected_conversation") or said.get("selected_channel")
            if chosen in self.world.channels:
                url = self.give_response_url(self.world.channels[chosen], user)
                ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
                found.append({**ids, "channel_id": chosen, "response_url": url})
        return found

    def respond(self, path: str, call: Call) -> None:
        """Do what a POST to a response URL says.

        https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
        """
        url = self.interactions.use(path)
        request = Request(cast("SlackStandIn", self), self.installed(url.channel.team), call)
        if request.flag("delete_original"):
            if url.message is not None:
                self.delete_message(url.message)
            return
        data = {**said_by(request, checked_channel=url.channel), **signed(request)}
        if request.flag("replace_original") and url.message is not None:
            url.message.history.append(copy.deepcopy(url.message.data))
            if "blocks" not in data:
                url.message.data.pop("blocks", None)
            url.message.data.update(data)
            return
        self._show(url.channel, url.user, call.args, data)

    def show_response(self, channel: Channel, user: str, said: Any) -> None:
        """Show what came with the acknowledgement of a command."""
        install = self.installed(channel.team)
        call = Call("command_response", said, install.token, self.clock.now())
        request = Request(cast("SlackStandIn", self), install, call)
        try:
            data = {**said_by(request, checked_channel=channel), **signed(request)}
        except SlackError as refused:
            self.complain(refused.error, refused.detail, refused.doc, "command_response")
            return
        self._show(channel, user, said, data)

    def _show(self, channel: Channel, user: str, said: Json, data: Json) -> None:
        if said.get("thread_ts"):
            data["thread_ts"] = said["thread_ts"]
        public = said.get("response_type") == "in_channel"
        message = self.world.post(channel, data, ephemeral_to=None if public else user)
        if public:
            self.tell_of(message)

    # Submissions

    def after_submission(self, view: View, response: Any) -> None:
        """Do what the answer to a view_submission says: close, clear, update, push, or errors.

        https://docs.slack.dev/surfaces/modals#response_actions
        """
        with self.world.changed:
            stack = self.world.modals[view.user]
            self.form_errors_of.pop(view.user, None)
            said = response if isinstance(response, dict) else {}
            install = self.installed(self.world.members[view.user].team)
            call = Call("view_submission", {}, install.token, self.clock.now())
            try:
                self._apply(stack, view, said, Request(cast("SlackStandIn", self), install, call))
            except SlackError as refused:
                self.complain(refused.error, refused.detail, refused.doc, "view_submission")
            self.world.changed.notify_all()

    def _apply(self, stack: list[View], view: View, said: Json, request: Request) -> None:
        match said.get("response_action"):
            case None:
                if said:
                    raise SlackError("invalid_response", f"{said}", doc=SUBMISSION)
                if view in stack:
                    stack.remove(view)
            case "clear":
                stack.clear()
            case "update":
                replace_view(view, complete_view(request, said.get("view"), "modal"))
            case "push":
                if len(stack) >= limits.MODAL_STACK:
                    raise SlackError("push_limit_reached", "3 views at most", doc=SUBMISSION)
                data = complete_view(request, said.get("view"), "modal")
                self.world.push_view(view.user, data, fresh=False)
            case "errors":
                errors = said.get("errors")
                ids = {b["block_id"] for b in view.data["blocks"] if b["type"] == "input"}
                if not isinstance(errors, dict) or not errors or set(errors) - ids:
                    raise SlackError("invalid_errors", f"{errors} not in {ids}", doc=SUBMISSION)
                self.form_errors_of[view.user] = errors
            case other:
                raise SlackError("invalid_response_action", str(other), doc=SUBMISSION)
