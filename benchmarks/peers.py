"""The servers that are measured: ours and the ones that a researcher would install instead."""

import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.asking import ask
from benchmarks.generator import Generated
from benchmarks.processes import ServerProcess, free_port

__all__ = ["Gfmdkg", "Oxigraph", "Peer", "RdflibEndpoint"]

_SETTLING_SECONDS = 3.0
# What a server reads for its own use after its start, it may finish before it is measured; some
# begin with it a second later.
_READY_SECONDS = 600.0
_READY_IDLE_SECONDS = 1.5
_BINARIES = Path(sysconfig.get_path("scripts"))


class Peer(ABC):
    """A server that can load a graph and serve it on 127.0.0.1."""

    name: str
    path = "/query"
    rehearsal: Sequence[str] = ()
    """Queries that are asked after each start."""

    def __init__(self, folder: Path) -> None:
        self.ready_seconds = 0.0
        self.folder = folder
        self.port = 0
        self._server: ServerProcess | None = None

    @property
    def missing(self) -> str:
        """Why it cannot be measured here, or nothing."""
        return ""

    @property
    @abstractmethod
    def version(self) -> str:
        """Its version."""

    def load(self, generated: Generated) -> float | None:  # noqa: ARG002 - for those who override
        """Load the graph in place of whatever is there; seconds, or ``None`` if not measured.

        By default nothing is loaded: the server opens what ``loading`` made.
        """
        return None

    @abstractmethod
    def _command(self, port: int, *, limit_seconds: float | None) -> list[str]: ...

    @property
    def _environment(self) -> Mapping[str, str]:
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
            environment=self._environment,
            folder=self.folder,
        )
        self._server.wait_until_listening(self.port)
        begun = time.monotonic()
        for text in self.rehearsal:
            ask(self.port, self.path, text, limit_seconds=_SETTLING_SECONDS)
        self._server.settles(limit_seconds=_READY_SECONDS, idle_seconds=_READY_IDLE_SECONDS)
        self.ready_seconds = max(0.0, time.monotonic() - begun - _READY_IDLE_SECONDS)

    def calm_down(self) -> None:
        """Return when the server is idle; one that still works, or has gone, is started anew."""
        is_calm = self.server.is_alive and self.server.settles(limit_seconds=_SETTLING_SECONDS)
        if not is_calm:
            self.end()
            self.start()

    def end(self) -> None:
        """End the server, if it runs."""
        if self._server is not None:
            self._server.end()
            self._server = None


class Gfmdkg(Peer):
    """``gfmdkg serve`` with its default settings, its request log included."""

    path = "/sparql"

    def __init__(self, folder: Path, *, fronts: int, store: Path) -> None:
        super().__init__(folder)
        self.name = f"gfmdkg, {fronts} front{'s' if fronts > 1 else ''}"
        self._fronts = fronts
        self._store = store
        self._limit_seconds: float | None = None

    @property
    def version(self) -> str:
        return version("gfmdkg")

    def _command(self, port: int, *, limit_seconds: float | None) -> list[str]:
        self._limit_seconds = limit_seconds
        command = [sys.executable, "-m", "gfmdkg.cli", "--store", str(self._store), "serve"]
        return [*command, "--port", str(port), "--workers", str(self._fronts)]

    @property
    def _environment(self) -> Mapping[str, str]:
        if self._limit_seconds is None:
            return {}
        return {"GFMDKG_QUERY_TIMEOUT_SECONDS": str(self._limit_seconds)}


class Oxigraph(Peer):
    """``oxigraph serve`` from PyPI, with the union of all graphs as its default graph."""

    name = "oxigraph serve"

    @property
    def version(self) -> str:
        return version("oxigraph")

    def load(self, generated: Generated) -> float | None:
        shutil.rmtree(self.folder / "db", ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        begun = time.perf_counter()
        subprocess.run(
            [
                str(_BINARIES / "oxigraph"),
                "load",
                "--location",
                str(self.folder / "db"),
                "--file",
                str(generated.path),
            ],
            check=True,
            capture_output=True,
        )
        return time.perf_counter() - begun

    def _command(self, port: int, *, limit_seconds: float | None) -> list[str]:
        command = [
            str(_BINARIES / "oxigraph"),
            *("serve", "--location", str(self.folder / "db"), "--union-default-graph"),
            *("--bind", f"127.0.0.1:{port}"),
        ]
        # The limit costs it a sleeping thread for every query, until none can be made any
        # more and the server ends; so only the runaway queries are sent to it with one.
        if limit_seconds is not None:
            command += ["--timeout-s", str(max(1, round(limit_seconds)))]
        return command


class RdflibEndpoint(Peer):
    """rdflib-endpoint over its Oxigraph store, in a venv of its own below the cache."""

    name = "rdflib-endpoint"
    path = "/sparql"
    _PINNED = ("rdflib-endpoint==0.6.3", "oxrdflib==0.5.0", "uvicorn==0.54.0")

    def __init__(self, folder: Path, *, environment: Path, raw_store: Path) -> None:
        super().__init__(folder)
        self._venv = environment
        self._raw_store = raw_store

    @property
    def missing(self) -> str:
        stamp = self._venv / "installed"
        if stamp.exists() and stamp.read_text() == self.version:
            return ""
        shutil.rmtree(self._venv, ignore_errors=True)
        venv.create(self._venv, with_pip=True)
        pip = [str(self._venv / "bin/python"), "-m", "pip", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "install", "--quiet", *self._PINNED, f"pyoxigraph=={version('pyoxigraph')}"],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return f"pip install failed: {done.stderr.decode(errors='replace')[-200:]}"
        stamp.write_text(self.version)
        return ""

    @property
    def version(self) -> str:
        return self._PINNED[0].partition("==")[2]

    def _command(
        self,
        port: int,
        *,
        limit_seconds: float | None,  # noqa: ARG002 - it has none
    ) -> list[str]:
        app = Path(__file__).parent / "rdflib_endpoint_app.py"
        return [str(self._venv / "bin/python"), str(app), str(self._raw_store), str(port)]
