"""The log: one line a request on standard error, and everything else in the same form.

A line never holds a query, a raw path or a token. Lines gather for a moment and are written
by a thread, so that neither a slow disk nor a full pipe holds up a request; where the reader
falls far behind, lines are dropped and counted.
"""

import asyncio
import json
import logging
import queue
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO

from gfmdkg.engine.pool import EngineWork

__all__ = ["Entry", "JsonFormatter", "RequestLog", "logging_config"]

_GATHER_SECONDS = 0.2
_BATCHES_WAITING = 256
_LINES_GATHERED = 2000
_ATOMIC_BYTES = 4096  # what a pipe takes as a whole, so that two fronts never mix their lines
_FAREWELL_SECONDS = 2.0


@dataclass(slots=True, kw_only=True)
class Entry:
    """What became of one request: all that the log and the metrics know of it."""

    request_id: str
    method: str
    route: str
    status: int
    version: int | None
    seconds: float
    size_bytes: int
    outcome: str
    rows: int | None
    work: EngineWork


class RequestLog:
    """Writes lines as ``log_format`` says: ``json``, ``text`` or ``off``."""

    def __init__(self, log_format: str, stream: TextIO | None = None) -> None:
        self.is_on = log_format != "off"
        self.dropped_total = 0
        self._is_json = log_format == "json"
        self._stream = stream
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._batches: queue.Queue[list[str] | None] = queue.Queue(_BATCHES_WAITING)
        self._thread: threading.Thread | None = None
        self._second, self._time = 0, ""

    def request(self, entry: Entry) -> None:
        """Note one request. Cheap, and never waits."""
        if not self.is_on:
            return
        milliseconds = entry.seconds * 1000
        if not self._is_json:
            self._add(
                f"{self._now()} {entry.method} {entry.route} {entry.status} {entry.outcome}"
                f" {milliseconds:.2f}ms {entry.size_bytes}B id={entry.request_id}\n"
            )
            return
        # Ids, methods, routes and outcomes come from closed sets without quotes, so that this
        # needs no encoder, which would take as long as all the rest.
        engine, work = "", entry.work
        if work.calls:
            queue_ms, engine_ms = work.queue_seconds * 1000, work.engine_seconds * 1000
            front_ms = max(0.0, milliseconds - queue_ms - engine_ms)
            engine = (
                f'"queue_ms":{queue_ms:.2f},"engine_ms":{engine_ms:.2f},"front_ms":{front_ms:.2f},'
            )
        self._add(
            f'{{"time":"{self._now()}","id":"{entry.request_id}","method":"{entry.method}",'
            f'"route":"{entry.route}","status":{entry.status},'
            f'"version":{"null" if entry.version is None else entry.version},'
            f'"ms":{milliseconds:.2f},{engine}'
            f'"rows":{"null" if entry.rows is None else entry.rows},"bytes":{entry.size_bytes},'
            f'"outcome":"{entry.outcome}"}}\n'
        )

    def close(self) -> None:
        """Write what has gathered, and wait a moment for the writing."""
        self._hand_on()
        if self._thread is not None:
            with suppress(queue.Full):  # nobody reads; the thread ends with the process
                self._batches.put(None, timeout=_FAREWELL_SECONDS)
            self._thread.join(_FAREWELL_SECONDS)
            self._thread = None

    def _now(self) -> str:
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second = second
            self._time = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._time}.{int((now - second) * 1000):03d}Z"

    def _add(self, line: str) -> None:
        self._lines.append(line)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_GATHER_SECONDS, self._hand_on)
        elif len(self._lines) >= _LINES_GATHERED:
            self._hand_on()

    def _hand_on(self) -> None:
        lines, self._lines = self._lines, []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not lines:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="log", daemon=True)
            self._thread.start()
        try:
            self._batches.put_nowait(lines)
        except queue.Full:
            self.dropped_total += len(lines)

    def _write(self) -> None:
        while (lines := self._batches.get()) is not None:
            stream = self._stream or sys.stderr
            try:
                for group in _groups(lines):
                    stream.write(group)
                stream.flush()
            except (OSError, ValueError):  # nobody reads any more, or the stream is closed
                self.dropped_total += len(lines)


def _groups(lines: Iterable[str]) -> Iterator[str]:
    group = ""
    for line in lines:
        if group and len(group) + len(line) > _ATOMIC_BYTES:
            yield group
            group = ""
        group += line
    yield group


class JsonFormatter(logging.Formatter):
    """The log records of the service and its libraries as JSON lines."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, the traceback inside it."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def logging_config(log_format: str) -> dict[str, Any]:
    """The configuration of ``logging`` for a service with this request log."""
    formatter: dict[str, Any] = (
        {"()": "gfmdkg.http.request_log.JsonFormatter"}
        if log_format == "json"
        else {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"error": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["error"], "level": "WARNING"},
        "loggers": {"gfmdkg": {"level": "INFO"}},
    }
