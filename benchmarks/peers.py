"""The servers that are measured: ours, the floor, and the engine's own server."""

import http.client
import sys
import sysconfig
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from benchmarks.load_client import Request
from benchmarks.processes import ServerProcess, free_port

__all__ = ["BASE", "ENGINE", "FLOOR", "OURS", "Floor", "Gfmdkg", "Oxigraph", "Peer", "gfmdkg"]

FLOOR = "floor"
BASE = "oxigraph serve"
OURS = "gfmdkg, 1 process"

ENGINE = Path(sysconfig.get_path("scripts")) / "oxigraph"
_FLOOR_SERVERS = 3
_SETTLING_SECONDS = 60.0
_REHEARSAL_SECONDS = 10.0
# What a server reads for its own use after its start, it may finish before it is measured; some
# begin with it a second later.
_READY_SECONDS = 600.0
_READY_IDLE_SECONDS = 1.5
_TYPES = {"form": "application/x-www-form-urlencoded", "direct": "application/sparql-query"}


def gfmdkg(*arguments: str) -> list[str]:
    """A command line of ours."""
    return [sys.executable, "-m", "gfmdkg.cli", *arguments]


class Peer(ABC):
    """A server of a database that is there, on 127.0.0.1."""

    name: str
    path = "/query"
    rehearsal: Sequence[Request] = ()
    """Queries that are asked after each start."""

    def __init__(self, folder: Path, *, database: Path) -> None:
        self.ready_seconds = 0.0
        self.folder = folder
        self.port = 0
        self._database = database
        self._server: ServerProcess | None = None

    @abstractmethod
    def _command(self, port: int, *, limit_seconds: float | None) -> list[str]: ...

    def _environment(self, *, limit_seconds: float | None) -> Mapping[str, str]:  # noqa: ARG002
        return {}

    @property
    def server(self) -> ServerProcess:
        """The running server."""
        assert self._server is not None, "not started"
        return self._server

    def start(self, *, limit_seconds: float | None = None) -> None:
        """Serve, with this time limit on queries, or with the server's default.

        Returns when the rehearsal is over and the server idle, ``ready_seconds`` after it listens.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self._server = ServerProcess(
            self._command(self.port, limit_seconds=limit_seconds),
            log=self.folder / "server.log",
            environment=self._environment(limit_seconds=limit_seconds),
            folder=self.folder,
        )
        self._server.wait_until_listening(self.port)
        begun = time.monotonic()
        for request in self.rehearsal:
            self.ask(request, limit_seconds=_REHEARSAL_SECONDS)
        self._server.settles(limit_seconds=_READY_SECONDS, idle_seconds=_READY_IDLE_SECONDS)
        self.ready_seconds = max(0.0, time.monotonic() - begun - _READY_IDLE_SECONDS)

    def calm_down(self) -> None:
        """Return when the server is idle; one that still works, or has gone, is started anew."""
        is_calm = self.server.is_alive and self.server.settles(limit_seconds=_SETTLING_SECONDS)
        if not is_calm:
            print(f"          {self.name} does not come to rest: started anew", file=sys.stderr)
            self.end()
            self.start()

    def end(self) -> None:
        """End the server, if it runs."""
        if self._server is not None:
            self._server.end()
            self._server = None

    def ask(self, request: Request, *, limit_seconds: float) -> tuple[str, str, bytes]:
        """Status, media type and body of the answer, on a connection of its own.

        In place of a status stands what else happened; at most until the limit is read.
        """
        deadline = time.monotonic() + limit_seconds
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit_seconds)
        try:
            _send(connection, self.path, request)
            answer = connection.getresponse()
            status, body = str(answer.status), bytearray()
            while part := answer.read1(1 << 20):
                body += part
                if time.monotonic() > deadline:
                    return f"{status}, still sending", "", b""
            media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip()
            return status, media_type, bytes(body)
        except TimeoutError:
            return "no answer", "", b""
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__, "", b""
        finally:
            connection.close()


def _send(connection: http.client.HTTPConnection, path: str, request: Request) -> None:
    headers = {"Accept": request.accept}
    query = f"query={quote(request.text, safe='')}"
    if request.method == "GET":
        connection.request("GET", f"{path}?{query}", headers=headers)
    else:
        headers["Content-Type"] = _TYPES[request.method]
        body = query if request.method == "form" else request.text
        connection.request("POST", path, body.encode(), headers)


class Gfmdkg(Peer):
    """``gfmdkg serve`` with its default settings, its request log included."""

    path = "/sparql"

    def __init__(self, folder: Path, *, database: Path, processes: int) -> None:
        super().__init__(folder, database=database)
        self.name = f"gfmdkg, {processes} process{'es' if processes > 1 else ''}"
        self._processes = processes

    def _command(self, port: int, *, limit_seconds: float | None) -> list[str]:  # noqa: ARG002
        return gfmdkg("--store", str(self._database), "serve", "--port", str(port))

    def _environment(self, *, limit_seconds: float | None) -> Mapping[str, str]:
        environment = {"GFMDKG_SERVER_PROCESSES": str(self._processes)}
        if limit_seconds is not None:
            environment["GFMDKG_QUERY_TIMEOUT_SECONDS"] = str(limit_seconds)
        return environment


class Floor(Peer):
    """The floor program over the database of a version that we published."""

    name = FLOOR

    def _command(self, port: int, *, limit_seconds: float | None) -> list[str]:  # noqa: ARG002
        program = Path(__file__).with_name("floor.py")
        return [sys.executable, *map(str, (program, self._database, port, _FLOOR_SERVERS))]


class Oxigraph(Peer):
    """``oxigraph serve`` from PyPI, with the union of all graphs as its default graph."""

    name = BASE

    @property
    def version(self) -> str:
        """Its version."""
        return version("oxigraph")

    def _command(self, port: int, *, limit_seconds: float | None) -> list[str]:
        command = [
            str(ENGINE),
            *("serve", "--location", str(self._database), "--union-default-graph"),
            *("--bind", f"127.0.0.1:{port}"),
        ]
        # The limit costs it a sleeping thread for every query, until none can be made any
        # more and the server ends; so only the runaway queries are sent to it with one.
        if limit_seconds is not None:
            command += ["--timeout-s", str(max(1, round(limit_seconds)))]
        return command
