"""What is made from a version once and kept for all requests: indexes, names, figures."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from gfmdkg.engine.memory import give_memory_back
from gfmdkg.errors import Busy, NotFound, StoreError
from gfmdkg.facets import GROUPS, FacetedList, ListIndex, build_indexes, keep_answers, select_from
from gfmdkg.search import INDEX_NAME, SearchIndex
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore

__all__ = ["ListIndexes", "VersionCache", "Versioned", "search_indexes"]

T = TypeVar("T")

_KEPT = 2
_RETRY_SECONDS = 5
# What is built in less leaves nothing behind that is worth the time to clear it away.
_LONG_SECONDS = 0.1


# The lists of a small graph are read in this time; those of a big one take longer, and the
# former version answers meanwhile.
_LISTS_PATIENCE_SECONDS = 2.0
# A full-text index that is there opens in milliseconds, one of a small graph is built in this time.
_SEARCH_PATIENCE_SECONDS = 0.25

Group = tuple[FacetedList, ...]
Indexes = Mapping[str, ListIndex]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned(Generic[T]):
    """A value and the version that it is of, which may be before the one asked for."""

    version: Version
    value: T


@dataclass(frozen=True, slots=True, kw_only=True)
class _Building(Generic[T]):
    version: Version
    task: asyncio.Task[T]
    patience_ends: float

    @property
    def is_there(self) -> bool:
        return self.task.done() and not self.has_failed

    @property
    def has_failed(self) -> bool:
        return self.task.done() and (self.task.cancelled() or self.task.exception() is not None)


class VersionCache(Generic[T]):
    """Values of the newest version that was asked for and of the one used last beside it.

    ``build`` makes a value once for all who ask: none of them can cancel it, and it sees none of
    their context variables. What failed is tried again when it is next asked for. ``what`` says
    in a refusal what is waited for. A request waits for ``wait_seconds`` and, if a former
    version can serve it, for ``patience_seconds`` after building began; ``former`` may look for
    one that is not kept, in a thread. ``close`` lets go of a value.
    """

    def __init__(
        self,
        build: Callable[[Version], Awaitable[T]],
        *,
        what: str,
        wait_seconds: float | None = None,
        patience_seconds: float = 0.0,
        former: Callable[[Version], Version | None] = lambda _: None,
        close: Callable[[T], None] = lambda _: None,
    ) -> None:
        self._build = build
        self._what = what
        self._wait_seconds = wait_seconds
        self._patience_seconds = patience_seconds
        self._former = former
        self._close = close
        self._kept: dict[int, _Building[T]] = {}

    async def exactly(self, version: Version) -> T:
        """The value of this very version. Raises ``Busy`` where that takes too long."""
        task = self.start(version)
        if not task.done():
            await asyncio.wait({task}, timeout=self._wait_seconds)
        if not task.done():
            cause = f"{self._what} of version {version.number} is still being built"
            raise Busy(_RETRY_SECONDS, cause=cause)
        return task.result()

    async def find(self, version: Version, *, or_former: bool) -> Versioned[T]:
        """The value of this version or, while it is built and if that will do, of one before it.

        Raises ``Busy`` where there is none and building takes too long.
        """
        task = self.start(version)
        if or_former and not task.done():
            patience = self._kept[version.number].patience_ends - time.monotonic()
            await asyncio.wait({task}, timeout=max(0.0, patience))
        if or_former and not task.done():
            earlier = [b for n, b in self._kept.items() if n < version.number and b.is_there]
            if earlier:
                best = max(earlier, key=lambda building: building.version.number)
                return Versioned(version=best.version, value=best.task.result())
            former = await asyncio.to_thread(self._former, version)
            version = former or version
        return Versioned(version=version, value=await self.exactly(version))

    def start(self, version: Version) -> asyncio.Task[T]:
        """Build the value of a version unless that is done or under way."""
        number = version.number
        building = self._kept.pop(number, None)
        if building is None or building.has_failed:
            task = asyncio.create_task(self._make(version), context=Context())
            # Whoever waits still gets the error; where nobody does, it is of no concern.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            patience_ends = time.monotonic() + self._patience_seconds
            building = _Building(version=version, task=task, patience_ends=patience_ends)
        self._kept[number] = building  # the one used last stands last
        while len(self._kept) > _KEPT:
            newest = max(self._kept)
            self._drop(next(n for n in self._kept if n not in {newest, number}))
        return building.task

    async def close(self) -> None:
        """Stop building, and let go of all values."""
        tasks = [building.task for building in self._kept.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while self._kept:
            self._drop(next(iter(self._kept)))

    async def _make(self, version: Version) -> T:
        began = time.monotonic()
        value = await self._build(version)
        if time.monotonic() - began > _LONG_SECONDS:
            # Whoever waits for the value need not wait for this.
            asyncio.get_running_loop().run_in_executor(None, give_memory_back)
        return value

    def _drop(self, number: int) -> None:
        # One that is being built is still waited for.
        building = self._kept.pop(number)
        if building.is_there:
            self._close(building.task.result())


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
