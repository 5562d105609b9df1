"""The lists of a version, read once; they answer from then on."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

from gfmdkg.errors import Busy
from gfmdkg.http.cache import VersionCache
from gfmdkg.lists.definitions import GROUPS, FacetedList
from gfmdkg.lists.index import ListIndex, build_indexes
from gfmdkg.lists.reading import cached_answers, select_from
from gfmdkg.search.index import SearchIndex
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version

__all__ = ["ListIndexes"]

# The lists of a small graph are read in this time; those of a big one take longer, and the
# former version answers meanwhile.
_LISTS_PATIENCE_SECONDS = 2.0
_RETRY_SECONDS = 5

Indexes = Mapping[str, ListIndex]


class ListIndexes:
    """The lists of each version by the name of any in their group, for a group is read together.

    ``searches`` find what passes a full text. ``wait_seconds`` is how long a request waits that no
    other version can serve.
    """

    def __init__(self, searches: VersionCache[SearchIndex], *, wait_seconds: float) -> None:
        self.searches = searches
        self._caches: dict[str, VersionCache[Indexes]] = {}
        self._is_closed = threading.Event()
        for group in GROUPS:
            names = [faceted.name for faceted in group]
            cache = VersionCache(
                partial(self._build, group),
                what=f"the list of {' and '.join(names)}",
                wait_seconds=wait_seconds,
                patience_seconds=_LISTS_PATIENCE_SECONDS,
            )
            self._caches |= dict.fromkeys(names, cache)

    def __getitem__(self, name: str) -> VersionCache[Indexes]:
        """The group of a list, of which each version has the indexes by their names."""
        return self._caches[name]

    async def close(self) -> None:
        """Stop reading."""
        self._is_closed.set()
        await asyncio.gather(*(cache.close() for cache in self._caches.values()))

    async def _build(self, group: tuple[FacetedList, ...], version: Version) -> Indexes:
        return await asyncio.to_thread(self._read, group, version)

    def _read(self, group: tuple[FacetedList, ...], version: Version) -> Indexes:
        # The allocator has an arena for each thread. In one and the same, what answers leave
        # behind is filled with the few terms that stay, and cannot be given back for their sake.
        with (
            closing(OxigraphStore.open_read_only(version.database)) as store,
            ThreadPoolExecutor(1) as asking,
        ):
            answer = select_from(store)
            ask = cached_answers(
                version.folder, lambda query: asking.submit(answer, query).result()
            )

            def select(query: str) -> bytes:
                if self._is_closed.is_set():
                    raise Busy(_RETRY_SECONDS, cause="the service is ending")
                return ask(query)

            return {faceted.name: index for faceted, index in build_indexes(group, select)}
