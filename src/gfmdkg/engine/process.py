"""One child process as its owner sees it: started, watched, ended, and why it ended.

There is no way to interrupt the engine or a rule inside a process, so a limit is kept by
SIGKILL, and whoever needs the process starts another.
"""

import asyncio
import logging
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import cache, partial

from gfmdkg.errors import EngineFailure

__all__ = ["ChildProcess", "describe_death", "warn_once"]

_LOG = logging.getLogger("gfmdkg.engine")
_POLL_SECONDS = 0.02
_FAREWELL_SECONDS = 2.0
_MEMORY_SIGNS = (
    "memory allocation of",
    "bad_alloc",
    "MemoryError",
    "Cannot allocate memory",
    "Resource temporarily unavailable",
)


class ChildProcess:
    """A child process; ``on_ended`` is called once, from the event loop, when it is gone.

    Then ``code`` is its exit code, negative for a signal, and ``cause`` says why it ended.

    Raises ``EngineFailure`` where the system cannot start it. The thread that starts it has to
    live as long, because the system kills the process when that thread ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        memory_limit_bytes: int,
        on_ended: Callable[[], None],
        inherited: Sequence[int] = (),
    ) -> None:
        self.code, self.cause = 0, ""
        self._memory_limit_bytes = memory_limit_bytes
        self._on_ended = on_ended
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process is gone
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=inherited,
                # One arena: each further one reserves 64 MiB of the limited address space.
                env=os.environ | {"MALLOC_ARENA_MAX": "1", "RUST_BACKTRACE": "0"},
            )
        except OSError as error:
            self._errors.close()
            raise EngineFailure(f"a worker cannot be started: {error}") from error
        self.pid = self._process.pid
        self._watch()

    @property
    def is_alive(self) -> bool:
        """Whether its end has not been noticed yet."""
        return not self._ended.done()

    async def wait(self) -> int:
        """The exit code, negative for a signal, once the system has forgotten the process.

        Shielded: the end is everybody's, so one waiter that is cancelled takes it from nobody.
        """
        return await asyncio.shield(self._ended)

    def words(self) -> str:
        """What it has written to standard error so far."""
        size_bytes = os.fstat(self._errors.fileno()).st_size
        return os.pread(self._errors.fileno(), size_bytes, 0).decode(errors="replace")

    def kill(self) -> None:
        """End it at once."""
        if self.is_alive:
            self._process.kill()

    def close(self) -> None:
        """Give it a moment to end by itself."""
        if self.is_alive:
            self._loop.call_later(_FAREWELL_SECONDS, self.kill)

    def _watch(self) -> None:
        try:
            descriptor = os.pidfd_open(self.pid)
        except (AttributeError, OSError):  # a system without them
            self._loop.call_later(_POLL_SECONDS, self._poll)
        else:
            self._loop.add_reader(descriptor, partial(self._reap, descriptor))

    def _poll(self) -> None:
        if self._process.poll() is None:
            self._loop.call_later(_POLL_SECONDS, self._poll)
        else:
            self._end()

    def _reap(self, descriptor: int) -> None:
        self._loop.remove_reader(descriptor)
        os.close(descriptor)
        self._end()

    def _end(self) -> None:
        self.code = self._process.wait()
        self.cause = describe_death(self.code, self.words(), self._memory_limit_bytes)
        self._errors.close()
        self._ended.set_result(self.code)
        self._on_ended()


def describe_death(code: int, last_words: str, memory_limit_bytes: int) -> str:
    """The cause, from the process's exit code (negative: a signal) and its standard error."""
    if any(sign in last_words for sign in _MEMORY_SIGNS):
        return f"it reached the memory limit of {memory_limit_bytes >> 20} MiB"
    if "overflowed its stack" in last_words:
        return "the query is nested too deeply for the engine's stack"
    final = last_words.strip().rpartition("\n")[2].strip()
    words = f": {final}" if final else ""
    if code >= 0:
        return f"the worker ended with exit code {code}{words}"
    name = signal.Signals(-code).name
    if -code == signal.SIGKILL:
        return f"the worker was killed from outside ({name})"
    return f"the worker crashed ({name}){words}"


@cache
def warn_once(message: str) -> None:
    """Log a warning that holds for all processes of a kind."""
    _LOG.warning(message)
