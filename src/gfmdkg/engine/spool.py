"""Answers of any size: small ones in memory, larger ones in an unlinked temporary file.

An answer is sent on when it is whole. So a slow client keeps no engine server, one chunk of a
large answer is in memory at a time, and a failure halfway still becomes an honest status,
because nothing was sent yet.
"""

import asyncio
import io
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import IO, Self

from gfmdkg.errors import AnswerTooLarge

__all__ = ["MEMORY_BYTES", "Spool", "SpooledAnswer"]

MEMORY_BYTES = 256 * 1024
"""Answers up to this size stay in memory."""

CHUNK_BYTES = 256 * 1024


class Spool:
    """A binary sink with a limit, for one answer that ends with ``finish`` or ``close``."""

    __slots__ = ("_file", "_limit_bytes", "_parts", "size_bytes")

    def __init__(self, *, limit_bytes: int) -> None:
        self.size_bytes = 0
        self._limit_bytes = limit_bytes
        self._parts: list[bytes] = []
        self._file: IO[bytes] | None = None

    def write(self, data: bytes) -> int:
        """Take some bytes. Raises ``AnswerTooLarge`` once they are over the limit."""
        self.size_bytes += len(data)
        if self.size_bytes > self._limit_bytes:
            raise AnswerTooLarge(self._limit_bytes)
        if self._file is not None:
            self._file.write(data)
            return len(data)
        self._parts.append(data)
        if self.size_bytes > MEMORY_BYTES:
            self._file = tempfile.TemporaryFile(buffering=CHUNK_BYTES)  # noqa: SIM115
            self._file.writelines(self._parts)
            self._parts.clear()
        return len(data)

    def flush(self) -> None:
        """Nothing has to be on disk before ``finish``."""

    def close(self) -> None:
        """Drop the answer."""
        if self._file is not None:
            self._file.close()

    def finish(self) -> "bytes | SpooledAnswer":
        """The whole answer; the spool is used up."""
        if self._file is None:
            return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        with self._file as file:
            file.flush()
            return SpooledAnswer(os.dup(file.fileno()))


class SpooledAnswer:
    """A large answer: an open file without a name. Close it after use.

    >>> async def send(answer: SpooledAnswer) -> None:
    ...     with answer:
    ...         async for chunk in answer.chunks():
    ...             ...
    """

    __slots__ = ("_file", "size_bytes")

    def __init__(self, descriptor: int) -> None:
        self._file = io.FileIO(descriptor, "rb")
        self.size_bytes = os.fstat(descriptor).st_size

    def pieces(self) -> Iterator[bytes]:
        """The answer in pieces, read at once, wherever they are."""
        for offset in range(0, self.size_bytes, CHUNK_BYTES):
            yield os.pread(self._file.fileno(), CHUNK_BYTES, offset)

    def tail(self, length: int) -> bytes:
        """The last bytes of the answer."""
        return os.pread(self._file.fileno(), length, max(0, self.size_bytes - length))

    async def chunks(self, chunk_bytes: int = CHUNK_BYTES) -> AsyncIterator[bytes]:
        """The answer in pieces; may be called again, until the answer is closed.

        A piece that the page cache holds, as it nearly always does, is read at once; one
        that has to come from the disk is waited for in a thread.
        """
        for offset in range(0, self.size_bytes, chunk_bytes):
            length = min(chunk_bytes, self.size_bytes - offset)
            piece = _read_cached(self._file.fileno(), length, offset)
            if piece is None:
                piece = await asyncio.to_thread(os.pread, self._file.fileno(), length, offset)
            yield piece

    def close(self) -> None:
        """Give the file back to the system. A second time does nothing."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _read_cached(descriptor: int, length: int, offset: int) -> bytes | None:
    no_wait = getattr(os, "RWF_NOWAIT", None)
    if no_wait is None:
        return None
    buffer = bytearray(length)
    try:
        read = os.preadv(descriptor, [buffer], offset, no_wait)
    except OSError:  # not in the cache, or a file system without this call
        return None
    return bytes(buffer) if read == length else None
