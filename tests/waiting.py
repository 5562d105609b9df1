"""How tests wait: until something is so, never for a time in which it should have come to pass."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Found = TypeVar("Found")

_LOOK_SECONDS = 0.01


def wait_until(claim: Callable[[], Found], what: str, *, within_seconds: float = 10) -> Found:
    """Wait for a claim to be true, and give what it found; ``what`` says it in words."""
    deadline = time.monotonic() + within_seconds
    while not (found := claim()):
        assert time.monotonic() < deadline, f"not so after {within_seconds:g} s: {what}"
        time.sleep(_LOOK_SECONDS)
    return found


async def until(claim: Callable[[], Found], what: str, *, within_seconds: float = 10) -> Found:
    """``wait_until``, for others on the event loop to go on meanwhile."""
    deadline = time.monotonic() + within_seconds
    while not (found := claim()):
        assert time.monotonic() < deadline, f"not so after {within_seconds:g} s: {what}"
        await asyncio.sleep(_LOOK_SECONDS)
    return found


async def give_way(turns: int = 1) -> None:
    """Let all that is ready on the event loop run: so many turns of it, and no time."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def begin(work: Coroutine[Any, Any, Found]) -> "asyncio.Task[Found]":
    """A task that has run as far as to where it first waits."""
    task = asyncio.create_task(work)
    await give_way()
    return task
