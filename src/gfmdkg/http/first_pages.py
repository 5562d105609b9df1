"""The first pages of the canned queries, worked out before anybody asks.

Over a large graph a question about all of it takes up to seconds. Those that need no parameter
are known beforehand, so each is asked once for each version, in the background and one at a
time, and stays in the cache for every format. A request of a client goes first: nothing is
begun while one is with the engine, and what is under way gives its worker up where one waits.
"""

import asyncio
from contextvars import Context

from gfmdkg.catalog import CannedQuery
from gfmdkg.engine.supervisor import Lane
from gfmdkg.errors import Busy, GfmdkgError
from gfmdkg.facets import GROUPS
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.queries import run_query
from gfmdkg.http.service import Service
from gfmdkg.store.versions import Version

__all__ = ["FirstPages"]

# Whoever starts a service for one question shall not wait for those that nobody asked.
_DELAY_SECONDS = 2.0
_LOOK_SECONDS = 0.05
# A queue that fills again and again leaves no room for this.
_REST_SECONDS = 1.0
_TRIES = 5


class FirstPages:
    """Keeps the first pages of the current version in the service's cache."""

    def __init__(self, service: Service, *, delay_seconds: float = _DELAY_SECONDS) -> None:
        settings = service.settings
        self._service = service
        self._delay_seconds = delay_seconds
        # The only worker would not be there for a client, and without a cache nothing is kept.
        self._is_on = (
            settings.warm_queries and settings.query_workers > 1 and settings.cache_limit_bytes > 0
        )
        self._current: int | None = None
        self._task: asyncio.Task[None] | None = None

    def warm(self, version: Version) -> None:
        """Begin with this version, in place of the one before."""
        if not self._is_on or version.number == self._current:
            return
        self._current = version.number
        if self._task is not None:
            self._task.cancel()
        # In a context of its own: this is no part of the request that saw the version first.
        self._task = asyncio.create_task(self._warm(version), context=Context())

    async def finish(self) -> None:
        """Return when all is done that is to be done for the current version."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def close(self) -> None:
        """Stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _warm(self, version: Version) -> None:
        await asyncio.sleep(self._delay_seconds)
        await self._wait_for_lists(version)
        for query in self._service.catalog:
            if any(parameter.required for parameter in query.parameters.values()):
                continue
            for _ in range(_TRIES):
                if await self._ask(query, version):
                    break
                await asyncio.sleep(_REST_SECONDS)

    async def _wait_for_lists(self, version: Version) -> None:
        """The lists are read at the same time, and more depends on them."""
        for group in GROUPS:
            while True:
                try:
                    await self._service.lists.exactly(group[0].name, version)
                except Busy:
                    await asyncio.sleep(_REST_SECONDS)
                    continue
                except GfmdkgError:  # whoever asks for the list is told
                    pass
                break

    async def _ask(self, query: CannedQuery, version: Version) -> bool:
        """Ask for the first page as a client would; false where one needed the worker."""
        while self._is_engine_in_use():  # noqa: ASYNC110 - the pool tells nobody when it rests
            await asyncio.sleep(_LOOK_SECONDS)
        paging = Parameters(()).paging(self._service.settings)
        asking = asyncio.create_task(
            run_query(self._service, query, {}, version=version, paging=paging)
        )
        try:
            while not asking.done():
                await asyncio.wait({asking}, timeout=_LOOK_SECONDS)
                if self._is_anybody_waiting():
                    return False
            asking.exception()  # a client that asks the same is told
            return True
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    def _is_engine_in_use(self) -> bool:
        stats = self._service.pool.stats()
        return any(stats.running[lane] or stats.waiting[lane] for lane in Lane)

    def _is_anybody_waiting(self) -> bool:
        waiting = self._service.pool.stats().waiting
        return any(waiting[lane] for lane in Lane)
