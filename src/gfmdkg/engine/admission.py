"""Who may run, who waits, who is turned away: bookkeeping without any process.

Ad-hoc requests may hold all workers but the reserved ones. Those who wait are let in by
the order of their coming, as far as their lane has room.
"""

from asyncio import Future
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from gfmdkg.engine.process import WorkerProcess
from gfmdkg.engine.request import Lane

__all__ = ["Admission", "Waiter"]


@dataclass(slots=True, kw_only=True, eq=False)
class Waiter:
    """A request that waits for a worker; ``worker`` is set when its turn has come."""

    lane: Lane
    ticket: int
    worker: "Future[WorkerProcess]"


class Admission:
    """The places at the workers and in the queue."""

    def __init__(self, *, workers: int, reserved: int, queue: int) -> None:
        self._reserved = min(reserved, workers)
        # A service with one worker still answers ad-hoc queries.
        self._room = {Lane.ADHOC: max(1, workers - reserved), Lane.CANNED: workers}
        self._workers, self._queue = workers, queue
        self._running = {Lane.ADHOC: 0, Lane.CANNED: 0}
        self._running_total = 0
        self._waiting: dict[Lane, deque[Waiter]] = {Lane.ADHOC: deque(), Lane.CANNED: deque()}
        self._tickets = count()

    def running(self, lane: Lane) -> int:
        """How many requests of this lane hold a worker."""
        return self._running[lane]

    def waiting(self, lane: Lane) -> int:
        """How many requests of this lane wait."""
        return len(self._waiting[lane])

    @property
    def is_quiet(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return self._running_total == 0 and not self.has_waiters

    @property
    def has_waiters(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting[Lane.ADHOC] or self._waiting[Lane.CANNED])

    def has_room(self, lane: Lane, *, idle: int) -> bool:
        """Whether one more request of this lane may take one of ``idle`` processes.

        After kills there may be fewer processes than places, until others have started.
        Then too ad-hoc requests leave the reserved ones.
        """
        kept = 0 if lane is Lane.CANNED else self._reserved - self._running[Lane.CANNED]
        return (
            idle > max(0, kept)
            and self._running[lane] < self._room[lane]
            and self._running_total < self._workers
        )

    def may_enter(self, lane: Lane, *, idle: int) -> bool:
        """Whether a newcomer may run at once, passing nobody of its own lane."""
        return not self._waiting[lane] and self.has_room(lane, idle=idle)

    def enter(self, lane: Lane) -> None:
        """Count a request as running."""
        self._running[lane] += 1
        self._running_total += 1

    def leave(self, lane: Lane) -> None:
        """Count a request as done."""
        self._running[lane] -= 1
        self._running_total -= 1

    def join(
        self, lane: Lane, worker: "Future[WorkerProcess]"
    ) -> tuple[Waiter | None, Waiter | None]:
        """Queue a newcomer: its place, and who has to go for it.

        Without a place the newcomer is turned away. A canned query that meets a full queue
        takes the place of the ad-hoc request that came last.
        """
        displaced = None
        if sum(map(len, self._waiting.values())) >= self._queue:
            if lane is Lane.ADHOC or not self._waiting[Lane.ADHOC]:
                return None, None
            displaced = self._waiting[Lane.ADHOC].pop()
        waiter = Waiter(lane=lane, ticket=next(self._tickets), worker=worker)
        self._waiting[lane].append(waiter)
        return waiter, displaced

    def next(self, *, idle: int) -> Waiter | None:
        """Let in whoever came first among those whose lane has room."""
        heads = [
            queue[0]
            for lane, queue in self._waiting.items()
            if queue and self.has_room(lane, idle=idle)
        ]
        if not heads:
            return None
        first = min(heads, key=lambda waiter: waiter.ticket)
        self._waiting[first.lane].popleft()
        self.enter(first.lane)
        return first

    def drop(self, waiter: Waiter) -> None:
        """Forget somebody who stopped waiting."""
        if waiter in self._waiting[waiter.lane]:
            self._waiting[waiter.lane].remove(waiter)

    def clear(self) -> Iterator[Waiter]:
        """Everybody who waits, as they are sent away."""
        for queue in self._waiting.values():
            while queue:
                yield queue.popleft()
