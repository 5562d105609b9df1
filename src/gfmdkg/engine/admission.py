"""Who may run, who waits, who is turned away.

Ad-hoc requests may hold all places but the reserved ones. Those who wait are let in by the
order of their coming, as far as their lane has room.
"""

import asyncio
import math
from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from itertools import count

from gfmdkg.errors import Busy, EngineFailure

__all__ = ["Admission", "Lane"]

_LONGEST_RETRY_SECONDS = 30
_MEAN_WEIGHT = 0.1


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
        self._running = {Lane.ADHOC: 0, Lane.CANNED: 0}
        self._waiting: dict[Lane, deque[_Waiter]] = {Lane.ADHOC: deque(), Lane.CANNED: deque()}
        self._tickets = count()
        self._mean_seconds = 0.0
        self._is_closing = False
        self._quiet = asyncio.Event()
        self.busy_total = 0

    @property
    def running(self) -> Mapping[Lane, int]:
        """How many requests of each lane are at work."""
        return self._running

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
        if not self._waiting[lane] and self._has_room(lane):
            self._running[lane] += 1
        else:
            await self._wait(lane)

    def leave(self, lane: Lane = Lane.CANNED, *, seconds: float | None = None) -> None:
        """Give a place back that was held for ``seconds``."""
        self._running[lane] -= 1
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
        return not any(self._running.values()) and not any(self._waiting.values())

    def _has_room(self, lane: Lane) -> bool:
        running = self._running
        return running[lane] < self._room[lane] and sum(running.values()) < self._places

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
        adhoc = self._waiting[Lane.ADHOC]
        if sum(map(len, self._waiting.values())) >= self._queue:
            if lane is Lane.ADHOC or not adhoc:
                raise self._busy()
            _send_away(adhoc.pop()[1], self._busy())
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
                self._running[lane] += 1
                turn.set_result(None)

    def _busy(self) -> Busy:
        self.busy_total += 1
        return Busy(self._retry_after(), cause=self._cause)

    def _retry_after(self) -> int:
        """Whole seconds until those who wait now should be through."""
        waiting = sum(map(len, self._waiting.values()))
        seconds = self._mean_seconds * (1 + waiting / self._places)
        return min(max(1, math.ceil(seconds)), _LONGEST_RETRY_SECONDS)


def _send_away(turn: "asyncio.Future[None]", error: Exception) -> None:
    if not turn.done():
        turn.set_exception(error)
