"""The processes in which a front has networks worked out.

The work holds the interpreter, for seconds on a large graph, and cannot be interrupted: it is
done beside the event loop, in a process that is killed at its limit.
"""

import asyncio
from pathlib import Path

from gfmdkg.engine.process import ProcessSpec, WorkerProcess
from gfmdkg.errors import Busy
from gfmdkg.network.request import NetworkRequest
from gfmdkg.settings import Settings

__all__ = ["NetworkProcesses"]

_MODULE = "gfmdkg.network.worker"
_PROCESSES = 2
_MOST_WAITING = 16
_RETRY_SECONDS = 5
_CROWDED = "all processes that draw networks are busy"


class NetworkProcesses:
    """At most two processes, started when they are first needed.

    The one used last is taken first, for it keeps the networks that it worked out.
    """

    def __init__(self, settings: Settings) -> None:
        limit_bytes = settings.worker_memory_limit_bytes
        self._settings = settings
        self._spec = ProcessSpec(
            module=_MODULE,
            memory_limit_bytes=limit_bytes,
            options={"memory_limit_bytes": limit_bytes},
        )
        self._places = asyncio.Semaphore(_PROCESSES)
        self._waiting = 0
        self._idle: list[WorkerProcess] = []
        self._is_closed = False
        self._living: set[WorkerProcess] = set()

    @property
    def idle(self) -> tuple[WorkerProcess, ...]:
        """The processes that wait for work, the one to be taken next last."""
        return tuple(self._idle)

    async def answer(self, request: NetworkRequest, *, store: Path) -> bytes:
        """The answer of ``Networks.answer`` over the database folder of a version.

        Raises what that raises, ``QueryTimeout`` when the process was stopped at its limit,
        ``Busy`` where too many wait, ``EngineFailure`` when it died. Cancelling kills it.
        """
        head, body = request.pack(store)
        await self._enter()
        try:
            process = await self._take()
            try:
                reply = await process.request(
                    head, body, limit_seconds=self._settings.network_timeout_seconds
                )
            finally:
                self._give_back(process)
        finally:
            self._places.release()
        return reply.body

    async def close(self) -> None:
        """End the processes. Those at work end with the requests that they work for."""
        self._is_closed = True
        for process in self._idle:
            process.close()
        self._idle.clear()
        await asyncio.gather(*(process.ended for process in tuple(self._living)))

    async def _enter(self) -> None:
        if self._waiting >= _MOST_WAITING:
            raise Busy(_RETRY_SECONDS, cause=_CROWDED)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._settings.query_queue_seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise Busy(_RETRY_SECONDS, cause=_CROWDED) from error
        finally:
            self._waiting -= 1

    def _give_back(self, process: WorkerProcess) -> None:
        if self._is_closed:
            process.close()
        elif process.is_usable:
            self._idle.append(process)

    async def _take(self) -> WorkerProcess:
        while self._idle:
            process = self._idle.pop()
            if process.is_usable:
                return process
        process = await WorkerProcess.start(self._spec)
        self._living.add(process)
        process.ended.add_done_callback(lambda _: self._living.discard(process))
        return process
