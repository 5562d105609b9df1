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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TextIO

from gfmdkg.engine.pool import EngineWork

__all__ = ["Entry", "JsonFormatter", "RequestLog", "logging_config"]

_GATHER_SECONDS = 0.2
_BATCHES_WAITING = 256
_LINES_GATHERED = 2000
# What a pipe takes as a whole, so that two server processes never mix their lines.
_ATOMIC_BYTES = 4096
_FAREWELL_SECONDS = 2.0


@dataclass(slots=True, kw_only=True)
class Entry:
    """What became of one request at a moment: all that the log and the metrics know of it."""

    moment: float
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
    """Writes lines as ``log_format`` says: ``json``, ``text`` or ``off``.

    ``count`` gets the entries as well, some time after they were noted, or at ``hand_on``: many
    at a time cost less than each in the middle of another request.
    """

    def __init__(
        self,
        log_format: str,
        stream: TextIO | None = None,
        *,
        count: Callable[[Sequence[Entry]], None],
    ) -> None:
        self.dropped_total = 0
        self._make_line = {"json": _json_line, "text": _text_line}.get(log_format)
        self._stream, self._count = stream, count
        self._entries: list[Entry] = []
        self._timer: asyncio.TimerHandle | None = None
        self._batches: queue.Queue[list[Entry] | None] = queue.Queue(_BATCHES_WAITING)
        self._thread: threading.Thread | None = None

    def request(self, entry: Entry) -> None:
        """Note one request. Cheap, and never waits: the line is made where it is written."""
        self._entries.append(entry)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_GATHER_SECONDS, self.hand_on)
        elif len(self._entries) >= _LINES_GATHERED:
            self.hand_on()

    def close(self) -> None:
        """Write what has gathered, and wait a moment for the writing."""
        self.hand_on()
        if self._thread is not None:
            with suppress(queue.Full):  # nobody reads; the thread ends with the process
                self._batches.put(None, timeout=_FAREWELL_SECONDS)
            self._thread.join(_FAREWELL_SECONDS)
            self._thread = None

    def hand_on(self) -> None:
        """Have what has gathered counted and written."""
        entries, self._entries = self._entries, []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not entries:
            return
        self._count(entries)
        if self._make_line is None:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="log", daemon=True)
            self._thread.start()
        try:
            self._batches.put_nowait(entries)
        except queue.Full:
            self.dropped_total += len(entries)

    def _write(self) -> None:
        assert self._make_line is not None  # noqa: S101 - else there is no such thread
        while (entries := self._batches.get()) is not None:
            stream = self._stream or sys.stderr
            try:
                for group in _groups(map(self._make_line, entries)):
                    stream.write(group)
                stream.flush()
            except (OSError, ValueError):  # nobody reads any more, or the stream is closed
                self.dropped_total += len(entries)


def _text_line(entry: Entry) -> str:
    return (
        f"{_stamp(entry.moment)} {entry.method} {entry.route} {entry.status} {entry.outcome}"
        f" {entry.seconds * 1000:.2f}ms {entry.size_bytes}B id={entry.request_id}\n"
    )


def _json_line(entry: Entry) -> str:
    # Ids, methods, routes and outcomes come from closed sets without quotes, so that this needs
    # no encoder, which would take as long as all the rest.
    milliseconds, engine, work = entry.seconds * 1000, "", entry.work
    if work.calls:
        queue_ms, engine_ms = work.queue_seconds * 1000, work.engine_seconds * 1000
        server_ms = max(0.0, milliseconds - queue_ms - engine_ms)
        engine = (
            f'"queue_ms":{queue_ms:.2f},"engine_ms":{engine_ms:.2f},"server_ms":{server_ms:.2f},'
        )
    return (
        f'{{"time":"{_stamp(entry.moment)}","id":"{entry.request_id}","method":"{entry.method}",'
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
        {"()": "gfmdkg.http.log.JsonFormatter"}
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
