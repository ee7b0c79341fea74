"""What people write, as Slack delivers it, made into a question."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"<(?P<sigil>[@#!]?)(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_EMPTY_LINES = re.compile(r"(?<![ \t])[ \t]+\n")


def words_of(text: str, bot: str | None = None) -> str:
    """The text a person meant: links by their label, entities as characters, the bot not named.

    Slack escapes `&`, `<` and `>` only, in that notation:
    https://docs.slack.dev/messaging/formatting-message-text
    """

    def said(found: re.Match[str]) -> str:
        sigil, target, label = found["sigil"], found["target"], found["label"]
        if sigil == "@":
            return "" if target == bot else f"@{label or target}"
        if sigil == "#":
            return f"#{label or target}"
        if sigil == "!":
            return label or f"@{target.split('^')[0]}"
        return label or target.removeprefix("mailto:")

    plain = _TOKEN.sub(said, text)
    for entity, character in _ENTITIES:
        plain = plain.replace(entity, character)
    return _EMPTY_LINES.sub("\n", plain).strip()


def mentions(text: str, user: str) -> bool:
    """Whether a message names a user."""
    return f"<@{user}>" in text or f"<@{user}|" in text
