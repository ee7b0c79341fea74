"""How ids and moments are shown: as names, and as times that are the same in every run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

FIRST_MOMENT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
"""What the moment at which the scenes begin is shown as."""


@dataclass(frozen=True)
class Names:
    """People and channels by id, and the clock of the screens.

    `began` is when the scenes began, in seconds since 1970: all times are told from there.
    """

    names: Callable[[str], str]
    began: float

    def time(self, seconds: float) -> str:
        return f"{self._shown(seconds):%H:%M}"

    def moment(self, seconds: float, pattern: str) -> str:
        """A date in Slack's own pattern language.

        https://docs.slack.dev/messaging/formatting-message-text#date-formatting
        """
        at, now = self._shown(seconds), FIRST_MOMENT
        day = "today" if at.date() == now.date() else f"{at:%b} {at.day}, {at:%Y}"
        minutes = int((now - at).total_seconds() // 60)
        words: Mapping[str, str] = {
            "date_short_pretty": day,
            "date_pretty": day,
            "date_short": f"{at:%b} {at.day}, {at:%Y}",
            "date": f"{at:%B} {at.day}, {at:%Y}",
            "date_num": f"{at:%Y-%m-%d}",
            "time": f"{at:%H:%M}",
            "ago": "just now" if minutes < 1 else f"{minutes} minutes ago",
        }
        return pattern.format_map(words)

    def _shown(self, seconds: float) -> datetime:
        if seconds < self.began - 3600:
            return datetime.fromtimestamp(seconds, UTC)
        since = max(seconds - self.began, 0.0)
        return datetime.fromtimestamp(FIRST_MOMENT.timestamp() + since, UTC)
