"""Lists, and the first pages of the canned queries, made ready before anybody asks.

Over a large graph a question about all of it takes up to seconds. Those that need no parameter
are known beforehand, so each is asked once for each version, in the background and one at a
time, and stays in the cache for every format. Clients go first: no query is begun while an engine
works for one, and the running query is cancelled as soon as one waits.
"""

import asyncio
from contextvars import Context

from gfmdkg.engine.supervisor import Lane
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.service import Service
from gfmdkg.lists.definitions import GROUPS
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.queries import CannedQuery, Catalog
from gfmdkg.queries.routes import bind_query
from gfmdkg.store.versions import Version

__all__ = ["Warming"]

# Whoever starts a service for one question shall not wait for those that nobody asked.
_DELAY_SECONDS = 1.0
_LOOK_SECONDS = 0.05
# Before a cancelled query is tried again; after so many tries it is left out.
_REST_SECONDS = 1.0
_TRIES = 5


class Warming:
    """Reads the lists of the current version, and keeps first pages in the service's cache."""

    def __init__(
        self,
        service: Service,
        catalog: Catalog,
        lists: ListIndexes,
        *,
        delay_seconds: float = _DELAY_SECONDS,
    ) -> None:
        settings = service.settings
        self._service, self._catalog, self._lists = service, catalog, lists
        self._delay_seconds = delay_seconds
        # A client would have to wait for the only engine, and without a cache nothing is kept.
        self._has_pages = (
            settings.warm_queries and settings.engines > 1 and settings.cache_limit_bytes > 0
        )
        self._task: asyncio.Task[None] | None = None

    def warm(self, version: Version) -> None:
        """Begin with this version, in place of the one before."""
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
            await self.finish()

    async def _warm(self, version: Version) -> None:
        await asyncio.sleep(self._delay_seconds)
        for group in GROUPS:  # one after the other; more depends on them than on the pages
            await asyncio.wait({self._lists[group[0].name].start(version)})
        for query in self._catalog if self._has_pages else ():
            if any(parameter.required for parameter in query.parameters.values()):
                continue
            for _ in range(_TRIES):
                if await self._ask(query, version):
                    break
                await asyncio.sleep(_REST_SECONDS)

    async def _ask(self, query: CannedQuery, version: Version) -> bool:
        """Ask for the first page as a client would; false where a client needed the engine."""
        while self._is_engine_in_use():  # noqa: ASYNC110 - the pool tells nobody when it rests
            await asyncio.sleep(_LOOK_SECONDS)
        asking = asyncio.create_task(self._read(query, version))
        try:
            while not asking.done():
                await asyncio.wait({asking}, timeout=_LOOK_SECONDS)
                if any(self._service.pool.stats().waiting.values()):
                    return False
            return True  # whatever went wrong, a client that asks the same is told
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _read(self, query: CannedQuery, version: Version) -> None:
        bound = await bind_query(self._service, query, {}, version)
        await bound.page(Parameters(()).paging(self._service.settings))

    def _is_engine_in_use(self) -> bool:
        stats = self._service.pool.stats()
        return any(stats.running[lane] or stats.waiting[lane] for lane in Lane)
