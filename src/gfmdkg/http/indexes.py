"""What is read from a version once and answers from then on: its lists and its full-text index."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

from gfmdkg.errors import Busy, NotFound, StoreError
from gfmdkg.facets import GROUPS, FacetedList, ListIndex, build_indexes, keep_answers, select_from
from gfmdkg.http.cache import VersionCache
from gfmdkg.search import INDEX_NAME, SearchIndex
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore

__all__ = ["ListIndexes", "search_indexes"]

# The lists of a small graph are read in this time; those of a big one take longer, and the
# former version answers meanwhile.
_LISTS_PATIENCE_SECONDS = 2.0
# A full-text index that is there opens in milliseconds, one of a small graph is built in this time.
_SEARCH_PATIENCE_SECONDS = 0.25
_RETRY_SECONDS = 5

Group = tuple[FacetedList, ...]
Indexes = Mapping[str, ListIndex]


class ListIndexes:
    """The lists of each version by the name of any in their group, for a group is read together.

    ``wait_seconds`` is how long a request waits that no other version can serve.
    """

    def __init__(self, *, wait_seconds: float) -> None:
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

    async def _build(self, group: Group, version: Version) -> Indexes:
        return await asyncio.to_thread(self._read, group, version)

    def _read(self, group: Group, version: Version) -> Indexes:
        # The allocator has an arena for each thread. In one and the same, what answers leave
        # behind is filled with the few terms that stay, and cannot be given back for their sake.
        with (
            closing(OxigraphStore.open_read_only(version.database)) as store,
            ThreadPoolExecutor(1) as asking,
        ):
            answer = select_from(store)
            ask = keep_answers(version.folder, lambda query: asking.submit(answer, query).result())

            def select(query: str) -> bytes:
                if self._is_closed.is_set():
                    raise Busy(_RETRY_SECONDS, cause="the service is ending")
                return ask(query)

            return {faceted.name: index for faceted, index in build_indexes(group, select)}


def search_indexes(versions: VersionStore, *, wait_seconds: float) -> VersionCache[SearchIndex]:
    """The full-text index of each version; whatever blocks runs in a thread, one built at a time.

    ``wait_seconds`` is how long a request waits that no other index can serve. While one is
    built, the newest before that there is answers, be it open or not.
    """
    turn = asyncio.Lock()

    async def load(version: Version) -> SearchIndex:
        if (version.folder / INDEX_NAME).exists():
            # Opened at once, whatever is being built; one of a former format is built anew.
            try:
                return await asyncio.to_thread(SearchIndex.open, version.folder / INDEX_NAME)
            except StoreError:
                pass
        async with turn:
            return await asyncio.to_thread(SearchIndex.of, version)

    def former(version: Version) -> Version | None:
        for number in range(version.number - 1, 0, -1):
            try:
                found = versions.get(number)
            except NotFound:
                return None
            if (found.folder / INDEX_NAME).exists():
                return found
        return None

    return VersionCache(
        load,
        what="the search index",
        wait_seconds=wait_seconds,
        patience_seconds=_SEARCH_PATIENCE_SECONDS,
        former=former,
        close=SearchIndex.close,
    )
