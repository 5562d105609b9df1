"""Keeping a number of worker processes alive: started, replaced, and in the end reaped."""

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter
from typing import cast

from gfmdkg.engine.process import ProcessSpec, WorkerProcess
from gfmdkg.errors import EngineFailure

__all__ = ["Nursery"]

_log = logging.getLogger("gfmdkg.engine")

_FIRST_BACK_OFF_SECONDS = 0.1
_LONGEST_BACK_OFF_SECONDS = 5.0
# A process that dies on its own within this time counts as one that could not start.
_INFANCY_SECONDS = 1.0


class Nursery:
    """``size`` processes of one kind, of which ``idle`` ones wait for work.

    A process that ends is replaced in the background. While processes cannot be started,
    attempts come further and further apart, and ``trouble`` says why.
    """

    def __init__(
        self, *, size: int, make_spec: Callable[[], ProcessSpec], on_change: Callable[[], None]
    ) -> None:
        self.idle: list[WorkerProcess] = []
        self.trouble: EngineFailure | None = None
        self.started_total = 0
        self._size, self._make_spec, self._on_change = size, make_spec, on_change
        self._living: set[WorkerProcess] = set()
        self._ending: set[WorkerProcess] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._retry: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._has_warned = False

    @property
    def living(self) -> int:
        """How many processes are ready or at work."""
        return len(self._living)

    @property
    def starting(self) -> int:
        """How many processes are being started."""
        return len(self._starting)

    async def start(self) -> None:
        """Start all processes. Raises ``EngineFailure`` where one of them cannot."""
        self._replenish()
        while self._starting and self.trouble is None:
            await asyncio.gather(*tuple(self._starting))
        if self.trouble is not None:
            trouble = self.trouble
            await self.close()
            raise trouble

    async def close(self) -> None:
        """End all processes and wait until the system has forgotten them."""
        self._is_closed = True
        if self._retry is not None:
            self._retry.cancel()
        starting = tuple(self._starting)
        for task in starting:
            task.cancel()
        await asyncio.gather(*starting, return_exceptions=True)
        for worker in tuple(self._living):
            if worker in self.idle:
                worker.close()
            else:
                worker.kill()
        await asyncio.gather(*(worker.ended for worker in tuple(self._ending)))

    def give_back(self, worker: WorkerProcess) -> None:
        """Take a process back that has done its work, if it is still of use."""
        if worker.is_usable:
            self.idle.append(worker)

    def _replenish(self) -> None:
        if self._is_closed or self._retry is not None:
            return
        while len(self._living) + len(self._starting) < self._size:
            self._starting.add(asyncio.get_running_loop().create_task(self._raise_one()))
            if self._failures:
                return  # one attempt at a time while they fail

    async def _raise_one(self) -> None:
        try:
            worker = await WorkerProcess.start(self._make_spec(), on_lost=self._lost)
        except EngineFailure as failure:
            self._note_failure(failure)
            return
        finally:
            self._starting.discard(cast("asyncio.Task[None]", asyncio.current_task()))
        self.started_total += 1
        if worker.network_obstacle is not None and not self._has_warned:
            self._has_warned = True
            _log.warning(
                "workers keep the network of this process (%s); SERVICE and LOAD are refused"
                " before a query reaches them",
                worker.network_obstacle,
            )
        if self._failures:
            _log.warning("workers start again")
        self._failures, self.trouble = 0, None
        self._living.add(worker)
        self.idle.append(worker)
        self._replenish()
        self._on_change()

    def _note_failure(self, failure: EngineFailure) -> None:
        self._failures += 1
        self.trouble = failure
        delay = min(_FIRST_BACK_OFF_SECONDS * 2**self._failures, _LONGEST_BACK_OFF_SECONDS)
        _log.error("a worker did not start: %s; next attempt in %g s", failure.cause, delay)
        if not self._is_closed and self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(delay, self._try_again)
        self._on_change()

    def _try_again(self) -> None:
        self._retry = None
        self._replenish()

    def _lost(self, worker: WorkerProcess) -> None:
        if worker not in self._living:
            return  # it never was ready; whoever started it reaps it
        self._living.discard(worker)
        self._ending.add(worker)
        worker.ended.add_done_callback(lambda _: self._ending.discard(worker))
        if worker not in self.idle:
            self._replenish()
            return
        self.idle.remove(worker)
        if perf_counter() - worker.started < _INFANCY_SECONDS and not self._is_closed:
            self._note_failure(EngineFailure("a worker died before it had any work"))
        self._replenish()
