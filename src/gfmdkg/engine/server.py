"""An engine that answers queries.

It is the engine's own server, as a child of ours, over a database that nobody writes to any
more; or an endpoint elsewhere that holds the same graph.
"""

import asyncio
import math
import os
import shutil
import socket
import ssl
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Self
from urllib.parse import urlsplit

from gfmdkg.engine import confinement
from gfmdkg.engine.answers import Spool
from gfmdkg.engine.confinement import OBSTACLE
from gfmdkg.engine.connection import Connection, ConnectionEnded, Response, encode_query
from gfmdkg.engine.process import ChildProcess, warn_once
from gfmdkg.errors import EngineFailure, Fault, QueryTimeout, StoreError
from gfmdkg.rdf.media import AnswerFormats, Dataset

__all__ = ["Address", "EngineServer", "engine_program"]

_COULD_CONNECT = (
    "the engine could open connections ({}); SERVICE and LOAD are refused before a query reaches it"
)
_LISTENS = "Listening for requests"
_PORT_TAKEN = "Address already in use"
_START_SECONDS = 30.0
# Where nothing answers at all, the system alone would try for two minutes.
_CONNECT_SECONDS = 5.0
_LOOK_SECONDS = 0.002
_TRIES = 5
# A process that dies closes its connection a little before the system tells of its end.
_DYING_SECONDS = 1.0
_OWN_HOST = "127.0.0.1"
# An engine that grew gives the memory back by ending: at once where it has this share of its
# limit, else in a while, for a query of the same kind may follow and another engine costs 50 ms.
_RETIRE_ABOVE = 0.25
_GROWN_BYTES = 48 << 20
_GROWN_SECONDS = 5.0
# Reading the process's size costs about as much as a point query, which never makes it grow.
_SIZE_CHECK_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an engine takes queries; ``host_header`` is how it is called in a request.

    ``takes_form`` says that a query is sent to it in a form, not as such.
    """

    host: str
    port: int
    path: bytes
    host_header: bytes
    is_secure: bool = False
    takes_form: bool = False

    @classmethod
    def parse(cls, url: str) -> Self:
        """The address of an endpoint. Raises ``ValueError`` for what is no such URL."""
        parts = urlsplit(url)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or "@" in parts.netloc
            or not url.isascii()
            or not url.isprintable()
            or " " in url
        ):
            raise ValueError("must read http://host:port/path or https://host/path")
        is_secure = parts.scheme == "https"
        query = f"?{parts.query}" if parts.query else ""
        return cls(
            host=parts.hostname,
            port=parts.port or (443 if is_secure else 80),
            path=f"{parts.path or '/'}{query}".encode("ascii"),
            host_header=parts.netloc.encode("ascii"),
            is_secure=is_secure,
        )


class EngineServer:
    """An engine that is asked one query at a time, and ended where it does not stop by itself.

    ``on_lost`` is called once, when it is gone: a process that died, or a connection given up.
    """

    def __init__(self, address: Address, on_lost: Callable[["EngineServer"], None]) -> None:
        self._address, self._on_lost = address, on_lost
        self._loop = asyncio.get_running_loop()
        self._connection = Connection()
        self._child: ChildProcess | None = None
        self._limit_bytes, self._first_bytes, self._size_file = 0, 0, ""
        self._limit_seconds = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._retires_at = math.inf
        self._is_late = self._is_ending = False

    # Starting

    @classmethod
    async def start(
        cls,
        database: Path,
        *,
        memory_limit_bytes: int,
        on_lost: Callable[["EngineServer"], None],
    ) -> Self:
        """Start a server over a database. Raises ``StoreError`` and ``EngineFailure``."""
        for _ in range(_TRIES):
            port = _free_port()
            server = cls(Address.parse(f"http://{_OWN_HOST}:{port}/query"), on_lost)
            server._limit_bytes = memory_limit_bytes
            try:
                await server._launch(database, memory_limit_bytes)
            except _PortTaken:
                continue
            return server
        raise EngineFailure(f"no port was free for the engine in {_TRIES} attempts")

    @classmethod
    async def reach(cls, address: Address, on_lost: Callable[["EngineServer"], None]) -> Self:
        """Connect to an endpoint elsewhere. Raises ``EngineFailure``."""
        server = cls(address, on_lost)
        await server._connect()
        return server

    async def _launch(self, database: Path, memory_limit_bytes: int) -> None:
        if not database.is_dir():  # noqa: ASYNC240 - once for each engine
            fault = Fault(message="there is no such folder", file=str(database))
            raise StoreError("the store cannot be opened", [fault])
        self._child = child = ChildProcess(
            [
                *(sys.executable, "-I", "-S", confinement.__file__),
                *(str(memory_limit_bytes), str(os.getpid()), engine_program()),
                *("serve-read-only", "--location", str(database)),
                *("--bind", f"{_OWN_HOST}:{self._address.port}"),
            ],
            memory_limit_bytes=memory_limit_bytes,
            on_ended=self._ended,
        )
        self._size_file = f"/proc/{child.pid}/statm"
        try:
            async with asyncio.timeout(_START_SECONDS):
                while child.is_alive and _LISTENS not in child.words():  # noqa: ASYNC110 - it only writes
                    await asyncio.sleep(_LOOK_SECONDS)
                if child.is_alive:
                    for line in child.words().splitlines():
                        if line.startswith(OBSTACLE):
                            warn_once(_COULD_CONNECT.format(line.removeprefix(OBSTACLE)))
                    await self._connect()
                    self._first_bytes = self._size_bytes()
        except BaseException as error:
            self.kill()
            await child.wait()
            if isinstance(error, TimeoutError):
                cause = f"the engine was not ready in {_START_SECONDS:g} s"
                raise EngineFailure(cause) from error
            raise
        if not child.is_alive:
            if _PORT_TAKEN in child.cause:
                raise _PortTaken
            fault = Fault(message=child.cause, file=str(database))
            raise StoreError("the store cannot be opened", [fault])

    async def _connect(self) -> None:
        self._connection = Connection()
        secure = ssl.create_default_context() if self._address.is_secure else None
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await self._loop.create_connection(
                    lambda: self._connection, self._address.host, self._address.port, ssl=secure
                )
        except TimeoutError as error:
            cause = f"the engine cannot be reached: no answer in {_CONNECT_SECONDS:g} s"
            raise EngineFailure(cause) from error
        except (OSError, UnicodeError) as error:  # the latter: a name that cannot be looked up
            raise EngineFailure(f"the engine cannot be reached: {error}") from error

    # Requests

    @property
    def is_usable(self) -> bool:
        """Whether it can take a request. It closes idle connections, which says nothing."""
        return not self._is_ending

    @property
    def address(self) -> Address:
        """Where it takes queries."""
        return self._address

    @property
    def is_own(self) -> bool:
        """Whether it is a process of ours, and not an endpoint elsewhere."""
        return self._child is not None

    async def ask(
        self,
        text: str,
        *,
        formats: AnswerFormats,
        dataset: Dataset,
        spool: Spool,
        limit_seconds: float,
    ) -> tuple[Response, int]:
        """Ask a query: the answer's head, and how far the query's first line was shifted.

        Raises ``QueryTimeout`` at the limit, ``AnswerTooLarge``, ``QueryRejected`` for what is no
        text, and ``EngineFailure``. After any of these but the last-named two, and when the
        caller's task is cancelled, the engine is ended.
        """
        address = self._address
        request, shift = encode_query(
            text,
            formats,
            dataset,
            host=address.host_header,
            path=address.path,
            is_form=address.takes_form,
        )
        self._limit_seconds = limit_seconds
        began = perf_counter()
        self._alarm = alarm = self._loop.call_later(limit_seconds, self._time_out)
        try:
            if not self._connection.is_open:
                await self._connect()
            try:
                response = await self._connection.ask(request, spool)
            except ConnectionEnded as error:
                response = await self._ask_again(request, spool, error)
        except BaseException:
            self.kill()
            raise
        finally:
            alarm.cancel()
            self._alarm = None
        if response.ended_at - began > _SIZE_CHECK_SECONDS:
            self._look_at_size()
        if response.ended_at >= self._retires_at:
            self.close()
        return response, shift

    async def _ask_again(self, request: bytes, spool: Spool, error: ConnectionEnded) -> Response:
        """Ask once more where the engine closed the connection, idle until then, just now."""
        if error.has_begun or self._is_late or not self.is_usable:
            raise await self._failure() from error
        # A process that dies closes its connection first, too.
        await asyncio.sleep(0)
        try:
            await self._connect()
            return await self._connection.ask(request, spool)
        except (ConnectionEnded, EngineFailure):
            raise await self._failure() from error

    async def _failure(self) -> Exception:
        """Why no answer came."""
        if self._is_late:
            return QueryTimeout(self._limit_seconds)
        cause = "the engine broke the connection off"
        if self._child is not None:
            try:
                async with asyncio.timeout(_DYING_SECONDS):
                    await self._child.wait()
                cause = self._child.cause
            except TimeoutError:
                pass
        self.kill()
        return EngineFailure(cause)

    def _time_out(self) -> None:
        self._is_late = True
        self.kill()

    def _look_at_size(self) -> None:
        size_bytes = self._size_bytes()
        if size_bytes > self._limit_bytes * _RETIRE_ABOVE:
            self._retires_at = 0.0
        elif size_bytes > self._first_bytes + _GROWN_BYTES and self._retires_at == math.inf:
            self._retires_at = perf_counter() + _GROWN_SECONDS
            self._loop.call_later(_GROWN_SECONDS, self._retire)

    def _size_bytes(self) -> int:
        """The memory that its process takes; 0 for one elsewhere, or a system without /proc."""
        try:
            with open(self._size_file, "rb") as file:  # noqa: PTH123 - plain strings
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            return 0

    def _retire(self) -> None:
        if self._alarm is None:  # else it ends when it has answered
            self.close()

    # The end

    def kill(self) -> None:
        """End it at once; a query that runs in it ends with it."""
        self._is_ending = True
        self._connection.close()
        if self._child is not None:
            self._child.kill()

    def close(self) -> None:
        """End it. A server that only reads needs no farewell."""
        self.kill()
        if self._child is None:
            self._on_lost(self)

    async def wait(self) -> None:
        """Return when it is gone."""
        if self._child is not None:
            await self._child.wait()

    def _ended(self) -> None:
        self._is_ending = True
        self._connection.close()
        self._on_lost(self)


class _PortTaken(Exception):
    """Another program took the port that was free a moment before."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_OWN_HOST, 0))
        return int(probe.getsockname()[1])


@cache
def engine_program() -> str:
    """The engine's program, which the package ``oxigraph`` installs beside Python."""
    beside = Path(sysconfig.get_path("scripts"), "oxigraph")
    found = str(beside) if beside.is_file() else shutil.which("oxigraph")
    if found is None:
        raise EngineFailure("the program “oxigraph” is not installed: pip install oxigraph")
    return found
