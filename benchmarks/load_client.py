"""A load client with little overhead, in a process of its own: raw sockets and epoll.

Run as ``python -m benchmarks.load_client JOB.json``; prints a line when it begins and then
the outcome as JSON. It keeps a
fixed number of connections busy, each with one request at a time, until its time is over.
Only 127.0.0.1 is ever asked.
"""

import json
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

__all__ = ["Job", "Outcome", "Request", "encode", "percentile", "run_job"]

_HOST = "127.0.0.1"
_CONNECTIONS_LIMIT = 64
_SECONDS_LIMIT = 120.0
_RECEIVE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A query by SPARQL Protocol. ``method`` is GET, or POST as a “form” or “direct”.

    ``form`` says what kind of query it is, for those who tell the answers apart.
    """

    text: str
    form: str = ""
    method: str = "GET"
    accept: str = "application/sparql-results+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to send, where and for how long.

    ``order`` is the sequence of the numbers of requests; without it, each is sent
    once. ``interval_seconds`` makes each connection wait that long between its requests.
    ``grace_seconds`` is how long answers are waited for when the time is over.
    """

    port: int
    path: str
    requests: Sequence[Request]
    order: Sequence[int] = ()
    connections: int = 8
    seconds: float = 2.0
    grace_seconds: float = 10.0
    interval_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came back. ``latencies_ms`` are of the answers with status 200 only."""

    answered: int
    failed: dict[str, int]
    first_failure: str
    unanswered: int
    seconds: float
    received_bytes: int
    sent: int
    latencies_ms: list[float]

    @classmethod
    def failure(cls, reason: str, *, seconds: float) -> Self:
        """The outcome of a job that could not be carried out."""
        return cls(
            answered=0,
            failed={"0": 1},
            first_failure=reason,
            unanswered=0,
            seconds=seconds,
            received_bytes=0,
            sent=0,
            latencies_ms=[],
        )

    @property
    def per_second(self) -> float:
        """Answers with status 200 per second."""
        return self.answered / self.seconds if self.seconds else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies; not a number where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


class _Connection:
    """One keep-alive connection and the answer that is on its way."""

    __slots__ = ("_buffer", "_socket", "begun", "due", "number", "port")

    def __init__(self, port: int) -> None:
        self.port = port
        self.number = -1
        self.due = 0.0
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection((_HOST, self.port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.begun = 0.0

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, request: bytes, number: int) -> None:
        self.number = number
        self.begun = time.perf_counter()
        self._socket.sendall(request)

    def reopen(self) -> None:
        self._socket.close()
        self._open()

    def close(self) -> None:
        self._socket.close()

    def receive(self) -> tuple[int, bytes, bool] | None:
        """Status, body and whether the server closes, when the answer is complete."""
        data = self._socket.recv(_RECEIVE_BYTES)
        self._buffer = buffer = self._buffer + data if self._buffer else data
        head_end = buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return (0, b"connection closed", True) if not data else None
        head = buffer[:head_end].lower()
        closes = not data or b"\r\nconnection: close" in head
        status = int(head[9:12])
        place = head.find(b"\r\ncontent-length:")
        if place >= 0:
            line_end = head.find(b"\r\n", place + 2)
            length = int(head[place + 17 : line_end if line_end > 0 else None])
            is_complete = len(buffer) >= head_end + 4 + length
        elif b"\r\ntransfer-encoding: chunked" in head:
            is_complete = (
                buffer.endswith(b"\r\n0\r\n\r\n") or buffer[head_end + 4 :] == b"0\r\n\r\n"
            )
        else:
            is_complete, closes = not data, True
        if not is_complete:
            return (0, b"answer cut off", True) if not data else None
        self._buffer = b""
        return status, buffer[head_end + 4 :], closes


def run_job(job: Job, *, on_begin: Callable[[], None] = lambda: None) -> Outcome:
    """Carry out a job in this process; ``on_begin`` is called when all is ready."""
    if job.connections > _CONNECTIONS_LIMIT or job.seconds > _SECONDS_LIMIT:
        raise ValueError("a job has at most 64 connections and takes at most 120 seconds")
    run = _Run(job)
    on_begin()
    return run.outcome()


class _Run:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._requests = [encode(job.port, job.path, request) for request in job.requests]
        self._numbers: Iterator[int] = iter(job.order or range(len(job.requests)))
        self._latencies: list[float] = []
        self._failed: Counter[str] = Counter()
        self._first_failure = ""
        self._bytes = 0
        self._sent = 0
        self._poll = select.epoll()
        self._busy: dict[int, _Connection] = {}
        self._resting: list[_Connection] = []

    def outcome(self) -> Outcome:
        job = self._job
        connections = [_Connection(job.port) for _ in range(job.connections)]
        begun = last = time.perf_counter()
        end, end_of_grace = begun + job.seconds, begun + job.seconds + job.grace_seconds
        for connection in connections:
            self._send_next(connection)
        while self._busy or self._resting:
            now = time.perf_counter()
            if now >= end_of_grace or (now >= end and not self._busy):
                break
            self._wake(now, end)
            wait = 0.002 if self._resting else 0.1
            for descriptor, _ in self._poll.poll(wait):
                connection = self._busy[descriptor]
                if self._take(connection):
                    last = time.perf_counter()
                    if last < end:
                        self._rest_or_send(connection, last)
        unanswered = len(self._busy)
        seconds = last - begun if not unanswered else max(last - begun, job.seconds)
        for connection in connections:
            connection.close()
        return Outcome(
            answered=len(self._latencies),
            failed=dict(self._failed),
            first_failure=self._first_failure,
            unanswered=unanswered,
            seconds=seconds,
            received_bytes=self._bytes,
            sent=self._sent,
            latencies_ms=[round(value * 1000, 4) for value in self._latencies],
        )

    def _wake(self, now: float, end: float) -> None:
        if self._resting:
            due = [c for c in self._resting if c.due <= now]
            self._resting = [c for c in self._resting if c.due > now and now < end]
            for connection in due:
                if now < end:
                    self._send_next(connection)

    def _rest_or_send(self, connection: _Connection, now: float) -> None:
        if self._job.interval_seconds:
            connection.due = now + self._job.interval_seconds
            self._resting.append(connection)
        else:
            self._send_next(connection)

    def _send_next(self, connection: _Connection) -> None:
        number = next(self._numbers, None)
        if number is None:
            return
        self._sent += 1
        try:
            connection.send(self._requests[number], number)
        except OSError:
            connection.reopen()
            connection.send(self._requests[number], number)
        self._busy[connection.fileno()] = connection
        self._poll.register(connection.fileno(), select.EPOLLIN)

    def _take(self, connection: _Connection) -> bool:
        """Read what is there; true when the answer is complete."""
        try:
            answer = connection.receive()
        except OSError as error:
            answer = (0, str(error).encode(), True)
        if answer is None:
            return False
        took = time.perf_counter() - connection.begun
        self._poll.unregister(connection.fileno())
        del self._busy[connection.fileno()]
        status, body, closes = answer
        self._bytes += len(body)
        if status == 200:
            self._latencies.append(took)
        else:
            self._failed[str(status)] += 1
            self._first_failure = self._first_failure or body[:300].decode(errors="replace")
        if closes:
            with suppress(OSError):
                connection.reopen()
        return True


def encode(port: int, path: str, request: Request) -> bytes:
    """The bytes of the request."""
    headers = {"Host": f"{_HOST}:{port}", "Accept": request.accept}
    method, target, body = "POST", path, b""
    match request.method:
        case "GET":
            method, target = "GET", f"{path}?query={quote(request.text, safe='')}"
        case "form":
            body = urlencode({"query": request.text}).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        case _:
            body = request.text.encode()
            headers["Content-Type"] = "application/sparql-query"
    if body:
        headers["Content-Length"] = str(len(body))
    lines = [f"{method} {target} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def main() -> None:
    values: dict[str, Any] = json.loads(Path(sys.argv[1]).read_bytes())
    values["requests"] = [Request(**request) for request in values["requests"]]
    print(json.dumps(asdict(run_job(Job(**values), on_begin=lambda: print(flush=True)))))


if __name__ == "__main__":
    main()
