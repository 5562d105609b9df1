"""Processes of one kind: started when needed, the last used first, all ended at the close."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar

from gfmdkg.errors import EngineFailure

__all__ = ["Supervised", "Supervisor"]

_log = logging.getLogger("gfmdkg.engine")

_FIRST_BACK_OFF_SECONDS = 0.1
_LONGEST_BACK_OFF_SECONDS = 5.0


class Supervised(Protocol):
    """A process, or a connection that stands for one."""

    @property
    def is_usable(self) -> bool:
        """Whether it can take a request."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    def close(self) -> None:
        """End it when it is done, which may take a moment."""
        ...

    async def wait(self) -> object:
        """Return when it is gone."""
        ...


K = TypeVar("K")
P = TypeVar("P", bound=Supervised)


class Supervisor(Generic[K, P]):
    """At most ``bound`` processes at a time; those with one key do the same work.

    ``start`` starts one. While that fails, attempts come further and further apart, and in
    between whoever asks is told why the last one failed.
    """

    def __init__(self, start: Callable[[K], Coroutine[Any, Any, P]], *, bound: int) -> None:
        self.started_total = 0
        self.starting = 0
        self._start, self._bound = start, bound
        self._living: dict[P, K] = {}
        self._ending: set[P] = set()
        self._idle: list[P] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._trouble: EngineFailure | None = None
        self._failures, self._next_attempt = 0, 0.0
        self._is_closed = False

    @property
    def living(self) -> tuple[P, ...]:
        """The processes that are ready or at work."""
        return tuple(self._living)

    def living_with(self, key: K) -> tuple[P, ...]:
        """Those of them that do this work."""
        return tuple(process for process, other in self._living.items() if other == key)

    @property
    def idle(self) -> tuple[P, ...]:
        """The processes that wait for work, the one used last at the end."""
        return tuple(self._idle)

    async def take(self, key: K) -> P:
        """A process for this work: the one used last, else a new one. Raises ``EngineFailure``."""
        found = self._find(key)
        if found is None and self._tasks:
            await asyncio.wait(self._tasks)  # a spare that is on its way comes sooner
            found = self._find(key)
        return await self._add(key) if found is None else found

    def _find(self, key: K) -> P | None:
        for process in reversed(self._idle):
            other = self._living[process]
            if other is key or other == key:
                self._idle.remove(process)
                if process.is_usable:
                    return process
                self._end(process)
                return self._find(key)
        return None

    def give_back(self, process: P) -> None:
        """Take a process back that has done its work, if it is still of use."""
        if process.is_usable and not self._is_closed:
            self._idle.append(process)
        else:
            self._end(process)

    def keep_spare(self, key: K, *, idle: int = 1) -> None:
        """Have so many wait for this work that the next request need not wait for a start."""
        has_room = len(self._living) + self.starting < self._bound
        if (
            has_room
            and not self._tasks
            and not self._is_closed
            and sum(self._living[process] == key for process in self._idle) < idle
        ):
            task = asyncio.create_task(self._add_spare(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def dismiss(self, is_wanted: Callable[[K], bool]) -> None:
        """End the idle processes whose work is not wanted any more."""
        for process in self.idle:
            if not is_wanted(self._living[process]):
                self._idle.remove(process)
                self._end(process)

    def lose(self, process: P) -> None:
        """Forget a process that is gone."""
        if process in self._idle:
            self._idle.remove(process)
        self._living.pop(process, None)
        self._ending.discard(process)

    async def close(self) -> None:
        """End all processes, the idle ones in peace, and return when they are gone."""
        self._is_closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for process in self.living:
            if process not in self._idle:
                process.kill()
            self._end(process)
        self._idle.clear()
        await asyncio.gather(*(process.wait() for process in tuple(self._ending)))

    async def _add_spare(self, key: K) -> None:
        try:
            process = await self._add(key)
        except EngineFailure:  # the next request is told
            return
        self.give_back(process)

    async def _add(self, key: K) -> P:
        if self._trouble is not None and perf_counter() < self._next_attempt:
            raise EngineFailure(self._trouble.cause)
        if self._idle and len(self._living) + self.starting >= self._bound:
            self._end(self._idle.pop(0))
        self.starting += 1
        try:
            process = await self._start(key)
        except EngineFailure as failure:
            self._note_failure(failure)
            raise
        finally:
            self.starting -= 1
        if self._failures:
            _log.warning("workers start again")
        self._failures, self._trouble = 0, None
        self.started_total += 1
        self._living[process] = key
        return process

    def _note_failure(self, failure: EngineFailure) -> None:
        self._failures += 1
        self._trouble = failure
        delay = min(_FIRST_BACK_OFF_SECONDS * 2**self._failures, _LONGEST_BACK_OFF_SECONDS)
        self._next_attempt = perf_counter() + delay
        _log.error("a worker did not start: %s; next attempt in %g s", failure.cause, delay)

    def _end(self, process: P) -> None:
        """Let go of a process, which may be gone already."""
        if self._living.pop(process, None) is not None:
            self._ending.add(process)
            process.close()
