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
from functools import lru_cache
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
        self._entries: list[tuple[float, Entry]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._batches: queue.Queue[list[tuple[float, Entry]] | None] = queue.Queue(_BATCHES_WAITING)
        self._thread: threading.Thread | None = None

    def request(self, entry: Entry) -> None:
        """Note one request. Cheap, and never waits: the line is made where it is written."""
        if not self.is_on:
            return
        self._entries.append((time.time(), entry))
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_GATHER_SECONDS, self._hand_on)
        elif len(self._entries) >= _LINES_GATHERED:
            self._hand_on()

    def close(self) -> None:
        """Write what has gathered, and wait a moment for the writing."""
        self._hand_on()
        if self._thread is not None:
            with suppress(queue.Full):  # nobody reads; the thread ends with the process
                self._batches.put(None, timeout=_FAREWELL_SECONDS)
            self._thread.join(_FAREWELL_SECONDS)
            self._thread = None

    def _hand_on(self) -> None:
        entries, self._entries = self._entries, []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not entries:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="log", daemon=True)
            self._thread.start()
        try:
            self._batches.put_nowait(entries)
        except queue.Full:
            self.dropped_total += len(entries)

    def _write(self) -> None:
        make = _json_line if self._is_json else _text_line
        while (entries := self._batches.get()) is not None:
            stream = self._stream or sys.stderr
            try:
                for group in _groups([make(moment, entry) for moment, entry in entries]):
                    stream.write(group)
                stream.flush()
            except (OSError, ValueError):  # nobody reads any more, or the stream is closed
                self.dropped_total += len(entries)


def _text_line(moment: float, entry: Entry) -> str:
    return (
        f"{_stamp(moment)} {entry.method} {entry.route} {entry.status} {entry.outcome}"
        f" {entry.seconds * 1000:.2f}ms {entry.size_bytes}B id={entry.request_id}\n"
    )


def _json_line(moment: float, entry: Entry) -> str:
    # Ids, methods, routes and outcomes come from closed sets without quotes, so that this needs
    # no encoder, which would take as long as all the rest.
    milliseconds, engine, work = entry.seconds * 1000, "", entry.work
    if work.calls:
        queue_ms, engine_ms = work.queue_seconds * 1000, work.engine_seconds * 1000
        front_ms = max(0.0, milliseconds - queue_ms - engine_ms)
        engine = f'"queue_ms":{queue_ms:.2f},"engine_ms":{engine_ms:.2f},"front_ms":{front_ms:.2f},'
    return (
        f'{{"time":"{_stamp(moment)}","id":"{entry.request_id}","method":"{entry.method}",'
        f'"route":"{entry.route}","status":{entry.status},'
        f'"version":{"null" if entry.version is None else entry.version},'
        f'"ms":{milliseconds:.2f},{engine}'
        f'"rows":{"null" if entry.rows is None else entry.rows},"bytes":{entry.size_bytes},'
        f'"outcome":"{entry.outcome}"}}\n'
    )


def _stamp(moment: float) -> str:
    return f"{_second(int(moment))}.{int(moment % 1 * 1000):03d}Z"


@lru_cache(maxsize=4)
def _second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


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
        line: dict[str, Any] = {
            "time": _stamp(record.created),
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
