"""Virtuoso, a server of another make, for tests: a real one of one's own, and what it holds."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.conftest import skip_unless_required
from tests.waiting import wait_until

PROGRAM, SHELL = "virtuoso-t", "isql-vt"
START_SECONDS = 60
# Memory for 4,000 pages of 8 KiB; few threads; everything below the folder it runs in.
SETTINGS = """\
[Database]
DatabaseFile = virtuoso.db
TransactionFile = virtuoso.trx
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{shell_port}
DirsAllowed = .
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
MaxMemPoolSize = 200000000
ServerThreads = 10
ThreadsPerQuery = 2
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = .
ServerThreads = 6
[SPARQL]
ResultSetMaxRows = 10000
MaxQueryExecutionTime = 60
"""


@contextmanager
def virtuoso_with(quads: bytes, folder: Path) -> Iterator[str]:
    """A server that holds these N-Quads, as it comes from Debian; its address for queries."""
    if shutil.which(PROGRAM) is None or shutil.which(SHELL) is None:
        skip_unless_required("needs Virtuoso: apt-get install virtuoso-opensource-7-bin")
    port, shell_port = _free_ports()
    (folder / "virtuoso.ini").write_text(SETTINGS.format(port=port, shell_port=shell_port))
    (folder / "graph.nq").write_bytes(quads)
    command = [PROGRAM, "+configfile", "virtuoso.ini", "+foreground"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}/sparql"
        _wait_for(url, process)
        # 512: N-Quads; the graph is for triples that name none, of which there are none.
        load = "DB.DBA.TTLP(file_to_string_output('graph.nq'), '', 'urn:none', 512);"
        shell = [SHELL, f"127.0.0.1:{shell_port}", "dba", "dba", f"exec={load}"]
        done = subprocess.run(shell, capture_output=True, text=True, timeout=60, check=False)
        assert "Done." in done.stdout, done.stdout + done.stderr
        yield url
    finally:
        process.kill()
        process.wait()


def _free_ports() -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    def answers() -> bool:
        assert process.poll() is None, "Virtuoso did not start"
        try:
            with urlopen(f"{url}?query=ASK%7B%7D", timeout=START_SECONDS):
                return True
        except (URLError, ConnectionError):
            return False

    wait_until(answers, "Virtuoso answers", within_seconds=START_SECONDS)
