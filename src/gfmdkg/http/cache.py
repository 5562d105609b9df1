"""What is kept while there is room, and what is worked out once for all who ask at a time."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gfmdkg.http.responses import Answer

__all__ = ["Cache", "Flights", "Turn"]

_SHARE_OF_ONE = 16
# A request that killed this many workers for those who wait would kill more.
_FAILURES = 2


class Cache:
    """The values asked for last, up to a number of bytes: finished answers, and pages of rows.

    A key says all that its value depends on, the version of the graph included, so nothing in
    here is ever out of date.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.value_limit_bytes = limit_bytes // _SHARE_OF_ONE
        self.size_bytes = 0
        self.evictions_total = 0
        self._limit_bytes = limit_bytes
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Hashable]:
        """The keys, the one to be dropped next first."""
        return iter(self._values)

    def get(self, key: Hashable) -> Any:
        """The value with this key, which becomes the last to be dropped, or ``None``."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: object, *, size_bytes: int) -> None:
        """Keep a value, unless it is larger than one sixteenth of all there is room for."""
        if size_bytes > self.value_limit_bytes:
            return
        self._drop(key)
        self._values[key] = value, size_bytes
        self.size_bytes += size_bytes
        while self.size_bytes > self._limit_bytes:
            self._drop(next(iter(self._values)))
            self.evictions_total += 1

    def _drop(self, key: Hashable) -> None:
        _, size_bytes = self._values.pop(key, (None, 0))
        self.size_bytes -= size_bytes


class Turn(Enum):
    """What one who waited for another's answer does next: compute it for all, or for itself."""

    LEAD = "lead"
    ALONE = "alone"


@dataclass(slots=True)
class _Flight:
    waiters: "deque[asyncio.Future[Answer | Turn]]" = field(default_factory=deque)
    failures: int = 0


class Flights:
    """Requests in flight: the first with a key leads, the others wait for what it gets.

    A leader must end with ``land``, ``scatter`` or ``hand_over``; each is harmless when the
    flight has ended already.
    """

    def __init__(self) -> None:
        self.shared_total = 0
        # ``None`` while nobody but the leader is there, which is nearly always.
        self._flights: dict[Hashable, _Flight | None] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def board(self, key: Hashable) -> Answer | Turn:
        """``Turn.LEAD`` for the first; the others wait, until there is something to do."""
        if key not in self._flights:
            self._flights[key] = None
            return Turn.LEAD
        flight = self._flights[key]
        if flight is None:
            flight = self._flights[key] = _Flight()
        seat: asyncio.Future[Answer | Turn]
        seat = asyncio.get_running_loop().create_future()
        flight.waiters.append(seat)
        try:
            return await seat
        except asyncio.CancelledError:
            if seat.done() and not seat.cancelled() and seat.result() is Turn.LEAD:
                self.hand_over(key)  # it got the lead in the same moment as it was cancelled
            raise

    def land(self, key: Hashable, answer: Answer) -> None:
        """Give the answer to all who wait."""
        self.shared_total += self._end(key, answer)

    def scatter(self, key: Hashable) -> None:
        """Let all who wait compute their own, because this answer is not for sharing."""
        self._end(key, Turn.ALONE)

    def fails_again(self, key: Hashable) -> bool:
        """Note a failure; true when the next would most likely fail as well."""
        flight = self._flights.get(key)
        if flight is None:
            return True  # nobody waits
        flight.failures += 1
        return flight.failures >= _FAILURES

    def hand_over(self, key: Hashable) -> None:
        """Let the next in line lead, because the leader came to nothing."""
        flight = self._flights.get(key)
        while flight is not None and flight.waiters:
            seat = flight.waiters.popleft()
            if not seat.done():
                seat.set_result(Turn.LEAD)
                return
        self._flights.pop(key, None)

    def _end(self, key: Hashable, outcome: Answer | Turn) -> int:
        flight = self._flights.pop(key, None)
        waiting = [seat for seat in flight.waiters if not seat.done()] if flight else []
        for seat in waiting:
            seat.set_result(outcome)
        return len(waiting)
