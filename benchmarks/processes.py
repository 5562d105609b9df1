"""Server processes: started in a group of their own, watched in /proc, ended by their own id."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ServerProcess", "Usage", "free_port"]

_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
_END_SECONDS = 3.0


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a server's processes took: CPU so far, and the sum of their peaks of memory."""

    cpu_seconds: float
    peak_bytes: int


class ServerProcess:
    """A running server and its descendants. Its output goes to a file."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(environment or {})},
                cwd=folder,
                start_new_session=True,
            )
        self.log = log

    @property
    def is_alive(self) -> bool:
        """Whether the first process still runs."""
        return self._process.poll() is None

    def wait_until_listening(self, port: int, *, limit_seconds: float = 60) -> None:
        """Return when the port accepts; raises ``RuntimeError`` with the end of the log."""
        deadline = time.monotonic() + limit_seconds
        while time.monotonic() < deadline and self.is_alive:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.05)
        self.end()
        raise RuntimeError(f"no server: {self.log.read_text(errors='replace')[-2000:]}")

    def usage(self) -> Usage:
        """CPU and memory of the process and its descendants, the ended ones' CPU included."""
        cpu, peak = 0.0, 0
        for pid in self._tree():
            with suppress(OSError, ValueError, IndexError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                cpu += sum(map(int, fields[11:15])) * _TICK_SECONDS
                for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                    if line.startswith("VmHWM:"):
                        peak += int(line.split()[1]) * 1024
        return Usage(cpu_seconds=cpu, peak_bytes=peak)

    def proportional_bytes(self) -> int:
        """The proportional set size of all processes: pages that several share count once."""
        total = 0
        for pid in self._tree():
            with suppress(OSError, ValueError, IndexError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
        return total

    def settles(self, *, limit_seconds: float, idle_seconds: float = 0.2) -> bool:
        """Wait until the processes are idle for so long; false where they work at the limit."""
        deadline = time.monotonic() + limit_seconds
        before, idle_since = self.usage().cpu_seconds, time.monotonic()
        while time.monotonic() < deadline:
            time.sleep(0.2)
            now = self.usage().cpu_seconds
            if now - before > 0.03:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= idle_seconds:
                return True
            before = now
        return False

    def end(self) -> None:
        """End the process and its group, politely first."""
        if self.is_alive:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _tree(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError, ValueError, IndexError):
                    parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    children.setdefault(parent, []).append(int(folder.name))
        found = [self._process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found
