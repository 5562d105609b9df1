"""One worker process as its front sees it: started, asked, killed, reaped.

Nothing here knows what the process does; a role is a module with ``create_handler`` (see
``gfmdkg.engine.child``). There is no way to interrupt the engine inside a process, so a
limit is kept by SIGKILL, and whoever uses the process starts another.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Self, cast

from gfmdkg.engine.death import describe_death
from gfmdkg.engine.failures import decode_error
from gfmdkg.engine.frames import Frame, FrameAssembler, FrameError, pack_frame
from gfmdkg.errors import EngineFailure, QueryTimeout

__all__ = ["ProcessSpec", "ReceivedReply", "WorkerProcess"]

# The same packages as here, but nothing from the working folder.
_BOOTSTRAP = (
    "import sys, json; sys.path[:] = json.loads(sys.argv.pop(2));"
    "from gfmdkg.engine.child import run; run()"
)
_FIRST_POLL_SECONDS = 0.002
_LONGEST_POLL_SECONDS = 0.05
_FAREWELL_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """How to start a worker: its role's module and options (JSON values), and its limits."""

    module: str
    memory_limit_bytes: int
    options: Mapping[str, Any] = field(default_factory=dict)
    ready_seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedReply:
    """A worker's reply. Whoever receives it owns the open file ``descriptor``."""

    head: Mapping[str, Any]
    body: bytes
    descriptor: int | None


class WorkerProcess(asyncio.Protocol):
    """A child process that answers one request at a time.

    ``on_lost`` is called once, from the event loop, when the process can take no further
    request: it died, was killed or closed, or retired.
    """

    def __init__(self, spec: ProcessSpec, on_lost: Callable[["WorkerProcess"], None]) -> None:
        self.spec = spec
        self.is_usable = False
        self.network_obstacle: str | None = None
        self.started = perf_counter()
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._assembler = FrameAssembler()
        self._pending: asyncio.Future[Frame] | None = None
        self._limit_seconds: float | None = None
        self._deadline = self._alarm_time = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process is reaped
        self._transport: asyncio.WriteTransport | None = None
        self._is_ending = False

    @classmethod
    async def start(
        cls, spec: ProcessSpec, *, on_lost: Callable[["WorkerProcess"], None] = lambda _: None
    ) -> Self:
        """Start a process and wait until it is ready. Raises ``EngineFailure``."""
        try:
            worker = cls(spec, on_lost)
            connection = worker._spawn()
        except OSError as error:
            raise EngineFailure(f"a worker cannot be started: {error}") from error
        ready = worker._expect(None)
        try:
            async with asyncio.timeout(spec.ready_seconds):
                await worker._loop.create_unix_connection(lambda: worker, sock=connection)
                frame = await ready
        except BaseException as error:
            ready.cancel()
            worker.kill()
            connection.close()
            await worker.ended
            if isinstance(error, TimeoutError):
                cause = f"a worker was not ready in {spec.ready_seconds:g} s"
                raise EngineFailure(cause) from error
            raise
        worker.network_obstacle = json.loads(frame.head)["network_obstacle"]
        worker.is_usable = True
        return worker

    @property
    def ended(self) -> asyncio.Future[int]:
        """The code with which the process ended, once it is reaped.

        A future for each who asks: one that is cancelled is not the others'.
        """
        return asyncio.shield(self._ended)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def _spawn(self) -> socket.socket:
        connection, its_connection = socket.socketpair()
        self._files, its_files = socket.socketpair()
        self._files.setblocking(False)
        connection.setblocking(False)
        setup = {
            "module": self.spec.module,
            "memory_limit_bytes": self.spec.memory_limit_bytes,
            "options": dict(self.spec.options),
            "connection": its_connection.fileno(),
            "files": its_files.fileno(),
            "parent": os.getpid(),
        }
        path = [entry for entry in sys.path if os.path.isabs(entry)]  # noqa: PTH117 - plain strings
        with ExitStack() as if_it_fails, its_connection, its_files:
            for ours in (connection, self._files, self._errors):
                if_it_fails.callback(ours.close)
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOTSTRAP, json.dumps(setup), json.dumps(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(its_connection.fileno(), its_files.fileno()),
                # One arena: each further one reserves 64 MiB of the limited address space.
                env=os.environ | {"MALLOC_ARENA_MAX": "1", "RUST_BACKTRACE": "0"},
            )
            if_it_fails.pop_all()
        return connection

    # Requests

    async def request(
        self, head: bytes, body: bytes = b"", *, limit_seconds: float
    ) -> ReceivedReply:
        """Ask, and wait for the reply.

        Raises what the role raised, ``QueryTimeout`` when the process was killed at its
        limit and ``EngineFailure`` when it died of something else. Cancelling kills it.
        """
        if not self.is_usable or self._transport is None:
            raise EngineFailure("its worker had ended")
        future = self._expect(limit_seconds)
        self._watch(perf_counter() + limit_seconds)
        self._transport.write(pack_frame(head, body, limit_seconds=limit_seconds))
        try:
            frame = await future
        except asyncio.CancelledError:
            self.kill()
            raise
        return self._open(frame)

    def _expect(self, limit_seconds: float | None) -> asyncio.Future[Frame]:
        self._pending = self._loop.create_future()
        self._limit_seconds = limit_seconds
        return self._pending

    def _open(self, frame: Frame) -> ReceivedReply:
        descriptor = self._take_file() if frame.has_file else None
        if frame.retires:
            self.close()
        head = json.loads(frame.head)
        if "error" in head:
            raise decode_error(head["error"])
        return ReceivedReply(head=head, body=frame.body, descriptor=descriptor)

    def _take_file(self) -> int:
        _, descriptors, _, _ = socket.recv_fds(self._files, 1, 1)
        if not descriptors:
            raise EngineFailure("its answer's file did not arrive")
        os.set_inheritable(descriptors[0], False)
        return descriptors[0]

    def _watch(self, deadline: float) -> None:
        # One timer serves many requests: it is left to ring, and set again where it rings
        # too early, because setting and cancelling one costs more than a point query's JSON.
        self._deadline = deadline
        if self._alarm is not None and self._alarm_time > deadline:
            self._alarm.cancel()
            self._alarm = None
        if self._alarm is None:
            self._set_alarm(deadline)

    def _set_alarm(self, deadline: float) -> None:
        self._alarm_time = deadline
        self._alarm = self._loop.call_later(deadline - perf_counter(), self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._pending is None or self._pending.done() or self._limit_seconds is None:
            return
        if perf_counter() < self._deadline:
            self._set_alarm(self._deadline)
            return
        self._fail(QueryTimeout(self._limit_seconds))
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
        self._end(grace_seconds=_FAREWELL_SECONDS)

    # The end

    def kill(self) -> None:
        """End the process at once. A second time does nothing."""
        self._end(grace_seconds=0.0)

    def close(self) -> None:
        """Let the process end by itself, and kill it where it does not."""
        self._end(grace_seconds=_FAREWELL_SECONDS)

    def _end(self, *, grace_seconds: float) -> None:
        if grace_seconds == 0 and not self._ended.done():
            self._process.kill()
        if self._is_ending:
            return
        self._is_ending, self.is_usable = True, False
        if self._alarm is not None:
            self._alarm.cancel()
        if self._transport is not None:
            self._transport.abort()
        self._files.close()
        self._reap(_FIRST_POLL_SECONDS, perf_counter() + grace_seconds)
        self._on_lost(self)

    def _reap(self, poll_seconds: float, deadline: float) -> None:
        code = self._process.poll()
        if code is None:
            if perf_counter() > deadline:
                self._process.kill()
            longer = min(poll_seconds * 2, _LONGEST_POLL_SECONDS)
            self._loop.call_later(poll_seconds, self._reap, longer, deadline)
            return
        self._errors.seek(0)
        last_words = self._errors.read().decode(errors="replace")
        self._errors.close()
        if code == -signal.SIGALRM and self._limit_seconds is not None:
            self._fail(QueryTimeout(self._limit_seconds))
        self._fail(EngineFailure(describe_death(code, last_words, self.spec.memory_limit_bytes)))
        self._ended.set_result(code)

    def _fail(self, error: Exception) -> None:
        if self._pending is not None and not self._pending.done():
            self._pending.set_exception(error)
