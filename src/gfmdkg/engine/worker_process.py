"""A Python process that plays a role: it is asked by frames on a socket, one at a time.

A role is a module with ``create_handler`` (see ``gfmdkg.engine.child``); nothing here knows
what it does.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self, cast

from gfmdkg.engine.failures import decode_error
from gfmdkg.engine.frames import Frame, FrameAssembler, FrameError, pack_frame
from gfmdkg.engine.process import ChildProcess
from gfmdkg.errors import EngineFailure, QueryTimeout

__all__ = ["ProcessSpec", "ReceivedReply", "WorkerProcess"]

_log = logging.getLogger("gfmdkg.engine")
# The same packages as here, but nothing from the working folder.
_BOOTSTRAP = (
    "import sys, json; sys.path[:] = json.loads(sys.argv.pop(2));"
    "from gfmdkg.engine.child import run; run()"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """How to start a worker: its role's module and options (JSON values), and its limits."""

    module: str
    memory_limit_bytes: int
    options: Mapping[str, Any] = field(default_factory=dict)
    ready_seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedReply:
    """A worker's reply."""

    head: Mapping[str, Any]
    body: bytes


class WorkerProcess(asyncio.Protocol):
    """A child process that answers one request at a time.

    ``on_lost`` is called once, from the event loop, when the process is gone.
    """

    def __init__(self, spec: ProcessSpec, on_lost: Callable[["WorkerProcess"], None]) -> None:
        self.network_obstacle: str | None = None
        self._spec, self._on_lost = spec, on_lost
        self._loop = asyncio.get_running_loop()
        self._assembler = FrameAssembler()
        self._pending: asyncio.Future[Frame] | None = None
        self._limit_seconds: float | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._is_ending = False
        self._connection, its_connection = socket.socketpair()
        self._connection.setblocking(False)
        with its_connection:
            try:
                self._child = self._spawn(its_connection.fileno())
            except BaseException:
                self._connection.close()
                raise

    def _spawn(self, connection: int) -> ChildProcess:
        setup = {
            "module": self._spec.module,
            "memory_limit_bytes": self._spec.memory_limit_bytes,
            "options": dict(self._spec.options),
            "connection": connection,
            "parent": os.getpid(),
        }
        path = [entry for entry in sys.path if os.path.isabs(entry)]  # noqa: PTH117 - plain strings
        return ChildProcess(
            [sys.executable, "-I", "-c", _BOOTSTRAP, json.dumps(setup), json.dumps(path)],
            memory_limit_bytes=self._spec.memory_limit_bytes,
            on_ended=self._ended,
            inherited=(connection,),
        )

    @classmethod
    async def start(
        cls, spec: ProcessSpec, *, on_lost: Callable[["WorkerProcess"], None] = lambda _: None
    ) -> Self:
        """Start a process and wait until it is ready. Raises ``EngineFailure``."""
        worker = cls(spec, on_lost)
        ready = worker._expect(None)
        try:
            async with asyncio.timeout(spec.ready_seconds):
                await worker._loop.create_unix_connection(lambda: worker, sock=worker._connection)
                frame = await ready
        except BaseException as error:
            ready.cancel()
            worker.kill()
            worker._connection.close()
            await worker.wait()
            if isinstance(error, TimeoutError):
                cause = f"a worker was not ready in {spec.ready_seconds:g} s"
                raise EngineFailure(cause) from error
            raise
        worker.network_obstacle = json.loads(frame.head)["network_obstacle"]
        if worker.network_obstacle is not None:
            _warn_once(worker.network_obstacle)
        return worker

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._child.pid

    @property
    def is_usable(self) -> bool:
        """Whether it can take a request."""
        return self._transport is not None and not self._is_ending

    async def wait(self) -> int:
        """The exit code, once the process is gone."""
        return await self._child.wait()

    def kill(self) -> None:
        """End the process at once."""
        self._child.kill()
        self._disconnect()

    def close(self) -> None:
        """Let the process end by itself, and kill it where it does not."""
        self._child.close()
        self._disconnect()

    def _disconnect(self) -> None:
        self._is_ending = True
        if self._transport is not None:
            self._transport.abort()

    # Requests

    async def request(
        self, head: bytes, body: bytes = b"", *, limit_seconds: float
    ) -> ReceivedReply:
        """Ask, and wait for the reply.

        Raises what the role raised, ``QueryTimeout`` when the process was killed at its
        limit and ``EngineFailure`` when it died of something else. Cancelling kills it.
        """
        if self._transport is None or self._is_ending:
            raise EngineFailure("its worker had ended")
        future = self._expect(limit_seconds)
        alarm = self._loop.call_later(limit_seconds, self._time_out)
        self._transport.write(pack_frame(head, body, limit_seconds=limit_seconds))
        try:
            frame = await future
        except asyncio.CancelledError:
            self.kill()
            raise
        finally:
            alarm.cancel()
        return self._open(frame)

    def _expect(self, limit_seconds: float | None) -> asyncio.Future[Frame]:
        self._pending = self._loop.create_future()
        self._limit_seconds = limit_seconds
        return self._pending

    def _open(self, frame: Frame) -> ReceivedReply:
        if frame.retires:
            self.close()
        head = json.loads(frame.head)
        if "error" in head:
            raise decode_error(head["error"])
        return ReceivedReply(head=head, body=frame.body)

    def _time_out(self) -> None:
        self._fail(QueryTimeout(self._limit_seconds or 0.0))
        self.kill()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand a whole frame to whoever waits for it."""
        try:
            frame = self._assembler.feed(data)
        except FrameError as error:
            self._fail(EngineFailure(str(error)))
            self.kill()
            return
        if frame is not None and self._pending is not None and not self._pending.done():
            self._pending.set_result(frame)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - its name is given
        """The process closed its end, which it does only when it dies."""
        self._transport = None
        self._is_ending = True
        self._child.close()

    def _ended(self) -> None:
        self._disconnect()
        if self._child.code == -signal.SIGALRM and self._limit_seconds is not None:
            self._fail(QueryTimeout(self._limit_seconds))
        self._fail(EngineFailure(self._child.cause))
        self._on_lost(self)

    def _fail(self, error: Exception) -> None:
        if self._pending is not None and not self._pending.done():
            self._pending.set_exception(error)


@cache
def _warn_once(obstacle: str) -> None:
    _log.warning("a worker process could open connections: %s", obstacle)
