"""Slack's socket in bursts: whole frames for slack_sdk's client, however the bytes arrive."""

from __future__ import annotations

import socket

from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import App
from websockets.frames import Frame, Opcode

from bot.serving.frames import Frames
from tests.slack.stand_in import SlackStandIn

BURST = 400
MESSAGES = [b"", b"a", b"x" * 125, b"y" * 126, b"z" * 1022, b"w" * 70_000]


def sent(frames: list[Frame]) -> bytes:
    """Bytes as a server writes them."""
    return b"".join(frame.serialize(mask=False) for frame in frames)


class Drip:
    """A socket that gives its bytes in pieces, and is out of time in between."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data, self._sizes = data, iter(sizes)
        self.late = False

    def recv(self, most: int) -> bytes:
        self.late = not self.late
        if self.late:
            raise TimeoutError
        size = min(next(self._sizes, most), most)
        piece, self._data = self._data[:size], self._data[size:]
        return piece


def read(data: bytes, sizes: list[int]) -> list[bytes]:
    frames, found = Frames(Drip(data, sizes)), []  # type: ignore[arg-type]
    while True:
        try:
            frame = frames.recv(1024)
        except TimeoutError:
            continue
        if not frame:
            return found
        found.append(frame)


@given(st.lists(st.sampled_from(MESSAGES), max_size=6), st.lists(st.integers(1, 2000), max_size=60))
def test_frames_come_out_as_they_went_in_however_they_are_cut(
    messages: list[bytes], sizes: list[int]
) -> None:
    frames = [Frame(Opcode.TEXT, message) for message in messages]
    assert read(b"\n" + sent(frames), sizes) == [sent([frame]) for frame in frames]


def test_a_message_in_parts_with_a_ping_in_between_is_one() -> None:
    parts = [
        Frame(Opcode.TEXT, b"one ", fin=False),
        Frame(Opcode.PING, b"there?"),
        Frame(Opcode.CONT, b"two ", fin=False),
        Frame(Opcode.CONT, b"three"),
        Frame(Opcode.TEXT, b"four"),
    ]
    whole = [Frame(Opcode.PING, b"there?"), Frame(Opcode.TEXT, b"one two three"), parts[-1]]
    assert read(sent(parts), [3] * 30) == [sent([frame]) for frame in whole]


def test_what_is_sent_is_sent_to_its_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        assert Frames(ours).send(b"x" * 10_000) == 10_000
        assert sum(len(theirs.recv(4096)) for _ in range(3)) >= 8192


def test_a_burst_of_envelopes_is_acknowledged(slack: SlackStandIn, app: App) -> None:
    """More than slack_sdk's own way of reading takes (between 200 and 300). How many a process
    acknowledges within Slack's three seconds depends on the machine: `bench/crash_bench.py`."""
    ada = slack.add_user("ada")
    general = slack.add_channel("general", ada)
    padding = "x" * 2000
    with slack.world.changed:  # the socket writes them in one go
        said = [ada.writes(general, f"{n} {padding}") for n in range(BURST)]
    slack.wait_for(lambda: not slack.unacked(), 30)
    assert len(said) == len(slack.envelopes) == BURST
