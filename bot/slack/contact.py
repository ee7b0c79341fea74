"""Whom a channel points to for human help: a person, or words, as one piece of mrkdwn.

A person stands there as a link to the profile and not as a mention, which would notify them with
every answer.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from bot.slack.blocks.kit import escape, flat, link

MOST = 200
"""Characters that a channel's settings have room for."""

_NAME = 40
_BETWEEN = ", "
_PROFILE = re.compile(r"^<https?://[^|>]*/team/(?P<user>[A-Z0-9]+)\|[^>]*>(?:, )?")


@dataclass(frozen=True)
class Contact:
    """`user` is a Slack id, `words` plain text; each may be empty."""

    user: str = ""
    words: str = ""

    @classmethod
    def of(cls, shown: str) -> Contact:
        """What `mrkdwn` was made from."""
        found = _PROFILE.match(shown)
        rest = shown[found.end() :] if found else shown
        return cls(found["user"] if found else "", html.unescape(rest))

    def mrkdwn(self, workspace: str, name: str) -> str:
        """As it stands below an answer; `workspace` is the address of Slack's pages of it.

        The name gives way where all of it would be too long.
        """
        words = escape(self.words)
        if not self.user:
            return words
        profile = f"{workspace.rstrip('/')}/team/{self.user}"
        room = MOST - len(link(profile, "")) - len(_BETWEEN + words)
        plain = "".join(character for character in name if character not in "&<>|")
        said = link(profile, flat(plain, max(min(room, _NAME), 1)))
        return f"{said}{_BETWEEN}{words}" if words else said
