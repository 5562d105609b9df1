"""What is kept while there is room, and what is worked out once for all who ask at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from enum import Enum
from typing import Any

from gfmdkg.http.responses import Answer

__all__ = ["Cache", "Flights", "Turn"]

_SHARE_OF_ONE = 16


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
    """What one who waited for another's answer does next: try to lead, or compute it alone."""

    LEAD = "lead"
    ALONE = "alone"


class Flights:
    """Requests in flight: the first with a key leads, the others wait for what it gets.

    Whoever leads must call ``end``, once.
    """

    def __init__(self) -> None:
        self.shared_total = 0
        # ``None`` while nobody but the leader is there, which is nearly always.
        self._flights: dict[Hashable, asyncio.Future[Answer | Turn] | None] = {}
        self._failed: set[Hashable] = set()

    def __len__(self) -> int:
        return len(self._flights)

    def lead(self, key: Hashable) -> bool:
        """Whether the caller is the first with this key, and leads."""
        if key in self._flights:
            return False
        self._flights[key] = None
        return True

    async def wait(self, key: Hashable) -> Answer | Turn:
        """The leader's answer, where it is one for sharing, or what to do instead."""
        flight = self._flights[key]
        if flight is None:
            flight = self._flights[key] = asyncio.get_running_loop().create_future()
        outcome = await asyncio.shield(flight)
        self.shared_total += not isinstance(outcome, Turn)
        return outcome

    def end(self, key: Hashable, outcome: Answer | Turn) -> None:
        """Tell all who wait."""
        flight = self._flights.pop(key)
        if flight is not None:
            flight.set_result(outcome)

    def outcome_of_failure(self, key: Hashable, answer: Answer) -> Answer | Turn:
        """A failure is tried once more where somebody waits, and then told to all.

        What ended two engines would end more.
        """
        if self._flights[key] is None or key in self._failed:
            self._failed.discard(key)
            return answer
        self._failed.add(key)
        return Turn.LEAD
