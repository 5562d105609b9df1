"""A lock that processes hold one at a time, by a file that is there for it alone."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gfmdkg.errors import Conflict

__all__ = ["locked"]

_POLL_SECONDS = 0.01


@contextmanager
def locked(file: Path, *, wait_seconds: float, refusal: str) -> Iterator[None]:
    """Hold the lock of a file. It goes with the process, however that ends.

    Raises ``Conflict`` with the ``refusal`` where another holds it for ``wait_seconds``.
    """
    deadline = time.monotonic() + wait_seconds
    with file.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise Conflict(f"{refusal} for {wait_seconds:g} s; try again") from error
                time.sleep(_POLL_SECONDS)
        yield
