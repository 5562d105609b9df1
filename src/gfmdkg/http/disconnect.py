"""Stopping work that nobody waits for any more."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

__all__ = ["ClientGone", "while_connected"]

Result = TypeVar("Result")


class ClientGone(Exception):
    """The client closed its connection before its answer was ready."""


async def while_connected(work: Coroutine[Any, Any, Result], receive: Receive) -> Result:
    """Await ``work``, and cancel it as soon as the client goes away.

    A server does not do this by itself, and a query that is cancelled frees its worker. The
    request's body must have been read. Raises ``ClientGone``.
    """
    task = asyncio.create_task(work)
    watch = asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientGone
        return task.result()
    finally:
        for each in (task, watch):
            each.cancel()
        # Wait until the cancelled one has let go of what it holds.
        await asyncio.gather(task, watch, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
