"""Installs that were begun, by the `state` that Slack hands back.

slack_sdk's store of them reads a state and then deletes it, so that two requests at once may both
use it, and it keeps those that nobody used for ever.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from slack_sdk.oauth import OAuthStateStore
from sqlalchemy import Engine, delete, insert

from bot.store.tables import oauth_states

SECONDS = 600
"""How long somebody may take to say yes in Slack."""


class States(OAuthStateStore):
    """Each state is good once, for `SECONDS`."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine, self._clock = engine, clock

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    def issue(self, *_: object, **__: object) -> str:
        state, now = secrets.token_urlsafe(32), self._clock()
        with self._engine.begin() as connection:
            connection.execute(delete(oauth_states).where(oauth_states.c.expires_at < now))
            connection.execute(insert(oauth_states).values(state=state, expires_at=now + SECONDS))
        return state

    def consume(self, state: str) -> bool:
        """Use a state up. False for one that was never given, was used, or is too old."""
        good = (oauth_states.c.state == state, oauth_states.c.expires_at >= self._clock())
        with self._engine.begin() as connection:
            return bool(connection.execute(delete(oauth_states).where(*good)).rowcount)
