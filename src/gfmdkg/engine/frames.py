"""Frames on the socket between a server process and a Python worker: a head and a body.

::

    flags: 1 byte | limit: 8-byte float, seconds | head length: 4 | body length: 4 | head | body

The head is JSON, the body raw bytes. One request is answered by one reply, so there is
never more than one frame under way in a direction. Errors of ours cross with their fields: every
class in ``gfmdkg.errors`` keeps its constructor's arguments under the same names, hence one rule
serves them all.
"""

import asyncio
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from gfmdkg import errors
from gfmdkg.errors import Candidate, ConflictingStatement, EngineFailure, Fault, GfmdkgError

__all__ = [
    "Frame",
    "Handler",
    "Reply",
    "decode_error",
    "encode_error",
    "pack_frame",
    "read_frame",
    "receive_frame",
]

_PREFIX = struct.Struct(">BdII")
_RETIRES = 1
_FRAME_LIMIT_BYTES = 256 << 20
_CLASSES: Mapping[str, type[GfmdkgError]] = {
    name: value
    for name in errors.__all__
    if isinstance(value := getattr(errors, name), type) and issubclass(value, GfmdkgError)
}
_RECORDS: Mapping[str, type[Fault] | type[Candidate] | type[ConflictingStatement]] = {
    "faults": Fault,
    "candidates": Candidate,
    "conflicts": ConflictingStatement,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message. In a request ``limit_seconds`` is the time that the worker may take.

    In a reply ``retires`` says that the worker takes no further request.
    """

    head: bytes
    body: bytes
    limit_seconds: float = 0.0
    retires: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a worker answers: a JSON object and bytes. ``retires`` ends the process after it."""

    head: Mapping[str, Any]
    body: bytes = b""
    retires: bool = False


Handler = Callable[[Frame], Reply]
"""What a role does with a request."""


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

    Raises ``asyncio.IncompleteReadError`` where the worker is gone, and ``EngineFailure`` where the
    announced size is absurd: then the other side is not to be trusted any more.
    """
    prefix = await reader.readexactly(_PREFIX.size)
    size_bytes = _rest_bytes(prefix)
    if size_bytes > _FRAME_LIMIT_BYTES:
        raise EngineFailure(f"a frame of {size_bytes} bytes was announced")
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


def _fields(kind: type[GfmdkgError]) -> tuple[str, ...]:
    code = kind.__init__.__code__
    return code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]


def encode_error(error: GfmdkgError) -> dict[str, Any]:
    """The error's class and fields as a JSON object."""
    kind = next(k for k in type(error).__mro__ if k.__name__ in _CLASSES)
    fields = {name: getattr(error, name) for name in _fields(kind)}
    for name in _RECORDS.keys() & fields.keys():
        fields[name] = [asdict(record) for record in fields[name]]
    return {"class": kind.__name__, "fields": fields}


def decode_error(record: Mapping[str, Any]) -> GfmdkgError:
    """The error that ``encode_error`` was given."""
    fields = dict(record["fields"])
    for name, kind in _RECORDS.items():
        if name in fields:
            fields[name] = tuple(kind(**values) for values in fields[name])
    return _CLASSES[record["class"]](**fields)
