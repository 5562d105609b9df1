"""Processes of one kind: who may use them, who waits, how they are started and ended.

Ad-hoc requests may hold all places but the reserved ones. Those who wait are let in by the order
of their coming, as far as their lane has room. Processes are started when they are needed, the
one used last is used first, and all are ended at the close.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from enum import StrEnum
from itertools import count
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar

from gfmdkg.errors import Busy, EngineFailure

__all__ = ["Admission", "Lane", "Supervised", "Supervisor"]

_log = logging.getLogger("gfmdkg.engine")

_LONGEST_RETRY_SECONDS = 30
_MEAN_WEIGHT = 0.1
_FIRST_BACK_OFF_SECONDS = 0.1
_LONGEST_BACK_OFF_SECONDS = 5.0


class Lane(StrEnum):
    """Whose request it is: anybody's own query, or one of ours. Ours have places kept."""

    ADHOC = "adhoc"
    CANNED = "canned"


_Waiter = tuple[int, "asyncio.Future[None]"]


class Admission:
    """``places`` at work, ``queue`` who wait for at most ``wait_seconds``."""

    def __init__(
        self,
        *,
        places: int,
        queue: int,
        wait_seconds: float,
        reserved: int = 0,
        cause: str = "all workers are busy",
    ) -> None:
        # A service with one worker still answers ad-hoc queries.
        self._room = {Lane.ADHOC: max(1, places - reserved), Lane.CANNED: places}
        self._places, self._queue = places, queue
        self._wait_seconds, self._cause = wait_seconds, cause
        self.running = {Lane.ADHOC: 0, Lane.CANNED: 0}
        """How many requests of each lane are at work."""
        self._running_total = 0
        self._waiting: dict[Lane, deque[_Waiter]] = {lane: deque() for lane in Lane}
        self._tickets = count()
        self._mean_seconds = 0.0
        self._is_closing = False
        self._quiet = asyncio.Event()

    @property
    def waiting(self) -> Mapping[Lane, int]:
        """How many requests of each lane wait."""
        return {lane: len(queue) for lane, queue in self._waiting.items()}

    async def enter(self, lane: Lane = Lane.CANNED) -> None:
        """Take a place, which ``leave`` gives back. Raises ``Busy`` where there is none in time.

        A canned query that meets a full queue takes the place in it of the ad-hoc request that
        came last.
        """
        if self._is_closing:
            raise Busy(self._retry_after(), cause="the service is ending")
        if self._waiting[lane] or not self._has_room(lane):
            await self._wait(lane)
        else:
            self._take_place(lane)

    def leave(self, lane: Lane = Lane.CANNED, *, seconds: float | None = None) -> None:
        """Give a place back that was held for ``seconds``."""
        self.running[lane] -= 1
        self._running_total -= 1
        if seconds is not None:
            self._mean_seconds += _MEAN_WEIGHT * (seconds - self._mean_seconds)
        self._let_in()
        if self._is_closing and self._is_quiet():
            self._quiet.set()

    async def close(self, *, limit_seconds: float) -> None:
        """Take nobody in any more, and return when all are through, at the latest at the limit."""
        self._is_closing = True
        if self._is_quiet():
            return
        try:
            async with asyncio.timeout(limit_seconds):
                await self._quiet.wait()
        except TimeoutError:
            for queue in self._waiting.values():
                while queue:
                    _send_away(queue.popleft()[1], EngineFailure("the service is shutting down"))

    def _is_quiet(self) -> bool:
        return not self._running_total and not any(self._waiting.values())

    def _take_place(self, lane: Lane) -> None:
        self.running[lane] += 1
        self._running_total += 1

    def _has_room(self, lane: Lane) -> bool:
        return self.running[lane] < self._room[lane] and self._running_total < self._places

    async def _wait(self, lane: Lane) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        waiter = (next(self._tickets), turn)
        self._join(lane, waiter)
        timer = loop.call_later(self._wait_seconds, self._give_up, lane, waiter)
        try:
            await turn
        except asyncio.CancelledError:
            if waiter in self._waiting[lane]:
                self._waiting[lane].remove(waiter)
            elif turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave(lane)  # its turn came in the same moment
            raise
        finally:
            timer.cancel()

    def _join(self, lane: Lane, waiter: _Waiter) -> None:
        if sum(self.waiting.values()) >= self._queue:
            if lane is Lane.ADHOC or not self._waiting[Lane.ADHOC]:
                raise self._busy()
            _send_away(self._waiting[Lane.ADHOC].pop()[1], self._busy())
        self._waiting[lane].append(waiter)

    def _give_up(self, lane: Lane, waiter: _Waiter) -> None:
        if waiter in self._waiting[lane]:
            self._waiting[lane].remove(waiter)
            _send_away(waiter[1], self._busy())

    def _let_in(self) -> None:
        """Let in whoever came first among those whose lane has room."""
        while heads := [
            (queue[0][0], lane)
            for lane, queue in self._waiting.items()
            if queue and self._has_room(lane)
        ]:
            lane = min(heads)[1]
            _, turn = self._waiting[lane].popleft()
            if not turn.done():  # else cancelled, and its task has not run yet
                self._take_place(lane)
                turn.set_result(None)

    def _busy(self) -> Busy:
        return Busy(self._retry_after(), cause=self._cause)

    def _retry_after(self) -> int:
        """Whole seconds until those who wait now should be through."""
        seconds = self._mean_seconds * (1 + sum(self.waiting.values()) / self._places)
        return min(max(1, math.ceil(seconds)), _LONGEST_RETRY_SECONDS)


def _send_away(turn: "asyncio.Future[None]", error: Exception) -> None:
    if not turn.done():
        turn.set_exception(error)


class Supervised(Protocol):
    """A process, or a connection that stands for one."""

    @property
    def is_usable(self) -> bool:
        """Whether it can take a request."""

    def kill(self) -> None:
        """End it at once."""

    def close(self) -> None:
        """End it when it is done, which may take a moment."""

    async def wait(self) -> object:
        """Return when it is gone."""


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
        self.living: dict[P, K] = {}
        """The processes that are ready or at work, each with what it does."""
        self._ending: set[P] = set()
        self.idle: list[P] = []
        """The processes that wait for work, the one used last at the end."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._trouble: EngineFailure | None = None
        self._failures, self._next_attempt = 0, 0.0
        self._is_closed = False

    async def take(self, key: K) -> P:
        """A process for this work: the one used last, else a new one. Raises ``EngineFailure``."""
        found = self._take_idle(key)
        if found is None and self._tasks:
            await asyncio.wait(self._tasks)  # a spare that is on its way comes sooner
            found = self._take_idle(key)
        return await self._add(key) if found is None else found

    def _take_idle(self, key: K) -> P | None:
        """The process for this work that was used last, if one waits for some."""
        for process in reversed(self.idle):
            other = self.living[process]
            if other is key or other == key:
                self.idle.remove(process)
                if process.is_usable:
                    return process
                self._end(process)
                return self._take_idle(key)
        return None

    def give_back(self, process: P) -> None:
        """Take a process back that has done its work, if it is still of use."""
        if process.is_usable and not self._is_closed:
            self.idle.append(process)
        else:
            self._end(process)

    def keep_spare(self, key: K, *, idle: int = 1) -> None:
        """Have so many wait for this work that the next request need not wait for a start."""
        has_room = len(self.living) + self.starting < self._bound
        if len(self.idle) < idle and has_room and not self._tasks and not self._is_closed:
            task = asyncio.create_task(self._add_spare(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def dismiss(self, is_wanted: Callable[[K], bool]) -> None:
        """End the idle processes whose work is not wanted any more."""
        for process in tuple(self.idle):
            if not is_wanted(self.living[process]):
                self.idle.remove(process)
                self._end(process)

    def lose(self, process: P) -> None:
        """Forget a process that is gone."""
        if process in self.idle:
            self.idle.remove(process)
        self.living.pop(process, None)
        self._ending.discard(process)

    async def close(self) -> None:
        """End all processes, the idle ones in peace, and return when they are gone."""
        self._is_closed = True
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for process in tuple(self.living):
            if process not in self.idle:
                process.kill()
            self._end(process)
        self.idle.clear()
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
        if self.idle and len(self.living) + self.starting >= self._bound:
            self._end(self.idle.pop(0))
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
        self.living[process] = key
        return process

    def _note_failure(self, failure: EngineFailure) -> None:
        self._failures += 1
        self._trouble = failure
        delay = min(_FIRST_BACK_OFF_SECONDS * 2**self._failures, _LONGEST_BACK_OFF_SECONDS)
        self._next_attempt = perf_counter() + delay
        _log.error("a worker did not start: %s; next attempt in %g s", failure.cause, delay)

    def _end(self, process: P) -> None:
        """Let go of a process, which may be gone already."""
        if self.living.pop(process, None) is not None:
            self._ending.add(process)
            process.close()
