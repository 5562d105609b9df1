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
from typing import Any, Self

from gfmdkg.engine.failures import decode_error
from gfmdkg.engine.frames import Frame, FrameError, pack_frame, receive_frame
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


class WorkerProcess:
    """A child process that answers one request at a time.

    ``on_lost`` is called once, from the event loop, when the process is gone.
    """

    def __init__(self, spec: ProcessSpec, on_lost: Callable[["WorkerProcess"], None]) -> None:
        self.network_obstacle: str | None = None
        self._spec, self._on_lost = spec, on_lost
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._is_late = self._is_ending = False
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
        try:
            async with asyncio.timeout(spec.ready_seconds):
                worker._reader, worker._writer = await asyncio.open_unix_connection(
                    sock=worker._connection
                )
                frame = await worker._receive(spec.ready_seconds)
        except BaseException as error:
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
        return self._reader is not None and not self._is_ending and not self._reader.at_eof()

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
        if self._writer is not None:
            self._writer.transport.abort()

    # Requests

    async def request(
        self, head: bytes, body: bytes = b"", *, limit_seconds: float
    ) -> ReceivedReply:
        """Ask, and wait for the reply.

        Raises what the role raised, ``QueryTimeout`` when the process was killed at its
        limit and ``EngineFailure`` when it died of something else. Cancelling kills it.
        """
        if self._writer is None or not self.is_usable:
            raise EngineFailure("its worker had ended")
        alarm = asyncio.get_running_loop().call_later(limit_seconds, self._time_out)
        self._writer.write(pack_frame(head, body, limit_seconds=limit_seconds))
        try:
            frame = await self._receive(limit_seconds)
        except BaseException:
            self.kill()
            raise
        finally:
            alarm.cancel()
        if frame.retires:
            self.close()
        reply = json.loads(frame.head)
        if "error" in reply:
            raise decode_error(reply["error"])
        return ReceivedReply(head=reply, body=frame.body)

    async def _receive(self, limit_seconds: float) -> Frame:
        assert self._reader is not None  # noqa: S101 - it is connected
        try:
            return await receive_frame(self._reader)
        except FrameError as error:
            raise EngineFailure(str(error)) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            # It closes its end only when it dies.
            code = await self._child.wait()
            if self._is_late or code == -signal.SIGALRM:
                raise QueryTimeout(limit_seconds) from error
            raise EngineFailure(self._child.cause) from error

    def _time_out(self) -> None:
        self._is_late = True
        self._child.kill()

    def _ended(self) -> None:
        self._disconnect()
        self._on_lost(self)


@cache
def _warn_once(obstacle: str) -> None:
    _log.warning("a worker process could open connections: %s", obstacle)
