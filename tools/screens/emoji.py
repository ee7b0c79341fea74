"""The emoji that the app uses, by Slack's codes."""

from __future__ import annotations

import re

EMOJI = {
    "eyes": "👀",
    "hourglass_flowing_sand": "⏳",
    "large_green_circle": "🟢",
    "large_yellow_circle": "🟡",
    "red_circle": "🔴",
    "speech_balloon": "💬",
    "thumbsdown": "👎",
    "thumbsup": "👍",
    "warning": "⚠️",
    "white_check_mark": "✅",
    "white_circle": "⚪",
    "x": "❌",
}
CODE = re.compile(r":([a-z0-9_+-]+):")


def with_emoji(text: str) -> str:
    """The codes replaced; what is no code that we know stays as written, as in Slack."""
    return CODE.sub(lambda found: EMOJI.get(found[1], found[0]), text)
