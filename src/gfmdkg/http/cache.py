"""Finished answers: kept while there is room, and computed once for all who ask at a time."""

import asyncio
import re
from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from starlette.types import Scope

from gfmdkg.http.bounded import ByteBounded

__all__ = [
    "AnswerCache",
    "FinishedAnswer",
    "Flights",
    "Key",
    "Turn",
    "encode_headers",
    "is_lasting",
    "mark_lasting",
]

_LASTING = "gfmdkg.lasting"

# What an entry takes beside its bytes: objects, dictionary slots.
_OVERHEAD_BYTES = 1024
# A request that killed this many workers for those who wait would kill more.
_FAILURES = 2

# Headers that speak of a body, which a 304 has not.
_OF_CONTENT = frozenset({b"content-type", b"content-length", b"content-encoding"})

HeaderList = list[tuple[bytes, bytes]]


# A line end in a header would begin another one, of the client's making.
_UNSENDABLE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def encode_headers(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    r"""Header lines as they are sent, each with its line end.

    Raises ``ValueError`` for a control character in one.

    >>> encode_headers([(b"vary", b"Accept"), (b"etag", b'"5f"')])
    b'vary: Accept\r\netag: "5f"\r\n'
    """
    lines = [b"%b: %b" % pair for pair in headers]
    for line in lines:
        if _UNSENDABLE.search(line):
            raise ValueError(f"a header holds a control character: {line[:80]!r}")
    return b"".join([line + b"\r\n" for line in lines])


class Key(NamedTuple):
    """All that an answer depends on. ``body`` is what a POST sent, with its media type."""

    path: bytes
    query: bytes
    accept: bytes | None
    host: bytes | None
    scheme: bytes | None
    is_gzip: bool
    version: int
    content_hash: str
    body: bytes | None = None

    @property
    def size_bytes(self) -> int:
        """About what the key takes, for its text comes from outside."""
        parts = (self.path, self.query, self.accept, self.host, self.scheme, self.body)
        return sum(len(part) for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedAnswer:
    """A whole answer, ready to be sent to anybody with the same key.

    ``head`` holds the header lines as they are sent, without what differs at each request; no
    value in it has a line end. ``tag`` is the entity tag and ``plain_tag`` that of the
    uncompressed form. ``is_lasting`` says that it may be kept.
    """

    status: int
    head: bytes
    body: bytes
    route: str
    tag: bytes | None = None
    plain_tag: bytes | None = None
    version: str | None = None
    rows: int | None = None
    is_lasting: bool = False

    @property
    def headers(self) -> HeaderList:
        """The header lines as pairs of a name and a value."""
        pairs = (line.partition(b": ") for line in self.head.split(b"\r\n")[:-1])
        return [(name, value) for name, _, value in pairs]

    def fresh_headers(self, tag: bytes) -> HeaderList:
        """The headers of a 304 for a client that has this answer under ``tag``."""
        return [
            (name, tag if name == b"etag" else value)
            for name, value in self.headers
            if name not in _OF_CONTENT
        ]

    def matching_tag(self, if_none_match: bytes) -> bytes | None:
        """The entity tag by which the client has this answer already (RFC 9110, 13.1.2)."""
        if self.tag is None or self.plain_tag is None:
            return None
        # Tags hold no quote inside, so a quoted tag is found only as a whole one.
        if self.tag in if_none_match or if_none_match.strip() == b"*":
            return self.tag
        return self.plain_tag if self.plain_tag in if_none_match else None

    @property
    def size_bytes(self) -> int:
        """About what keeping it takes."""
        return len(self.body) + len(self.head) + _OVERHEAD_BYTES


def mark_lasting(scope: Scope) -> None:
    """Say that this request's answer depends on the request and the version alone.

    A GET's answer says so by its ETag; that of a POST, which must not be stored on the way,
    has no other sign.
    """
    scope[_LASTING] = True


def is_lasting(scope: Scope) -> bool:
    """Whether ``mark_lasting`` was called for this request."""
    return _LASTING in scope


class AnswerCache(ByteBounded[Key, FinishedAnswer]):
    """The answers asked for last, up to a number of bytes."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(limit_bytes, size_of=lambda key, a: a.size_bytes + key.size_bytes)
        self.hits_total = 0
        self.misses_total = 0

    def get(self, key: Key) -> FinishedAnswer | None:
        """The answer with this key; counted as a hit or a miss."""
        answer = super().get(key)
        if answer is None:
            self.misses_total += 1
        else:
            self.hits_total += 1
        return answer


class Turn(Enum):
    """What one who waited for another's answer does next: compute it for all, or for itself."""

    LEAD = "lead"
    ALONE = "alone"


@dataclass(slots=True)
class _Flight:
    waiters: "deque[asyncio.Future[FinishedAnswer | Turn]]" = field(default_factory=deque)
    failures: int = 0


class Flights:
    """Requests in flight: the first with a key leads, the others wait for what it gets.

    A leader must end with ``land``, ``scatter`` or ``hand_over``; each is harmless when the
    flight has ended already.
    """

    def __init__(self) -> None:
        self.shared_total = 0
        self._flights: dict[Hashable, _Flight] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def board(self, key: Hashable) -> FinishedAnswer | Turn:
        """``Turn.LEAD`` for the first; the others wait, until there is something to do."""
        flight = self._flights.get(key)
        if flight is None:
            self._flights[key] = _Flight()
            return Turn.LEAD
        seat: asyncio.Future[FinishedAnswer | Turn]
        seat = asyncio.get_running_loop().create_future()
        flight.waiters.append(seat)
        try:
            return await seat
        except asyncio.CancelledError:
            if seat.done() and not seat.cancelled() and seat.result() is Turn.LEAD:
                self.hand_over(key)  # it got the lead in the same moment as it was cancelled
            raise

    def land(self, key: Hashable, answer: FinishedAnswer) -> None:
        """Give the answer to all who wait."""
        self.shared_total += self._end(key, answer)

    def scatter(self, key: Hashable) -> None:
        """Let all who wait compute their own, because this answer is not for sharing."""
        self._end(key, Turn.ALONE)

    def fails_again(self, key: Hashable) -> bool:
        """Note a failure; true when the next would most likely fail as well."""
        flight = self._flights.get(key)
        if flight is None:
            return True
        flight.failures += 1
        return flight.failures >= _FAILURES

    def hand_over(self, key: Hashable) -> None:
        """Let the next in line lead, because the leader came to nothing."""
        flight = self._flights.get(key)
        if flight is None:
            return
        while flight.waiters:
            seat = flight.waiters.popleft()
            if not seat.done():
                seat.set_result(Turn.LEAD)
                return
        del self._flights[key]

    def _end(self, key: Hashable, outcome: FinishedAnswer | Turn) -> int:
        flight = self._flights.pop(key, None)
        waiting = [seat for seat in flight.waiters if not seat.done()] if flight else []
        for seat in waiting:
            seat.set_result(outcome)
        return len(waiting)
