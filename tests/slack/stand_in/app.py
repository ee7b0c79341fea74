"""The Slack app under test as Slack's side knows it: its manifest, secrets, scopes and events."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .rules import DOCS

EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "app_home_opened": (),
    "app_uninstalled": (),
    "team_access_revoked": (),
    "tokens_revoked": (),
    "assistant_thread_started": ("assistant:write",),
    "assistant_thread_context_changed": ("assistant:write",),
    "app_context_changed": (),
    "reaction_added": ("reactions:read",),
    "file_shared": ("files:read",),
}
"""Bot events the stand-in sends, each with the scopes one of which it needs
(https://docs.slack.dev/reference/events)."""

BOT_SCOPES = frozenset(
    (
        *("app_mentions:read", "chat:write", "commands"),
        *("im:history", "channels:history", "groups:history"),
    )
)
"""What is granted when a test names neither scopes nor a manifest."""


@dataclass
class SlackApp:
    """What api.slack.com holds of the app. None for a set means "anything is declared"."""

    name: str = "rust-or-not"
    scopes: frozenset[str] = BOT_SCOPES
    events: frozenset[str] = frozenset(EVENT_SCOPES) - {"assistant_thread_started"}
    commands: frozenset[str] | None = None
    message_shortcuts: frozenset[str] | None = None
    global_shortcuts: frozenset[str] | None = None
    interactivity: bool = True
    home: bool = True
    messages_tab: bool = True
    agent_view: bool = False
    redirect_urls: tuple[str, ...] = ()
    token_rotation: bool = False
    org_deploy: bool = False
    id: str = "A0STANDIN01"
    client_id: str = "1111111111.2222222222"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    app_token: str = field(default_factory=lambda: f"xapp-1-A0STANDIN01-{secrets.token_hex(16)}")
    verification_token: str = field(default_factory=lambda: secrets.token_hex(12))

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any], *, optional_scopes: bool = True) -> SlackApp:
        """The app a manifest describes, with or without the scopes it calls optional.

        Optional scopes stand in `bot` as well (https://docs.slack.dev/reference/app-manifest).
        """
        features = manifest.get("features", {})
        settings = manifest.get("settings", {})
        granted = manifest.get("oauth_config", {}).get("scopes", {})
        home = features.get("app_home", {})
        shortcuts = features.get("shortcuts", [])
        asked = frozenset(granted.get("bot", []))
        optional = frozenset(granted.get("bot_optional", []))
        return cls(
            name=manifest.get("display_information", {}).get("name", cls.name),
            scopes=asked if optional_scopes else asked - optional,
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            commands=frozenset(c["command"] for c in features.get("slash_commands", [])),
            message_shortcuts=_callbacks(shortcuts, "message"),
            global_shortcuts=_callbacks(shortcuts, "global"),
            interactivity=bool(settings.get("interactivity", {}).get("is_enabled", False)),
            home=bool(home.get("home_tab_enabled", False)),
            agent_view="agent_view" in features,
            redirect_urls=tuple(manifest.get("oauth_config", {}).get("redirect_urls", [])),
            token_rotation=bool(settings.get("token_rotation_enabled", False)),
            org_deploy=bool(settings.get("org_deploy_enabled", False)),
            messages_tab=bool(home.get("messages_tab_enabled", False)),
        )

    def hears(self, event: str, scopes: Iterable[str]) -> bool:
        """Whether the event is subscribed to and one of the scopes it needs is held."""
        needed = EVENT_SCOPES[event]
        return event in self.events and (not needed or bool(set(needed) & set(scopes)))


def _callbacks(shortcuts: list[dict[str, Any]], kind: str) -> frozenset[str]:
    return frozenset(s["callback_id"] for s in shortcuts if s.get("type") == kind)


SCOPES_DOC = f"{DOCS}/reference/scopes"
