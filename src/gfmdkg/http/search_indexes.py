"""The full-text indexes that are open, and those that are being built."""

import asyncio

from gfmdkg.errors import NotFound, StoreError
from gfmdkg.http.version_cache import VersionCache
from gfmdkg.search import INDEX_NAME, SearchIndex, ensure_index
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from
from gfmdkg.store.versions import Version, VersionStore

__all__ = ["SearchIndexes"]

# An index that is there opens in milliseconds, one of a small graph is built in this time.
_PATIENCE_SECONDS = 0.25


class SearchIndexes(VersionCache[SearchIndex]):
    """The index of each version; whatever blocks runs in a thread, one is built at a time.

    ``wait_seconds`` is how long a request waits that no other index can serve. While one is
    built, the newest before that there is answers, be it open or not.
    """

    def __init__(self, versions: VersionStore, *, wait_seconds: float) -> None:
        super().__init__(
            self._load,
            what="the search index",
            wait_seconds=wait_seconds,
            patience_seconds=_PATIENCE_SECONDS,
            former=lambda version: _former_with_index(versions, version),
            close=SearchIndex.close,
        )
        self._turn = asyncio.Lock()

    async def _load(self, version: Version) -> SearchIndex:
        if (version.folder / INDEX_NAME).exists():
            # Opened at once, whatever is being built; one of a former format is built anew.
            try:
                return await asyncio.to_thread(SearchIndex.open, version.folder / INDEX_NAME)
            except StoreError:
                pass
        async with self._turn:
            return await asyncio.to_thread(_build_and_open, version)


def _build_and_open(version: Version) -> SearchIndex:
    store = OxigraphStore.open_read_only(version.database)
    try:
        return SearchIndex.open(ensure_index(version.folder, select_from(store)))
    finally:
        store.close()


def _former_with_index(versions: VersionStore, version: Version) -> Version | None:
    """The newest version before this one that can be searched at once."""
    for number in range(version.number - 1, 0, -1):
        try:
            former = versions.get(number)
        except NotFound:
            return None
        if (former.folder / INDEX_NAME).exists():
            return former
    return None
