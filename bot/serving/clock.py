"""The date by which things are old enough to be deleted: this machine's may be wrong, or be set."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime


def earlier(own: float, headers: Mapping[str, str]) -> float:
    """The earlier of our date and that of who sent these headers, in seconds since 1970.

    A clock that is ahead deletes nothing then; one that is behind deletes later. Raises
    `ValueError` where the headers have no date.
    """
    date = next((value for name, value in headers.items() if name.lower() == "date"), "")
    return min(own, parsedate_to_datetime(date).timestamp())
