"""Why each scope is asked for: the events and Web API methods that need it, and what they give.

The list of scopes itself is the manifest's; a test keeps the two, and the code's calls, together.
https://docs.slack.dev/reference/scopes
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope. `purpose` says what is lost without it."""

    name: str
    purpose: str
    methods: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    @property
    def doc(self) -> str:
        return f"https://docs.slack.dev/reference/scopes/{self.name.replace(':', '.')}"


SCOPES = (
    Scope("app_mentions:read", "answers where the bot is mentioned", events=("app_mention",)),
    Scope(
        "assistant:write",
        "the agent pane with its suggested prompts",
        methods=("assistant.threads.setSuggestedPrompts", "assistant.threads.setTitle"),
    ),
    Scope(
        "chat:write",
        "every reply, and the status while an answer is worked out",
        methods=(
            "assistant.threads.setStatus",
            "chat.delete",
            "chat.postEphemeral",
            "chat.postMessage",
            "chat.update",
        ),
    ),
    Scope("commands", "the slash command and the shortcuts"),
    Scope(
        "files:write",
        "the architecture decision record as a file in the thread",
        methods=("files.completeUploadExternal", "files.getUploadURLExternal"),
    ),
    Scope(
        "im:history",
        "answers to direct messages and in the pane",
        methods=("conversations.replies",),
        events=("message.im",),
    ),
    Scope(
        "channels:history",
        "follow-ups without a mention in public channels, and no reply twice there",
        methods=("conversations.replies",),
        events=("message.channels",),
    ),
    Scope(
        "groups:history",
        "follow-ups without a mention in private channels, and no reply twice there",
        methods=("conversations.replies",),
        events=("message.groups",),
    ),
    Scope(
        "channels:read",
        "a private draft is not shared into a public channel that another organisation reads",
        methods=("conversations.info",),
    ),
    Scope(
        "groups:read",
        "a private draft is not shared into a private channel that another organisation reads",
        methods=("conversations.info",),
    ),
    Scope(
        "users:read",
        "workspace admins may rebuild the index without being named in RUST_OR_NOT_ADMINS, and "
        "guests may not change a channel's settings",
        methods=("users.info",),
    ),
)

UNSCOPED_METHODS = frozenset(
    {
        "api.test",
        "apps.connections.open",  # an app-level token with `connections:write`
        "auth.test",
        "blocks.validate",
        "chat.getPermalink",
        "oauth.v2.access",  # the app's client id and secret, in place of a token
        "views.open",
        "views.publish",
        "views.push",
        "views.update",
    }
)
"""Methods that a bot token may call without any scope: https://docs.slack.dev/reference/methods"""

UNSCOPED_EVENTS = frozenset(
    {"app_home_opened", "app_uninstalled", "team_access_revoked", "tokens_revoked"}
)
"""Events that need no scope: https://docs.slack.dev/reference/events"""
