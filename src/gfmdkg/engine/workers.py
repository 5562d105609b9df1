"""The pool of Python processes: work that holds the interpreter and cannot be interrupted.

A role is one kind of such work, with processes of its own, which are started when they are first
needed and killed at their limits. It is a module with ``create_handler`` (see
``gfmdkg.engine.child``); nothing here knows what it does. A process is asked by frames on a
socket, one at a time.
"""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from gfmdkg.engine.frames import Frame, Reply, decode_error, pack_frame, receive_frame
from gfmdkg.engine.process import ChildProcess, warn_once
from gfmdkg.engine.supervisor import Admission, Supervisor
from gfmdkg.errors import EngineFailure, QueryTimeout

__all__ = ["Role", "WorkerProcess", "Workers"]

# The same packages as here, but nothing from the working folder.
_BOOTSTRAP = (
    "import sys, json; sys.path[:] = json.loads(sys.argv.pop(2));"
    "from gfmdkg.engine.child import run; run()"
)
_READY_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A module with ``create_handler(options)``, and how many may ask it.

    ``places`` requests are at work at a time, ``queue`` wait for at most ``wait_seconds``;
    ``cause`` is what those are told who are turned away.
    """

    module: str
    cause: str
    options: Mapping[str, Any] = field(default_factory=dict)
    places: int = 1
    queue: int
    wait_seconds: float


class WorkerProcess:
    """A child process that answers one request at a time.

    ``on_lost`` is called once, from the event loop, when the process is gone.
    """

    def __init__(
        self, role: Role, memory_limit_bytes: int, on_lost: Callable[["WorkerProcess"], None]
    ) -> None:
        self.network_obstacle: str | None = None
        self._on_lost = on_lost
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._is_late = self._is_ending = False
        self._connection, its_connection = socket.socketpair()
        self._connection.setblocking(False)
        with its_connection:
            try:
                self._child = self._spawn(role, memory_limit_bytes, its_connection.fileno())
            except BaseException:
                self._connection.close()
                raise
        self.pid = self._child.pid

    def _spawn(self, role: Role, memory_limit_bytes: int, connection: int) -> ChildProcess:
        setup = {
            "module": role.module,
            "memory_limit_bytes": memory_limit_bytes,
            "options": dict(role.options),
            "connection": connection,
            "parent": os.getpid(),
        }
        path = [entry for entry in sys.path if os.path.isabs(entry)]  # noqa: PTH117 - plain strings
        return ChildProcess(
            [sys.executable, "-I", "-c", _BOOTSTRAP, json.dumps(setup), json.dumps(path)],
            memory_limit_bytes=memory_limit_bytes,
            on_ended=self._ended,
            inherited=(connection,),
        )

    @classmethod
    async def start(
        cls,
        role: Role,
        *,
        memory_limit_bytes: int,
        ready_seconds: float = _READY_SECONDS,
        on_lost: Callable[["WorkerProcess"], None] = lambda _: None,
    ) -> Self:
        """Start a process and wait until it is ready. Raises ``EngineFailure``."""
        worker = cls(role, memory_limit_bytes, on_lost)
        try:
            async with asyncio.timeout(ready_seconds):
                worker._reader, worker._writer = await asyncio.open_unix_connection(
                    sock=worker._connection
                )
                frame = await worker._receive(ready_seconds)
        except BaseException as error:
            worker.kill()
            worker._connection.close()
            await worker.wait()
            if isinstance(error, TimeoutError):
                cause = f"a worker was not ready in {ready_seconds:g} s"
                raise EngineFailure(cause) from error
            raise
        worker.network_obstacle = json.loads(frame.head)["network_obstacle"]
        if worker.network_obstacle is not None:
            warn_once(f"a worker process could open connections: {worker.network_obstacle}")
        return worker

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

    async def request(self, head: bytes, body: bytes = b"", *, limit_seconds: float) -> Reply:
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
        return Reply(head=reply, body=frame.body)

    async def _receive(self, limit_seconds: float) -> Frame:
        assert self._reader is not None  # noqa: S101 - it is connected
        try:
            return await receive_frame(self._reader)
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


class Workers:
    """Processes by the names of their roles; the one used last is asked first."""

    def __init__(self, roles: Mapping[str, Role], *, memory_limit_bytes: int) -> None:
        self._roles, self._memory_limit_bytes = roles, memory_limit_bytes
        self._admissions = {
            name: Admission(
                places=role.places,
                queue=role.queue,
                wait_seconds=role.wait_seconds,
                cause=role.cause,
            )
            for name, role in roles.items()
        }
        self._processes = Supervisor(self._start, bound=sum(r.places for r in roles.values()))

    async def request(
        self, role: str, head: bytes, body: bytes = b"", *, limit_seconds: float
    ) -> Reply:
        """Ask a process of this role. Cancelling kills it.

        Raises what the role raises, ``QueryTimeout`` when it was stopped at its limit, ``Busy``
        where too many wait or wait too long, and ``EngineFailure`` when it died.
        """
        admission = self._admissions[role]
        await admission.enter()
        try:
            process = await self._processes.take(role)
            try:
                return await process.request(head, body, limit_seconds=limit_seconds)
            finally:
                self._processes.give_back(process)
                if not process.is_usable:
                    await process.wait()  # its locks are gone with it
        finally:
            admission.leave()

    async def close(self, *, limit_seconds: float) -> None:
        """Let what runs finish within the limit, and end all processes."""
        for admission in self._admissions.values():
            await admission.close(limit_seconds=limit_seconds)
        await self._processes.close()

    async def _start(self, role: str) -> WorkerProcess:
        return await WorkerProcess.start(
            self._roles[role],
            memory_limit_bytes=self._memory_limit_bytes,
            on_lost=self._processes.lose,
        )
