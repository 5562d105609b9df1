"""A service in a process of its own, started as its users do, for tests that end or harm it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from tests.waiting import wait_until

from gfmdkg.build import ensure_empty
from gfmdkg.store.versions import Origin, VersionStore

START_SECONDS = 30


def publish_triples(store: Path, count: int) -> None:
    """Begin an empty store, or add to it, and publish that as the next version."""
    versions = VersionStore(store)
    base = ensure_empty(versions)
    triples = "\n".join(f'<http://e/{base.number}/{n}> <http://e/p> "{n}" .' for n in range(count))
    with versions.writing() as draft:
        draft.store.load(triples.encode(), media_type="application/n-triples", graph="")
        draft.publish(
            message="more",
            origin=Origin.UPDATE,
            sources_hash=base.sources_hash,
            default_graph=base.default_graph,
        )


class ServerProcess:
    """`gfmdkg serve`, its address, and what it wrote to standard error."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout is not None
        self.url = process.stdout.readline().strip()
        parts = urlsplit(self.url)
        self.host, self.port = parts.hostname or "", parts.port or 0
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(self.process.stderr)

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=10)

    def get(self, path: str, **options: object) -> httpx.Response:
        # Loading the certificates that nobody needs here takes longer than the request.
        url = self.url.rstrip("/") + path
        return httpx.get(url, timeout=20, verify=False, **options)  # type: ignore[arg-type]

    def figures(self) -> dict[str, float]:
        """The samples of `/metrics`, without the label of the server process."""
        return parse_figures(self.get("/metrics").text)

    def end(self, number: int = signal.SIGTERM, within_seconds: float = 15) -> int:
        self.process.send_signal(number)
        code = self.process.wait(within_seconds)
        self.read_to_the_end()
        return code

    def read_to_the_end(self) -> None:
        """Have all that it wrote in ``lines``; the process has ended."""
        self._reader.join(5)


def parse_figures(text: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            labels = name.partition("{")[2].rstrip("}").split(",")
            kept = [label for label in labels if label and not label.startswith("process=")]
            short = name.partition("{")[0] + ("{" + ",".join(kept) + "}" if kept else "")
            figures[short] = figures.get(short, 0) + float(value)
    return figures


def descendants(pid: int) -> list[int]:
    """The processes below one, by the system's own table."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found += [int(folder.name), *descendants(int(folder.name))]
    return found


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for_the_end(pids: Iterable[int], within_seconds: float = 10) -> None:
    """Wait until none of these processes runs."""
    wait_until(
        lambda: not any(map(is_running, pids)), "the processes end", within_seconds=within_seconds
    )


def wait_until_busy(server: ServerProcess, engines: int, within_seconds: float = 10) -> None:
    """Wait until so many engines work at a query."""
    wait_until(
        lambda: server.figures()['gfmdkg_engines{state="running"}'] == engines,
        f"engines at work: {engines}",
        within_seconds=within_seconds,
    )


@contextmanager
def serving(
    store: Path, *, begins_empty: bool = True, **variables: object
) -> Iterator[ServerProcess]:
    """Serve a store, such as of ``publish_triples``; its processes are gone after the block."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GFMDKG_")}
    given = {"STORE": store, "ENGINES": 1, "ENGINES_RESERVED": 0, **variables}
    environment |= {f"GFMDKG_{name}": str(value) for name, value in given.items()}
    arguments = ["serve", "--port", "0", *(["--empty"] if begins_empty else [])]
    process = subprocess.Popen(
        [sys.executable, "-m", "gfmdkg.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    server = ServerProcess(process)
    family: list[int] = []
    try:
        assert server.url, "".join(server.lines)
        wait_until(
            lambda: server.get("/health").status_code == 200,
            "the service is healthy",
            within_seconds=START_SECONDS,
        )
        yield server
        family = descendants(process.pid)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        wait_for_the_end(family)
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None
        server.read_to_the_end()
        process.stdout.close()  # type: ignore[union-attr]
        process.stderr.close()  # type: ignore[union-attr]
