"""A WebSocket that is read frame by frame, beneath slack_sdk's Socket Mode client.

That client (3.47, `socket_mode/builtin/internals.py`) reads 1 024 bytes at a time and goes on by
recursion while they end within a frame: in a burst of some hundred envelopes Python's recursion
limit ends that, or a header is cut in two, and from then on it takes the middle of messages for
frames, loses them all, and logs their words. Here each `recv` gives it one whole frame.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

from slack_sdk.socket_mode.builtin import SocketModeClient

_CHUNK = 65_536
_FINAL, _OPCODE, _LENGTH = 0x80, 0x0F, 0x7F
_CONTROL = 0x08
"""Control frames (close, ping, pong) have this bit, and may come between the parts of a message."""
_LEFT = b"\n"
"""What the client leaves of the handshake; no frame begins so."""
_SIZES = {126: ("!H", 2), 127: ("!Q", 8)}


class Frames:
    """A socket whose `recv` gives one whole frame; a message in parts comes as one.

    Everything else is the socket's own. See https://datatracker.ietf.org/doc/html/rfc6455#section-5
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._read = bytearray()
        self._parts = bytearray()
        self._opcode = 0

    def recv(self, _size: int) -> bytes:
        """The next frame; empty at the end. Raises what the socket raises, and loses nothing."""
        while True:
            frame = self._next()
            if frame is not None:
                return frame
            found = self._sock.recv(_CHUNK)
            if not found:
                return b""
            self._read += found
            if self._read[:1] == _LEFT:
                del self._read[:1]

    def send(self, data: bytes) -> int:
        """All of it: half a frame would spoil the rest."""
        self._sock.sendall(data)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def _next(self) -> bytes | None:
        """A frame of those that were read, if there is a whole one."""
        while (split := _payload(self._read)) is not None:
            start, end = split
            head, payload = self._read[0], bytes(self._read[start:end])
            del self._read[:end]
            opcode = head & _OPCODE
            if opcode & _CONTROL:
                return _frame(opcode, payload)
            self._opcode = opcode or self._opcode
            self._parts += payload
            if head & _FINAL:
                whole, self._parts = bytes(self._parts), bytearray()
                return _frame(self._opcode, whole)
        return None


class WholeFrames(SocketModeClient):
    """Slack's client over such a socket."""

    def _run_current_session(self) -> None:
        """Called in the thread that reads, before it reads from a new connection."""
        session = self.current_session
        if session is not None and session.sock is not None:
            session.sock = Frames(session.sock)  # type: ignore[assignment]
        super()._run_current_session()  # type: ignore[no-untyped-call]


def _payload(read: bytearray) -> tuple[int, int] | None:
    """Where the payload of the first frame begins and ends; None while some of it is missing."""
    if len(read) < 2:
        return None
    start, length = 2, read[1] & _LENGTH
    if length in _SIZES:
        form, size = _SIZES[length]
        start += size
        if len(read) < start:
            return None
        (length,) = struct.unpack_from(form, read, 2)
    return (start, start + length) if len(read) >= start + length else None


def _frame(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((_FINAL | opcode, size)) + payload
    if size < 2**16:
        return bytes((_FINAL | opcode, 126)) + struct.pack("!H", size) + payload
    return bytes((_FINAL | opcode, 127)) + struct.pack("!Q", size) + payload
