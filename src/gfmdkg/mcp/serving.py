"""Serving the protocol: over standard input and output, or over HTTP."""

import asyncio
import logging.config
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

import anyio
import uvicorn
from mcp.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from gfmdkg.http.connection import BoundedConnection
from gfmdkg.http.request_log import logging_config
from gfmdkg.http.server_config import server_config
from gfmdkg.mcp.api import open_api
from gfmdkg.mcp.server import make_server
from gfmdkg.mcp.tools import Tools
from gfmdkg.settings import Settings

__all__ = ["PATH", "serve_http", "serve_stdio"]

PATH = "/mcp"
"""Where streamable HTTP is served."""

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# What stands around a query in a request.
_ENVELOPE_BYTES = 64 * 1024


def serve_stdio(settings: Settings, url: str | None = None) -> None:
    """Serve one client over standard input and output, until it closes them or a signal comes.

    The tools ask the service at ``url`` or, without one, a service in this process. Standard
    output carries the protocol and nothing else. Raises what ``open_api`` and ``Tools.of`` raise.
    """
    settings = _for_one_client(settings)
    logging.config.dictConfig(logging_config(settings.log_format))
    asyncio.run(_until_signal(lambda _: _serve_stdio(settings, url)))


def serve_http(
    settings: Settings,
    listener: socket.socket,
    url: str | None = None,
    *,
    names: Sequence[str] = (),
    ready: Callable[[], object] = lambda: None,
) -> None:
    """Serve any number of clients over streamable HTTP at ``PATH``, until a signal comes.

    ``names`` are the host names, beside those of this machine to itself, by which clients
    call. Any other Host or Origin is refused, so that no web page reaches the tools under a
    name of its own making (DNS rebinding). ``ready`` is called once calls are answered, and
    signals heeded. Raises as ``serve_stdio`` does.
    """

    async def serve(ending: _Ending) -> None:
        await _serve_http(settings, listener, url, _allowed(names), ready, ending)

    asyncio.run(_until_signal(serve))


@dataclass(slots=True)
class _Ending:
    """What a signal to end does at the moment."""

    end: Callable[[], object]


async def _until_signal(work: Callable[[_Ending], Coroutine[Any, Any, None]]) -> None:
    """Run ``work``, which SIGINT and SIGTERM cancel unless it finds a better ending itself."""
    loop = asyncio.get_running_loop()
    ending = _Ending(lambda: task.cancel())
    task = asyncio.create_task(work(ending))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: ending.end())
    await asyncio.wait((task,))
    if not task.cancelled():
        task.result()


# Standard input and output


def _for_one_client(settings: Settings) -> Settings:
    """What a service needs that one client alone asks, unless somebody set it otherwise.

    A client shows what comes on standard error, and a line a request is too much there.
    """
    fewer = {"query_workers": 2, "query_workers_reserved": 1}
    own: dict[str, Any] = {} if fewer.keys() & settings.origins.keys() else {**fewer}
    if "log_format" not in settings.origins:
        own["log_format"] = "off"
    return replace(settings, **own)


async def _serve_stdio(settings: Settings, url: str | None) -> None:
    async with open_api(settings, url) as api:
        await _talk(make_server(api, await Tools.of(api)))


async def _talk(server: Server[Any]) -> None:
    # The SDK's own reader of standard input waits in a thread that no signal can end.
    lines = cast("anyio.AsyncFile[str]", _Lines(_take_input()))
    async with stdio_server(stdin=lines) as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def _take_input() -> BinaryIO:
    """Standard input for the protocol alone: whoever else reads it is at its end at once."""
    place = sys.stdin.fileno()
    source = os.fdopen(os.dup(place), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, place)
    os.close(nothing)
    return source


class _Lines:
    """The lines of a file, read by a thread that ends with the process at the latest."""

    def __init__(self, source: BinaryIO) -> None:
        self._loop = asyncio.get_running_loop()
        self._read: asyncio.Queue[bytes] = asyncio.Queue()
        threading.Thread(target=self._hand_on, args=(source,), daemon=True).start()

    def _hand_on(self, source: BinaryIO) -> None:
        try:
            for line in source:
                self._loop.call_soon_threadsafe(self._read.put_nowait, line)
            self._loop.call_soon_threadsafe(self._read.put_nowait, b"")
        except RuntimeError:  # the loop is closed: nobody listens any more
            return

    async def __aiter__(self) -> AsyncIterator[str]:
        while line := await self._read.get():
            yield line.decode("utf-8", errors="replace")


# HTTP


class _HttpServer(uvicorn.Server):
    """A server that leaves signals to us: its own raises them again, amid our cleaning up."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def end(self) -> None:
        """Finish what is running, then stop."""
        self.should_exit = True


async def _serve_http(
    settings: Settings,
    listener: socket.socket,
    url: str | None,
    allowed: TransportSecuritySettings,
    ready: Callable[[], object],
    ending: _Ending,
) -> None:
    async with open_api(settings, url) as api:
        server = make_server(api, await Tools.of(api))
        app = server.streamable_http_app(
            streamable_http_path=PATH,
            # A call is a question and its answer; there is nothing to remember between calls.
            stateless_http=True,
            json_response=True,
            max_request_body_size=settings.query_limit_bytes + _ENVELOPE_BYTES,
            transport_security=allowed,
        )
        config = server_config(app, settings, connection=BoundedConnection)
        http_server = _HttpServer(config)
        ending.end = http_server.end
        ready()
        await http_server.serve(sockets=[listener])


def _allowed(names: Sequence[str]) -> TransportSecuritySettings:
    # With any port, and without: a proxy may serve the name at the usual one.
    hosts = [form for name in (*_LOOPBACK, *names) for form in (name, f"{name}:*")]
    origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
