"""The pool of query workers: at most so many queries at once, each with a limit it cannot pass.

A query runs in a process of its own for as long as it takes. At its time limit, or when
nobody waits for it any more, that process is killed and a spare takes its place, so a query
can harm nothing but itself.
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from gfmdkg.engine.admission import Admission, Waiter
from gfmdkg.engine.nursery import Nursery
from gfmdkg.engine.process import ProcessSpec, WorkerProcess
from gfmdkg.engine.request import EngineAnswer, Lane, QueryRequest
from gfmdkg.errors import AnswerTooLarge, Busy, EngineFailure, QueryRejected, QueryTimeout
from gfmdkg.settings import Settings

__all__ = ["PoolStats", "WorkerPool"]

_SPARES = 1
_LONGEST_RETRY_SECONDS = 30
_MEAN_WEIGHT = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStats:
    """The pool at this moment, and what happened to all requests since its start."""

    workers: int
    idle: int
    starting: int
    running: Mapping[Lane, int]
    waiting: Mapping[Lane, int]
    started_total: int
    answered_total: int
    timeouts_total: int
    too_large_total: int
    busy_total: int
    failures_total: int
    cancelled_total: int


@dataclass(slots=True, kw_only=True)
class _Outcomes:
    answered: int = 0
    timeouts: int = 0
    too_large: int = 0
    busy: int = 0
    failures: int = 0
    cancelled: int = 0


class WorkerPool:
    """Runs queries on published versions; belongs to one event loop.

    That loop's thread has to live as long as the pool, because the system kills a worker
    when the thread that started it ends.
    """

    def __init__(self, *, settings: Settings, module: str = "gfmdkg.engine.worker") -> None:
        self._settings, self._module = settings, module
        self._admission = Admission(
            workers=settings.query_workers,
            reserved=settings.query_workers_reserved,
            queue=settings.query_queue,
        )
        self._workers = Nursery(
            size=settings.query_workers + _SPARES,
            make_spec=self._make_spec,
            on_change=self._dispatch,
        )
        self._outcomes = _Outcomes()
        self._mean_seconds = 0.0
        self._warm: Path | None = None
        self._is_closing = False
        self._quiet: asyncio.Event = asyncio.Event()

    def _make_spec(self) -> ProcessSpec:
        limit = self._settings.worker_memory_limit_bytes
        warm = None if self._warm is None else str(self._warm)
        options = {"memory_limit_bytes": limit, "warm": warm}
        return ProcessSpec(module=self._module, memory_limit_bytes=limit, options=options)

    async def start(self, *, warm: Path | None = None) -> None:
        """Start the workers; each opens the version ``warm`` before it counts as ready.

        Raises ``EngineFailure`` where a worker cannot start.
        """
        self._warm = warm
        await self._workers.start()

    async def close(self) -> None:
        """Take no more requests, finish those there are, and end every worker.

        What is not done after ``settings.shutdown_seconds`` is killed.
        """
        self._is_closing = True
        if not self._admission.is_quiet:
            try:
                async with asyncio.timeout(self._settings.shutdown_seconds):
                    await self._quiet.wait()
            except TimeoutError:
                self._dismiss(EngineFailure("the service is shutting down"))
        await self._workers.close()

    async def query(self, request: QueryRequest) -> EngineAnswer:
        """Run a query. Cancelling the caller's task kills the worker at once.

        Raises ``Busy``, ``QueryTimeout``, ``AnswerTooLarge``, ``QueryRejected``,
        ``NotAcceptable``, ``StoreError`` and ``EngineFailure``.
        """
        came = perf_counter()
        settings, lane = self._settings, request.lane
        limit_bytes = request.answer_limit_bytes or settings.answer_limit_bytes
        head = request.head(limit_bytes)
        try:
            text = request.text.encode()
        except UnicodeEncodeError as error:
            raise QueryRejected("the query holds a lone surrogate, which is no text") from error
        worker = self._enter(lane) or await self._wait(lane)
        started = perf_counter()
        self._warm = request.store
        try:
            reply = await worker.request(
                head,
                text,
                limit_seconds=request.time_limit_seconds or settings.query_timeout_seconds,
            )
        except BaseException as error:
            self._count(error)
            raise
        finally:
            self._leave(worker, lane, perf_counter() - started)
        self._outcomes.answered += 1
        return EngineAnswer.from_reply(
            reply.head, reply.body, reply.descriptor, queue_seconds=started - came
        )

    def stats(self) -> PoolStats:
        """Figures for ``/metrics`` and the log."""
        outcomes, admission = self._outcomes, self._admission
        return PoolStats(
            workers=self._workers.living,
            idle=len(self._workers.idle),
            starting=self._workers.starting,
            running={lane: admission.running(lane) for lane in Lane},
            waiting={lane: admission.waiting(lane) for lane in Lane},
            started_total=self._workers.started_total,
            answered_total=outcomes.answered,
            timeouts_total=outcomes.timeouts,
            too_large_total=outcomes.too_large,
            busy_total=outcomes.busy,
            failures_total=outcomes.failures,
            cancelled_total=outcomes.cancelled,
        )

    # Places

    def _enter(self, lane: Lane) -> WorkerProcess | None:
        """A worker where one is free for this lane right now."""
        if self._is_closing:
            raise Busy(self._retry_after(), cause="the service is ending")
        idle = self._workers.idle
        if self._admission.may_enter(lane, idle=len(idle)):
            self._admission.enter(lane)
            return idle.pop()
        return None

    async def _wait(self, lane: Lane) -> WorkerProcess:
        if self._workers.living == 0 and self._workers.trouble is not None:
            self._outcomes.failures += 1
            raise EngineFailure(self._workers.trouble.cause)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[WorkerProcess] = loop.create_future()
        waiter, displaced = self._admission.join(lane, turn)
        if displaced is not None:
            self._send_away(displaced, self._busy())
        if waiter is None:
            raise self._busy()
        timer = loop.call_later(self._settings.query_queue_seconds, self._give_up, waiter)
        try:
            return await turn
        except asyncio.CancelledError:
            self._outcomes.cancelled += 1
            self._admission.drop(waiter)
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave(turn.result(), lane, None)  # its turn came in the same moment
            raise
        finally:
            timer.cancel()

    def _give_up(self, waiter: Waiter) -> None:
        self._admission.drop(waiter)
        self._send_away(waiter, self._busy())

    def _send_away(self, waiter: Waiter, error: Exception) -> None:
        if not waiter.worker.done():
            waiter.worker.set_exception(error)

    def _dismiss(self, error: EngineFailure) -> None:
        for waiter in self._admission.clear():
            self._outcomes.failures += 1
            self._send_away(waiter, EngineFailure(error.cause))

    def _leave(self, worker: WorkerProcess, lane: Lane, seconds: float | None) -> None:
        self._admission.leave(lane)
        if seconds is not None:
            self._mean_seconds += _MEAN_WEIGHT * (seconds - self._mean_seconds)
        self._workers.give_back(worker)
        if self._admission.has_waiters or self._is_closing:
            self._dispatch()

    def _dispatch(self) -> None:
        idle, trouble = self._workers.idle, self._workers.trouble
        while (waiter := self._admission.next(idle=len(idle))) is not None:
            if waiter.worker.done():  # cancelled, and its task has not run yet
                self._admission.leave(waiter.lane)
            else:
                waiter.worker.set_result(idle.pop())
        if self._workers.living == 0 and trouble is not None:
            self._dismiss(trouble)
        if self._is_closing and self._admission.is_quiet:
            self._quiet.set()

    # Counting

    def _busy(self) -> Busy:
        self._outcomes.busy += 1
        return Busy(self._retry_after())

    def _retry_after(self) -> int:
        """Whole seconds until those who wait now should be through."""
        waiting = sum(self._admission.waiting(lane) for lane in Lane)
        seconds = self._mean_seconds * (1 + waiting / self._settings.query_workers)
        return min(max(1, math.ceil(seconds)), _LONGEST_RETRY_SECONDS)

    def _count(self, error: BaseException) -> None:
        match error:
            case QueryTimeout():
                self._outcomes.timeouts += 1
            case AnswerTooLarge():
                self._outcomes.too_large += 1
            case EngineFailure():
                self._outcomes.failures += 1
            case asyncio.CancelledError():
                self._outcomes.cancelled += 1
            case _:
                self._outcomes.answered += 1
