"""`SlackStandIn`: the whole of it, put together."""

from __future__ import annotations

from . import methods_files, methods_oauth, methods_other  # noqa: F401 (registers these methods)
from .happenings import Happenings


class SlackStandIn(Happenings):
    """Slack on loopback, for one app. A context manager; see the package's docstring.

    `app` says what the app declares; `manifest` is the shorter way to say it. One team with one
    installation is there from the start; `add_team` makes more.
    """

    def __enter__(self) -> SlackStandIn:
        self.web.start()
        self.sockets.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.stop()
        self.sockets.stop()
        self.web.stop()
        if self._broken:
            raise AssertionError("the stand-in itself failed") from self._broken[0]
