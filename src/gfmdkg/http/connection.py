"""One HTTP connection: bounds on what a client may send and on how long it may take.

The server below us knows a limit for idle kept-alive connections only. A client that sends
its request by the drop, or reads its answer so, would keep a connection for ever.
"""

import asyncio
import json
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gfmdkg.http.log import logging_config
from gfmdkg.namespaces import BASE
from gfmdkg.settings import Settings

__all__ = ["BoundedConnection", "server_config"]

TARGET_LIMIT_BYTES = 64 * 1024
"""Longest request target; a longer query goes into a POST."""
HEAD_LIMIT_BYTES = 128 * 1024
"""Longest head, the request line included, as it gathers over several packets."""
HEADERS_LIMIT = 100
"""Most header lines."""
HEAD_SECONDS = 15.0
"""From a connection's start, or a request's first byte, to the end of its head."""
BODY_PAUSE_SECONDS = 20.0
"""Longest pause within a body."""
BODY_SECONDS = 300.0
"""From the end of a request's head to the end of its body."""
SEND_PAUSE_SECONDS = 30.0
"""Longest time for which a client may take nothing of what is ready to be sent."""
CONNECTIONS_LIMIT = 4096
"""Most connections at a time, per server process."""

_REFUSALS = {
    400: (b"Bad Request", "bad-request", "the request is no valid HTTP"),
    408: (b"Request Timeout", "bad-request", "the request took too long to arrive"),
    414: (
        b"URI Too Long",
        "bad-request",
        f"the request target is over {TARGET_LIMIT_BYTES} bytes; send the query by POST",
    ),
    431: (
        b"Request Header Fields Too Large",
        "bad-request",
        f"the head is over {HEAD_LIMIT_BYTES} bytes or {HEADERS_LIMIT} lines",
    ),
    503: (b"Service Unavailable", "busy", f"over {CONNECTIONS_LIMIT} connections are open"),
}


class BoundedConnection(HttpToolsProtocol):
    """A connection that costs a bounded amount of memory and time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refusal = 400
        self._head_bytes = 0
        self._in_head = True
        self._timer: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._body_deadline = 0.0

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or refuse it where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_LIMIT:
            self._refuse(503)
            return
        self._timer = self.loop.call_later(HEAD_SECONDS, self._abandon)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        for timer in (self._timer, self._stall):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and see how far the request has come."""
        if self.parser is None or self.transport.is_closing():
            return
        super().data_received(data)
        if self._timer is None and not self._in_head and not self.cycle.more_body:
            return  # the usual case: the whole request in one packet
        self._watch(len(data))

    def _watch(self, size_bytes: int) -> None:
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head_bytes += size_bytes
            if self._head_bytes > HEAD_LIMIT_BYTES:
                self._refuse(431)
            elif self._timer is None:
                self._timer = self.loop.call_later(HEAD_SECONDS, self._refuse, 408)
            return
        self._head_bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.cycle.more_body and not self.cycle.response_complete:
            left = self._body_deadline - self.loop.time()
            pause = max(0.0, min(BODY_PAUSE_SECONDS, left))
            self._timer = self.loop.call_later(pause, self._pause_ended)

    # Parser callbacks

    def on_message_begin(self) -> None:
        """A request's first byte."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Check the head before anything is done about it."""
        if len(self.url) > TARGET_LIMIT_BYTES:
            self._refusal = 414
            raise ValueError("target too long")  # the parser turns it into its own
        if len(self.headers) > HEADERS_LIMIT:
            self._refusal = 431
            raise ValueError("too many header lines")
        self._in_head = False
        self._body_deadline = self.loop.time() + BODY_SECONDS
        super().on_headers_complete()

    # A slow reader

    def pause_writing(self) -> None:
        """The client reads slower than we send."""
        super().pause_writing()
        self._stall = self.loop.call_later(SEND_PAUSE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client caught up."""
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None
        super().resume_writing()

    # Ends

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser did not take."""
        del msg
        self._refuse(self._refusal)

    def _abandon(self) -> None:
        """Nothing came at all, or only half a head."""
        self._timer = None
        if self._head_bytes:
            self._refuse(408)
        else:
            self.transport.close()

    def _pause_ended(self) -> None:
        """The body does not go on; a body that nobody reads at the moment may wait."""
        self._timer = None
        cycle = self.cycle
        if cycle is None or not cycle.more_body or self.transport.is_closing():
            return
        if self.flow.read_paused and self.loop.time() < self._body_deadline:
            self._timer = self.loop.call_later(BODY_PAUSE_SECONDS, self._pause_ended)
        elif cycle.response_started:
            self.transport.close()
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Say why, and close. The application is not asked, and sees a client that left."""
        if self.transport.is_closing():
            return
        phrase, problem, detail = _REFUSALS[status]
        document = {
            "type": f"{BASE}problems/{problem}",
            "title": phrase.decode(),
            "status": status,
            "detail": detail,
        }
        body = json.dumps(document).encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: application/problem+json\r\ncontent-length: %d\r\n"
            b"access-control-allow-origin: *\r\ncache-control: no-store\r\nconnection: close"
            b"\r\n\r\n%s" % (status, phrase, len(body), body)
        )
        self.transport.close()


def server_config(app: Any, settings: Settings, **more: Any) -> uvicorn.Config:
    """How uvicorn runs an application of ours, or its factory's name; ``more`` as it has it."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=logging_config(settings.log_format),
        log_level="warning",
        lifespan="on",
        http=BoundedConnection,
        ws="none",
        # RequestContext reads X-Forwarded-Proto itself, which is all that an answer depends on.
        proxy_headers=False,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_seconds)),
        server_header=False,
        **more,
    )
