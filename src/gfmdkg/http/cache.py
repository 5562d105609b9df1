"""What is kept, and worked out once for all who ask at a time.

Answers and pages are kept while there is room; indexes, names and figures as long as the
version that they are made from is asked for.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextvars import Context
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

from gfmdkg.engine.memory import give_memory_back
from gfmdkg.errors import Busy
from gfmdkg.http.answer import Answer
from gfmdkg.store.versions import Version

__all__ = ["Cache", "SingleFlight", "Turn", "VersionCache"]

T = TypeVar("T")

_SHARE_OF_ONE = 16
_VERSIONS_KEPT = 2
_RETRY_SECONDS = 5
# What is built in less leaves nothing behind that is worth the time to clear it away.
_LONG_SECONDS = 0.1


class Cache:
    """The values asked for last, up to a number of bytes: cached answers, and pages of rows.

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
    """What one who waited for another's answer does next.

    Try to lead, for the leader left; try once more, for it failed; or compute the answer alone.
    """

    LEAD = "lead"
    RETRY = "retry"
    ALONE = "alone"


class SingleFlight:
    """Requests in flight: the first with a key leads, the others wait for what it gets.

    Whoever leads must call ``end``, once.
    """

    def __init__(self) -> None:
        self.shared_total = 0
        # ``None`` while nobody but the leader is there, which is nearly always.
        self._flights: dict[Hashable, asyncio.Future[Answer | Turn] | None] = {}

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Building(Generic[T]):
    version: Version
    task: asyncio.Task[T]
    patience_ends: float

    @property
    def is_there(self) -> bool:
        return self.task.done() and not self.has_failed

    @property
    def has_failed(self) -> bool:
        return self.task.done() and (self.task.cancelled() or self.task.exception() is not None)


@dataclass(eq=False, slots=True)
class VersionCache(Generic[T]):
    """Values of the newest version that was asked for and of the one used last beside it.

    ``build`` makes a value once for all who ask: none of them can cancel it, and it sees none of
    their context variables. What failed is tried again when it is next asked for. ``what`` says
    in a refusal what is waited for. A request waits for ``wait_seconds`` and, if a former
    version can serve it, for ``patience_seconds`` after building began; ``former`` may look for
    one that is not kept, in a thread. ``let_go`` gets each value that is kept no longer.
    """

    build: Callable[[Version], Awaitable[T]]
    _: KW_ONLY
    what: str
    wait_seconds: float | None = None
    patience_seconds: float = 0.0
    former: Callable[[Version], Version | None] = lambda _: None
    let_go: Callable[[T], None] = lambda _: None
    _kept: dict[int, _Building[T]] = field(default_factory=dict, init=False)

    async def exactly(self, version: Version) -> T:
        """The value of this very version. Raises ``Busy`` where that takes too long."""
        task = self.start(version)
        if not task.done():
            await asyncio.wait({task}, timeout=self.wait_seconds)
        if not task.done():
            cause = f"{self.what} of version {version.number} is still being built"
            raise Busy(_RETRY_SECONDS, cause=cause)
        return task.result()

    async def find(self, version: Version, *, or_former: bool) -> tuple[Version, T]:
        """The value of this version or, while it is built and if that will do, of one before it.

        The version comes with it. Raises ``Busy`` where there is none and building takes too long.
        """
        task = self.start(version)
        if or_former and not task.done():
            patience = self._kept[version.number].patience_ends - time.monotonic()
            await asyncio.wait({task}, timeout=max(0.0, patience))
        if or_former and not task.done():
            earlier = [b for n, b in self._kept.items() if n < version.number and b.is_there]
            if earlier:
                best = max(earlier, key=lambda building: building.version.number)
                return best.version, best.task.result()
            former = await asyncio.to_thread(self.former, version)
            version = former or version
        return version, await self.exactly(version)

    def start(self, version: Version) -> asyncio.Task[T]:
        """Build the value of a version unless that is done or under way."""
        number = version.number
        building = self._kept.pop(number, None)
        if building is None or building.has_failed:
            task = asyncio.create_task(self._make(version), context=Context())
            # Whoever waits still gets the error; where nobody does, it is of no concern.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            patience_ends = time.monotonic() + self.patience_seconds
            building = _Building(version=version, task=task, patience_ends=patience_ends)
        self._kept[number] = building  # the one used last stands last
        while len(self._kept) > _VERSIONS_KEPT:
            newest = max(self._kept)
            self._drop(next(n for n in self._kept if n not in {newest, number}))
        return building.task

    async def close(self) -> None:
        """Stop building, and let go of all values."""
        tasks = [building.task for building in self._kept.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while self._kept:
            self._drop(next(iter(self._kept)))

    async def _make(self, version: Version) -> T:
        began = time.monotonic()
        value = await self.build(version)
        if time.monotonic() - began > _LONG_SECONDS:
            # Whoever waits for the value need not wait for this.
            asyncio.get_running_loop().run_in_executor(None, give_memory_back)
        return value

    def _drop(self, number: int) -> None:
        # One that is being built is still waited for.
        building = self._kept.pop(number)
        if building.is_there:
            self.let_go(building.task.result())
