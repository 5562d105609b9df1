"""The full-text indexes that are open, and those that are being built."""

import asyncio
import time
from collections import OrderedDict
from contextvars import Context
from dataclasses import dataclass

from gfmdkg.errors import Busy, NotFound, StoreError
from gfmdkg.search import INDEX_NAME, SearchIndex, ensure_index
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.selecting import select_from
from gfmdkg.store.versions import Version, VersionStore

__all__ = ["FoundIndex", "SearchIndexes"]

_KEPT = 2
# An index that is there opens in milliseconds, one of a small graph is built in this time.
_PATIENCE_SECONDS = 0.25
_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundIndex:
    """An open index and the version that it is of, which may be before the one asked for."""

    version: Version
    index: SearchIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """An index on its way; ``patience_ends`` is a time of the monotonic clock."""

    task: asyncio.Task[SearchIndex]
    patience_ends: float


class SearchIndexes:
    """The indexes of the two versions used last; whatever blocks runs in a thread.

    Indexes are built one after the other. ``wait_seconds`` is how long a request waits that
    no other index can serve.
    """

    def __init__(self, versions: VersionStore, *, wait_seconds: float) -> None:
        self._versions = versions
        self._wait_seconds = wait_seconds
        self._open: OrderedDict[int, SearchIndex] = OrderedDict()
        self._opening: dict[int, _Opening] = {}
        self._turn = asyncio.Lock()

    async def exactly(self, version: Version) -> FoundIndex:
        """The index of this very version, built first where it is missing.

        Raises ``Busy`` where that takes longer than a request may, ``StoreError``.
        """
        index = self._opened(version) or await self._await(version, self._wait_seconds)
        if index is None:
            raise Busy(
                _RETRY_SECONDS,
                cause=f"the search index of version {version.number} is still being built",
            )
        return FoundIndex(version=version, index=index)

    async def newest(self, version: Version) -> FoundIndex:
        """The index of this version or, while it is built, of the newest before that has one.

        Raises what ``exactly`` raises.
        """
        index = self._opened(version)
        if index is None:
            opening = self._start(version)
            index = await self._await(version, opening.patience_ends - time.monotonic())
        if index is not None:
            return FoundIndex(version=version, index=index)
        former = await asyncio.to_thread(_former_with_index, self._versions, version)
        if former is None:
            return await self.exactly(version)
        return await self.exactly(former)

    async def close(self) -> None:
        """Close the indexes. One that is being built is left to the next who asks for it."""
        for opening in self._opening.values():
            opening.task.cancel()
        while self._open:
            _, index = self._open.popitem()
            await asyncio.to_thread(index.close)

    def _opened(self, version: Version) -> SearchIndex | None:
        index = self._open.get(version.number)
        if index is not None:
            self._open.move_to_end(version.number)
        return index

    async def _await(self, version: Version, seconds: float) -> SearchIndex | None:
        """The index of a version if it is open in time."""
        task = self._start(version).task
        # Not cancelled with the one who waits, for it is for everybody.
        await asyncio.wait({task}, timeout=max(0.0, seconds))
        return task.result() if task.done() else None

    def _start(self, version: Version) -> _Opening:
        number = version.number
        if number not in self._opening:
            task = asyncio.create_task(self._load(version), context=Context())
            task.add_done_callback(lambda done: self._finish(number, done))
            patience_ends = time.monotonic() + _PATIENCE_SECONDS
            self._opening[number] = _Opening(task=task, patience_ends=patience_ends)
        return self._opening[number]

    async def _load(self, version: Version) -> SearchIndex:
        if (version.folder / INDEX_NAME).exists():
            # Opened at once, whatever is being built; one of a former format is built anew.
            try:
                return await asyncio.to_thread(SearchIndex.open, version.folder / INDEX_NAME)
            except StoreError:
                pass
        async with self._turn:
            return await asyncio.to_thread(_build_and_open, version)

    def _finish(self, number: int, task: asyncio.Task[SearchIndex]) -> None:
        del self._opening[number]
        # Asking for the error marks it as seen: whoever waits still gets it.
        if task.cancelled() or task.exception() is not None:
            return
        self._open[number] = task.result()
        while len(self._open) > _KEPT:
            _, oldest = self._open.popitem(last=False)
            oldest.close()


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
