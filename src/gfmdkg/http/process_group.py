"""The server processes of one service: they ask each other for figures, and end together.

All of them listen on one socket, so a scrape reaches any. Each has a Unix socket of its own in a
private folder, named after the process that started them all.
"""

import asyncio
import json
import logging
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["ProcessGroup"]

_LOG = logging.getLogger("gfmdkg.http")
_ANSWER_SECONDS = 1.0
_WATCH_SECONDS = 1.0

Snapshot = Mapping[str, Any]


class ProcessGroup:
    """One server process among its siblings."""

    def __init__(self, snapshot: Callable[[], Snapshot], *, folder: Path | None = None) -> None:
        self._snapshot = snapshot
        # Not getppid: the parent may have ended while this process was on its way here.
        parent = multiprocessing.parent_process()
        self._parent = os.getppid() if parent is None or parent.pid is None else parent.pid
        self._folder = folder or Path(tempfile.gettempdir()) / f"gfmdkg-processes-{self._parent}"
        self._path = self._folder / f"{os.getpid()}.sock"
        self._server: asyncio.Server | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen for siblings. Where that cannot be, figures are this one's alone."""
        self._watch = asyncio.create_task(self._watch_parent())
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            status = self._folder.stat()
            if status.st_uid != os.getuid() or status.st_mode & 0o077:
                raise PermissionError(f"{self._folder} belongs to somebody else")
            self._server = await asyncio.start_unix_server(self._answer, path=self._path)
        except OSError as error:
            _LOG.warning("server processes cannot share their metrics: %s", error)

    async def close(self) -> None:
        """Leave the group."""
        if self._watch is not None:
            self._watch.cancel()
        if self._server is not None:
            self._server.close()
            with suppress(OSError):
                self._path.unlink()
            with suppress(OSError):  # a sibling is still there
                self._folder.rmdir()

    async def snapshots(self) -> list[Snapshot]:
        """The figures of all server processes that answer, this one's first."""
        others: list[Path] = []
        if self._server is not None:
            others = sorted(p for p in self._folder.glob("*.sock") if p != self._path)
        found = await asyncio.gather(*map(self._ask, others))
        return [self._snapshot(), *(shot for shot in found if shot is not None)]

    async def _ask(self, path: Path) -> Snapshot | None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                reader, writer = await asyncio.open_unix_connection(path)
                try:
                    shot: Snapshot = json.loads(await reader.read())
                finally:
                    writer.close()
                return shot
        except (ConnectionRefusedError, FileNotFoundError):  # it was killed and left its socket
            with suppress(OSError):
                path.unlink()  # noqa: ASYNC240 - as quick as a socket
        except (OSError, TimeoutError, ValueError):
            _LOG.warning("the server process %s does not tell its metrics", path.stem)
        return None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        with suppress(OSError):
            writer.write(json.dumps(self._snapshot()).encode())
            await writer.drain()
            writer.close()

    async def _watch_parent(self) -> None:
        """End like at SIGTERM when the parent was killed, or the port would stay taken."""
        while os.getppid() == self._parent:  # noqa: ASYNC110 - nobody tells of a parent's end
            await asyncio.sleep(_WATCH_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
