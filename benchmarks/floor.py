"""The floor: what a server in front of the engine's own server costs when it does nothing else.

``python floor.py DATABASE PORT SERVERS`` answers ``/query`` on 127.0.0.1 from so many
`oxigraph serve-read-only` processes over the database of a published version. Each is asked one
query at a time, the one used last first. A request passes as it came: no guard, no negotiation,
no tags, no log, no limits. What gfmdkg needs more than this is the price of what it does more.
"""

import asyncio
import subprocess
import sys
import sysconfig
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from socket import socket
from typing import Any, cast

import httptools
import uvicorn

__all__ = ["Floor"]

_HOST = "127.0.0.1"
_ENGINE = Path(sysconfig.get_path("scripts")) / "oxigraph"
_PASSED = (b"accept", b"content-type")
_START_SECONDS = 10.0
_PAUSE_SECONDS = 0.02


class _Connection(asyncio.Protocol):
    """A connection to an engine server, and the answer that is on its way."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes, bytes]] | None = None

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, request: bytes) -> Awaitable[tuple[int, bytes, bytes]]:
        """Status, media type and body of the answer."""
        assert self._transport is not None
        self._body: list[bytes] = []
        self._media_type = b""
        self._parser = httptools.HttpResponseParser(self)
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - named so there
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the engine server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._media_type = value

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        assert self._answer is not None
        if not self._answer.done():
            status = self._parser.get_status_code()
            self._answer.set_result((status, self._media_type, b"".join(self._body)))


class _EngineServer:
    """One `oxigraph serve-read-only`, started anew where it has ended."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None
        self._connection = _Connection()

    async def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        if self._connection.is_open:
            try:
                return await self._connection.ask(request)
            except ConnectionError:
                # It closes idle connections, perhaps just now; or it has ended.
                await asyncio.sleep(_PAUSE_SECONDS)
        await self.connect()
        return await self._connection.ask(request)

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _START_SECONDS
        while True:
            if self._process is None or self._process.poll() is not None:
                self._start()
            try:
                _, self._connection = await loop.create_connection(_Connection, _HOST, self._port)
            except OSError:
                if loop.time() > deadline:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    def _start(self) -> None:
        with socket() as probe:
            probe.bind((_HOST, 0))
            self._port: int = probe.getsockname()[1]
        self._process = subprocess.Popen(
            [
                *(_ENGINE, "serve-read-only", "--location", self._database),
                *("--bind", f"{_HOST}:{self._port}"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Floor:
    """The ASGI application."""

    def __init__(self, database: str, *, servers: int) -> None:
        self._servers = [_EngineServer(database) for _ in range(servers)]
        self._idle = list(self._servers)
        self._waiting: deque[asyncio.Future[_EngineServer]] = deque()

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        request = await _forwarded(scope, receive)
        server = await self._borrow()
        try:
            status, media_type, body = await server.ask(request)
        finally:
            self._give_back(server)
        headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _live(
        self, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        await receive()
        for server in self._servers:
            await server.connect()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for server in self._servers:
            server.end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _borrow(self) -> _EngineServer:
        if self._idle:
            return self._idle.pop()
        turn: asyncio.Future[_EngineServer] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        return await turn

    def _give_back(self, server: _EngineServer) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(server)
                return
        self._idle.append(server)


async def _forwarded(scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]]) -> bytes:
    head = b"%s /query?%s HTTP/1.1\r\nHost: engine\r\n" % (
        scope["method"].encode(),
        scope["query_string"],
    )
    for name, value in scope["headers"]:
        if name in _PASSED:
            head += b"%s: %s\r\n" % (name, value)
    if scope["method"] == "GET":
        return head + b"\r\n"
    body, has_more = b"", True
    while has_more:
        message = await receive()
        body += message.get("body", b"")
        has_more = message.get("more_body", False)
    return head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def main() -> None:
    database, port, servers = sys.argv[1:]
    app = Floor(database, servers=int(servers))
    uvicorn.run(
        app,
        host=_HOST,
        port=int(port),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
    )


if __name__ == "__main__":
    main()
