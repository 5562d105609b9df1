"""The lists of the versions in use, in memory."""

import asyncio
import threading
from collections.abc import Mapping
from contextvars import Context

from gfmdkg.errors import Busy
from gfmdkg.facets import GROUPS, FacetedList, ListIndex, build_indexes, keep_answers, select_from
from gfmdkg.http.version_cache import VersionCache, Versioned
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version

__all__ = ["ListIndexes"]

# The lists of a small graph are read in this time; those of a big one take longer, and the
# former version answers meanwhile.
_PATIENCE_SECONDS = 2.0
_RETRY_SECONDS = 5
# Whoever starts a service for one question shall not wait for lists that nobody asked for.
_WARMING_DELAY_SECONDS = 1.0

Group = tuple[FacetedList, ...]
Indexes = Mapping[str, ListIndex]


class ListIndexes:
    """The lists of each version, those of a group read together.

    Reading is done in threads. ``wait_seconds`` is how long a request waits that no other
    version can serve.
    """

    def __init__(self, *, wait_seconds: float) -> None:
        self._groups = [self._cache_of(group, wait_seconds) for group in GROUPS]
        self._cache = {
            faceted.name: cache
            for group, cache in zip(GROUPS, self._groups, strict=True)
            for faceted in group
        }
        self._current: int | None = None
        self._warming: asyncio.Task[None] | None = None
        self._is_closed = threading.Event()

    def _cache_of(self, group: Group, wait_seconds: float) -> VersionCache[Indexes]:
        async def build(version: Version) -> Indexes:
            return await asyncio.to_thread(self._read, group, version)

        return VersionCache(
            build,
            what=f"the list of {' and '.join(faceted.name for faceted in group)}",
            wait_seconds=wait_seconds,
            patience_seconds=_PATIENCE_SECONDS,
        )

    def warm(self, version: Version) -> None:
        """Read all lists of the current version in the background, one group after the other."""
        if version.number == self._current:
            return
        self._current = version.number
        if self._warming is not None:
            self._warming.cancel()
        self._warming = asyncio.create_task(self._warm(version), context=Context())

    async def exactly(self, name: str, version: Version) -> ListIndex:
        """The list in this very version. Raises ``Busy`` where that takes too long."""
        return (await self._cache[name].exactly(version))[name]

    async def find(self, name: str, version: Version, *, or_former: bool) -> Versioned[ListIndex]:
        """The list in this version or, while it is read and if that will do, in one before it.

        Raises ``Busy`` where there is none and reading takes too long.
        """
        found = await self._cache[name].find(version, or_former=or_former)
        return Versioned(version=found.version, value=found.value[name])

    async def close(self) -> None:
        """Stop reading."""
        self._is_closed.set()
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.wait({self._warming})
        await asyncio.gather(*(cache.close() for cache in self._groups))

    async def _warm(self, version: Version) -> None:
        await asyncio.sleep(_WARMING_DELAY_SECONDS)
        for cache in self._groups:
            await asyncio.wait({cache.start(version)})

    def _read(self, group: Group, version: Version) -> Indexes:
        store = OxigraphStore.open_read_only(version.database)
        ask = keep_answers(version.folder, select_from(store))

        def select(query: str) -> bytes:
            if self._is_closed.is_set():
                raise Busy(_RETRY_SECONDS, cause="the service is ending")
            return ask(query)

        try:
            return {faceted.name: index for faceted, index in build_indexes(group, select)}
        finally:
            store.close()
