"""What the engine answered: the bytes, how many rows they hold, and whether they are all there.

Small answers are in memory, larger ones in an unlinked temporary file. An answer is sent on when
it is whole. So a slow client keeps no engine, one chunk of a large answer is in memory at a time,
and a failure halfway still becomes an honest status, because nothing was sent yet.

The engine serialises without telling how many rows it wrote. Its formats are regular enough to
count a mark that no literal can contain, at the speed of a memory scan. It sends the status
before the first row. A failure after that stands, as text, at the end of what it sent, and the
connection ends as after any other answer; but no format ends like that.
"""

import asyncio
import io
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from gfmdkg.errors import AnswerTooLarge
from gfmdkg.rdf.media import GRAPH_FORMATS, AnswerKind

__all__ = [
    "MEMORY_BYTES",
    "EngineAnswer",
    "Spool",
    "SpooledAnswer",
    "count_rows",
    "kind_of",
    "read_body",
]

MEMORY_BYTES = 256 * 1024
"""Answers up to this size stay in memory."""

CHUNK_BYTES = 256 * 1024

_BOOLEANS = (b"true", b"false")
_JSON_BOOLEANS = (b'"boolean":true}', b'"boolean":false}')
_JSON, _XML = "application/sparql-results+json", "application/sparql-results+xml"
_CSV, _TSV = "text/csv", "text/tab-separated-values"
# How an answer ends, white space aside, in formats that close what they opened, …
_CLOSED_BY = {
    _JSON: b"]}}",
    _XML: b"</sparql>",
    "application/ld+json": b"]",
    "application/rdf+xml": b"</rdf:RDF>",
}
# … and, to the letter, in formats of lines.
_LAST_LINE_ENDS = {
    _CSV: b"\n",
    _TSV: b"\n",
    "text/turtle": b".\n",
    "application/n-triples": b".\n",
    "application/n-quads": b".\n",
    "application/trig": b"\n",
}
_TAIL_BYTES = 64


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
        """The answer in pieces; may be called again, until the answer is closed."""
        for offset in range(0, self.size_bytes, chunk_bytes):
            yield await asyncio.to_thread(os.pread, self._file.fileno(), chunk_bytes, offset)

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


@dataclass(slots=True, kw_only=True)
class EngineAnswer:
    """A finished answer. Whoever receives it closes a body that is a file.

    ``rows`` counts solutions or triples where the format shows them exactly. ``engine_seconds``
    is the time from the sending of the request to the last byte of the answer, of which
    ``first_seconds`` passed until its head came; ``queue_seconds`` the wait before it.
    """

    kind: AnswerKind
    media_type: str
    body: bytes | SpooledAnswer
    rows: int | None
    queue_seconds: float
    engine_seconds: float
    first_seconds: float

    @property
    def size_bytes(self) -> int:
        """The length of the answer."""
        return len(self.body) if isinstance(self.body, bytes) else self.body.size_bytes


async def read_body(answer: EngineAnswer) -> bytes:
    """The whole body of an answer, which is closed if it was a file."""
    if isinstance(answer.body, bytes):
        return answer.body
    with answer.body as file:
        return b"".join([chunk async for chunk in file.chunks()])


def kind_of(media_type: str, body: bytes | SpooledAnswer) -> AnswerKind | None:
    """What an answer is, by its format and its end; ``None`` where it ends as no answer must.

    A boolean is short. An empty graph may have no line at all.
    """
    tail = body[-_TAIL_BYTES:] if isinstance(body, bytes) else body.tail(_TAIL_BYTES)
    is_graph = media_type in GRAPH_FORMATS
    if not tail:
        return AnswerKind.GRAPH if is_graph and media_type in _LAST_LINE_ENDS else None
    ending = _CLOSED_BY.get(media_type) or _LAST_LINE_ENDS.get(media_type, b"")
    if media_type in _CLOSED_BY and not tail.endswith(ending):
        tail = b"".join(tail.split())
    if tail.endswith(ending):
        if is_graph:
            return AnswerKind.GRAPH
        is_boolean = media_type == _XML and b"<boolean>" in tail
        return AnswerKind.BOOLEAN if is_boolean else AnswerKind.SOLUTIONS
    is_boolean = tail.endswith(_JSON_BOOLEANS) if media_type == _JSON else tail in _BOOLEANS
    return AnswerKind.BOOLEAN if is_boolean else None


def count_rows(media_type: str, chunks: Iterable[bytes]) -> int | None:
    """Solutions, or triples of a graph; ``None`` where the bytes do not show it exactly."""
    count = _COUNTS.get(media_type)
    return None if count is None else count(chunks)


def _count_lines(chunks: Iterable[bytes]) -> int:
    return sum([chunk.count(b"\n") for chunk in chunks])


def _count_xml(chunks: Iterable[bytes]) -> int:
    # A "<" in a literal is escaped.
    rows, tail = 0, b""
    for chunk in chunks:
        piece = tail + chunk
        rows += piece.count(b"<result>")
        tail = piece[-7:]  # a mark may be cut in two
    return rows


def _count_json(chunks: Iterable[bytes]) -> int | None:
    # Between two solutions stands },{ and then the quote of a variable. Within a string that
    # quote would be escaped. An empty solution shows as ,{} which a string may hold as well.
    separators, tail = 0, b""
    for chunk in chunks:
        piece = tail[-2:] + chunk
        if b",{}" in piece:
            return None
        separators += piece.count(b',{"')
        tail = (tail + chunk[-4:])[-4:]
    return 0 if tail == b"[]}}" else separators + 1


def _count_csv(chunks: Iterable[bytes]) -> int:
    # A line break inside quotes is text; doubled quotes open and close again.
    lines, quoted = 0, False
    for chunk in chunks:
        segments = chunk.split(b'"')
        lines += sum(segment.count(b"\n") for segment in segments[quoted::2])
        quoted ^= len(segments) % 2 == 0
    return lines - 1


_COUNTS: Mapping[str, Callable[[Iterable[bytes]], int | None]] = {
    _JSON: _count_json,
    _XML: _count_xml,
    _CSV: _count_csv,
    # A line break in a literal is escaped; the first line names the variables.
    _TSV: lambda chunks: _count_lines(chunks) - 1,
    "application/n-triples": _count_lines,
    "application/n-quads": _count_lines,
}
