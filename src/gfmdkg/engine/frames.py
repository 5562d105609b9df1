"""Frames on the socket between a server process and a Python worker: a head and a body.

::

    flags: 1 byte | limit: 8-byte float, seconds | head length: 4 | body length: 4 | head | body

The head is JSON, the body raw bytes. One request is answered by one reply, so there is
never more than one frame under way in a direction.
"""

import select
import socket
import struct
from dataclasses import dataclass

__all__ = ["Channel", "Frame", "FrameAssembler", "FrameError", "pack_frame"]

_PREFIX = struct.Struct(">BdII")
_RETIRES = 1
_RECEIVE_BYTES = 1 << 16
_FRAME_LIMIT_BYTES = 256 << 20


class FrameError(Exception):
    """What came over the socket is no frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message. In a request ``limit_seconds`` is the time that the worker may take.

    In a reply ``retires`` says that the worker takes no further request.
    """

    head: bytes
    body: bytes
    limit_seconds: float = 0.0
    retires: bool = False


def pack_frame(
    head: bytes,
    body: bytes = b"",
    *,
    limit_seconds: float = 0.0,
    retires: bool = False,
) -> bytes:
    """The bytes of a frame."""
    flags = _RETIRES * retires
    return _PREFIX.pack(flags, limit_seconds, len(head), len(body)) + head + body


class FrameAssembler:
    """Puts frames together from whatever pieces the socket gives."""

    __slots__ = ("_pieces", "_size", "_total")

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._total: int | None = None

    def feed(self, piece: bytes) -> Frame | None:
        """Add a piece; the frame once it is whole.

        Raises ``FrameError`` where more follows than the frame announced, or the announced
        size is absurd: then the other side is not to be trusted any more.
        """
        self._pieces.append(piece)
        self._size += len(piece)
        if self._total is None:
            if self._size < _PREFIX.size:
                return None
            self._join()
            _, _, head, body = _PREFIX.unpack_from(self._pieces[0])
            self._total = _PREFIX.size + head + body
            if self._total > _FRAME_LIMIT_BYTES:
                raise FrameError(f"a frame of {self._total} bytes was announced")
        if self._size < self._total:
            return None
        if self._size > self._total:
            raise FrameError("bytes follow the frame")
        self._join()
        data = self._pieces[0]
        self._clear()
        return _unpack(data)

    def _join(self) -> None:
        if len(self._pieces) > 1:
            self._pieces = [b"".join(self._pieces)]


def _unpack(data: bytes) -> Frame:
    flags, limit_seconds, head, _ = _PREFIX.unpack_from(data)
    middle = _PREFIX.size + head
    return Frame(
        head=data[_PREFIX.size : middle],
        body=data[middle:],
        limit_seconds=limit_seconds,
        retires=bool(flags & _RETIRES),
    )


class Channel:
    """The worker's end: blocking, one frame after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._assembler = FrameAssembler()

    def is_ready(self, *, within_seconds: float) -> bool:
        """Whether something comes in this time, were it the end."""
        poll = select.poll()  # takes any number of a file, select() only low ones
        poll.register(self._connection, select.POLLIN)
        return bool(poll.poll(within_seconds * 1000))

    def receive(self) -> Frame | None:
        """The next frame, or ``None`` when the server process closed the connection."""
        while True:
            piece = self._connection.recv(_RECEIVE_BYTES)
            if not piece:
                return None
            frame = self._assembler.feed(piece)
            if frame is not None:
                return frame

    def send(self, head: bytes, body: bytes = b"", *, retires: bool = False) -> None:
        """Send a frame."""
        self._connection.sendall(pack_frame(head, body, retires=retires))
