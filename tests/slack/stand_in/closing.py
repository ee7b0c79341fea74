"""A quick and certain end for the SDK's Socket Mode client.

Its `close` waits a second for a queue in which nothing comes, and may wait for ever where it is
called while a session is just starting: `_run_current_session` then puts `terminated` back to
False after `close` set it (slack_sdk 3.47, `socket_mode/builtin/client.py`).
"""

from __future__ import annotations

import threading
from typing import Any, Protocol


class Handler(Protocol):
    """A `SocketModeHandler` of Bolt, with its Socket Mode client."""

    client: Any

    def close(self) -> None: ...


def close_at_once(handler: Handler) -> None:
    """Close a Bolt SocketModeHandler without waiting for its queue or its receiver."""
    closing = threading.Thread(target=handler.close, daemon=True)
    closing.start()
    for _ in range(500):
        closing.join(0.02)
        if not closing.is_alive():
            return
        handler.client.enqueue_message('{"type": "hello"}')
        state = getattr(handler.client, "current_session_state", None)
        if state is not None:
            state.terminated = True
    raise AssertionError("the Socket Mode client did not close within ten seconds")
