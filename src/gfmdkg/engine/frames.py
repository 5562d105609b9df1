"""Frames on the socket between a server process and a Python worker: a head and a body.

::

    flags: 1 byte | limit: 8-byte float, seconds | head length: 4 | body length: 4 | head | body

The head is JSON, the body raw bytes. One request is answered by one reply, so there is
never more than one frame under way in a direction.
"""

import asyncio
import struct
from dataclasses import dataclass
from typing import BinaryIO

__all__ = ["Frame", "FrameError", "pack_frame", "read_frame", "receive_frame"]

_PREFIX = struct.Struct(">BdII")
_RETIRES = 1
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


def read_frame(connection: BinaryIO) -> Frame | None:
    """The next frame, at the worker's end; ``None`` when the server process closed its own."""
    prefix = connection.read(_PREFIX.size)
    if len(prefix) < _PREFIX.size:
        return None
    size_bytes = _rest_bytes(prefix)
    rest = connection.read(size_bytes)
    return _unpack(prefix, rest) if len(rest) == size_bytes else None


async def receive_frame(reader: asyncio.StreamReader) -> Frame:
    """The next frame, at the server's end.

    Raises ``asyncio.IncompleteReadError`` where the worker is gone, and ``FrameError`` where the
    announced size is absurd: then the other side is not to be trusted any more.
    """
    prefix = await reader.readexactly(_PREFIX.size)
    size_bytes = _rest_bytes(prefix)
    if size_bytes > _FRAME_LIMIT_BYTES:
        raise FrameError(f"a frame of {size_bytes} bytes was announced")
    return _unpack(prefix, await reader.readexactly(size_bytes))


def _rest_bytes(prefix: bytes) -> int:
    return sum(_PREFIX.unpack(prefix)[2:])


def _unpack(prefix: bytes, rest: bytes) -> Frame:
    flags, limit_seconds, middle, _ = _PREFIX.unpack(prefix)
    return Frame(
        head=rest[:middle],
        body=rest[middle:],
        limit_seconds=limit_seconds,
        retires=bool(flags & _RETIRES),
    )
