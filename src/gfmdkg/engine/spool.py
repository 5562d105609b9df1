"""Answers of any size: small ones in memory, larger ones in an unlinked temporary file.

The worker writes, and hands the open file over when the answer is whole. So a slow client
keeps no worker, the front holds one chunk of a large answer at a time, and a failure
halfway still becomes an honest status, because nothing was sent yet.
"""

import io
import os
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import IO, Self

from gfmdkg.errors import AnswerTooLarge

__all__ = ["MEMORY_BYTES", "Spool", "SpooledAnswer"]

MEMORY_BYTES = 256 * 1024
"""Answers up to this size stay in memory and travel through the socket."""

CHUNK_BYTES = 256 * 1024


class Spool:
    """A binary sink with a limit; ``file`` is ``None`` while the answer is small."""

    def __init__(self, *, limit_bytes: int, memory_bytes: int = MEMORY_BYTES) -> None:
        self.size_bytes = 0
        self.file: IO[bytes] | None = None
        self._limit_bytes, self._memory_bytes = limit_bytes, memory_bytes
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take some bytes. Raises ``AnswerTooLarge`` once they are over the limit."""
        self.size_bytes += len(data)
        if self.size_bytes > self._limit_bytes:
            raise AnswerTooLarge(self._limit_bytes)
        if self.file is not None:
            self.file.write(data)
            return len(data)
        self._parts.append(data)
        if self.size_bytes > self._memory_bytes:
            import tempfile  # here, because most workers never need it and it loads slowly

            self.file = tempfile.TemporaryFile(buffering=CHUNK_BYTES)  # noqa: SIM115
            self.file.writelines(self._parts)
            self._parts.clear()
        return len(data)

    def flush(self) -> None:
        """Bring what is buffered to the file."""
        if self.file is not None:
            self.file.flush()

    def close(self) -> None:
        """Drop the answer."""
        if self.file is not None:
            self.file.close()

    def body(self) -> bytes:
        """The answer so far as it is in memory; empty where a file holds it."""
        return b"".join(self._parts)

    def chunks(self) -> Iterator[bytes]:
        """The whole answer in pieces of up to ``CHUNK_BYTES``."""
        if self.file is None:
            yield self.body()
            return
        self.flush()
        for offset in range(0, self.size_bytes, CHUNK_BYTES):
            yield os.pread(self.file.fileno(), CHUNK_BYTES, offset)


class SpooledAnswer:
    """A large answer in the front: an open file without a name. Close it after use.

    >>> async def send(answer: SpooledAnswer) -> None:
    ...     with answer:
    ...         async for chunk in answer.chunks():
    ...             ...
    """

    __slots__ = ("_file", "size_bytes")

    def __init__(self, descriptor: int) -> None:
        self._file = io.FileIO(descriptor, "rb")
        self.size_bytes = os.fstat(descriptor).st_size

    async def chunks(self, chunk_bytes: int = CHUNK_BYTES) -> AsyncIterator[bytes]:
        """The answer in pieces; may be called again, until the answer is closed.

        A piece that the page cache holds, as it nearly always does, is read at once; one
        that has to come from the disk is waited for in a thread.
        """
        for offset in range(0, self.size_bytes, chunk_bytes):
            length = min(chunk_bytes, self.size_bytes - offset)
            piece = _read_cached(self._file.fileno(), length, offset)
            if piece is None:
                import asyncio  # here, because workers import this module and need to start fast

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
