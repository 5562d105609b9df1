"""The lists of the versions in use, in memory, and those that are being read."""

import asyncio
import threading
import time
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass

from gfmdkg.errors import Busy
from gfmdkg.facets import GROUPS, FacetedList, ListIndex, build_indexes, keep_answers, select_from
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version

__all__ = ["FoundList", "ListIndexes"]

_VERSIONS_KEPT = 2
# The lists of a small graph are read in this time; those of a big one take longer, and the
# former version answers meanwhile.
_PATIENCE_SECONDS = 2.0
_RETRY_SECONDS = 5
# Whoever starts a service for one question shall not wait for lists that nobody asked for.
_WARMING_DELAY_SECONDS = 1.0

Group = tuple[FacetedList, ...]
Reading = asyncio.Task[Mapping[str, ListIndex]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundList:
    """A list and the version that it is of, which may be before the one asked for."""

    version: Version
    index: ListIndex


class ListIndexes:
    """The lists of the current version and of the one used last beside it, each read once.

    Reading is done in threads. ``wait_seconds`` is how long a request waits that no other
    version can serve.
    """

    def __init__(self, *, wait_seconds: float) -> None:
        self._wait_seconds = wait_seconds
        self._readings: dict[int, dict[str, Reading]] = {}
        self._versions: dict[int, Version] = {}
        self._begun: dict[int, float] = {}
        self._current: int | None = None
        self._warming: asyncio.Task[None] | None = None
        self._is_closed = threading.Event()

    def warm(self, version: Version) -> None:
        """Read all lists of the current version in the background, one group after the other."""
        if version.number == self._current:
            return
        self._current = version.number
        if self._warming is not None:
            self._warming.cancel()
        self._warming = asyncio.create_task(self._warm(version), context=Context())

    async def exactly(self, name: str, version: Version) -> FoundList:
        """The list in this very version. Raises ``Busy`` where that takes too long."""
        index = await self._await(name, version, self._wait_seconds)
        if index is None:
            raise Busy(
                _RETRY_SECONDS,
                cause=f"the list of {name} in version {version.number} is still being read",
            )
        return FoundList(version=version, index=index)

    async def newest(self, name: str, version: Version) -> FoundList:
        """The list in this version or, while it is read, in the one in use before it.

        Raises ``Busy`` where there is none and reading takes too long.
        """
        self._reading(name, version)
        waited = time.monotonic() - self._begun[version.number]
        index = await self._await(name, version, _PATIENCE_SECONDS - waited)
        if index is not None:
            return FoundList(version=version, index=index)
        for number in sorted(self._versions, reverse=True):
            task = self._readings[number].get(name)
            if number < version.number and task is not None and _is_there(task):
                return FoundList(version=self._versions[number], index=task.result()[name])
        return await self.exactly(name, version)

    async def close(self) -> None:
        """Stop reading."""
        self._is_closed.set()
        running = [task for by_name in self._readings.values() for task in by_name.values()]
        if self._warming is not None:
            running.append(self._warming)  # type: ignore[arg-type]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _warm(self, version: Version) -> None:
        await asyncio.sleep(_WARMING_DELAY_SECONDS)
        for group in GROUPS:
            await asyncio.wait({self._reading(group[0].name, version)})

    async def _await(self, name: str, version: Version, seconds: float) -> ListIndex | None:
        """The list if it is there in time; raises what reading it raised."""
        task = self._reading(name, version)
        # Not cancelled with the one who waits, for it is for everybody.
        if not task.done():
            await asyncio.wait({task}, timeout=max(0.0, seconds))
        return task.result()[name] if task.done() else None

    def _enter(self, version: Version) -> dict[str, Reading]:
        number = version.number
        by_name = self._readings.pop(number, {})
        self._readings[number] = by_name  # the one used last stands last
        self._versions[number] = version
        self._begun.setdefault(number, time.monotonic())
        while len(self._readings) > _VERSIONS_KEPT:
            oldest = next(n for n in self._readings if n not in {self._current, number})
            for task in self._readings.pop(oldest).values():
                task.cancel()
            del self._versions[oldest], self._begun[oldest]
        return by_name

    def _reading(self, name: str, version: Version) -> Reading:
        by_name = self._enter(version)
        task = by_name.get(name)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            group = next(group for group in GROUPS if any(f.name == name for f in group))
            task = asyncio.create_task(
                asyncio.to_thread(self._read, group, version), context=Context()
            )
            task.add_done_callback(_mark_seen)
            by_name.update({faceted.name: task for faceted in group})
        return task

    def _read(self, group: Group, version: Version) -> Mapping[str, ListIndex]:
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


def _is_there(task: Reading) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _mark_seen(task: Reading) -> None:
    # Whoever waits still gets the error; where nobody does, it is of no concern.
    if not task.cancelled():
        task.exception()
