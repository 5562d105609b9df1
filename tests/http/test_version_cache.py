"""Values of versions: built once, who waits for them, and which are kept."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import begin

from gfmdkg.errors import Busy
from gfmdkg.http.cache import VersionCache
from gfmdkg.store.versions import Origin, Version

CALLER: ContextVar[str] = ContextVar("CALLER", default="nobody")


def version(number: int) -> Version:
    return Version(
        number=number,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        content_hash="",
        sources_hash="",
        origin=Origin.EMPTY,
        parent=None,
        quads=0,
        default_graph="union",
        message="",
        folder=Path(str(number)),
    )


class Workshop:
    """Builds ``v1`` of version 1; a version in ``held`` waits until it is released."""

    def __init__(self, *held: int) -> None:
        self.built: list[int] = []
        self.closed: list[str] = []
        self.callers: list[str] = []
        self._held = {number: asyncio.Event() for number in held}

    def release(self, number: int) -> None:
        self._held[number].set()

    async def build(self, of: Version) -> str:
        self.built.append(of.number)
        self.callers.append(CALLER.get())
        if of.number in self._held:
            await self._held[of.number].wait()
        if of.number == 13:
            raise PermissionError("thirteen")
        return f"v{of.number}"

    def cache(self, **options: Any) -> VersionCache[str]:
        return VersionCache(self.build, what="the value", let_go=self.closed.append, **options)


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def within_time() -> None:
        await asyncio.wait_for(work(), 10)

    asyncio.run(within_time())


def test_many_ask_and_it_is_built_once_whoever_leaves() -> None:
    async def work() -> None:
        shop = Workshop(1)
        cache = shop.cache()
        CALLER.set("the first")
        leaving, staying = [await begin(cache.exactly(version(1))) for _ in range(2)]
        leaving.cancel()
        await asyncio.wait({leaving})
        shop.release(1)
        assert await staying == "v1" == await cache.exactly(version(1))
        assert shop.built == [1]
        assert shop.callers == ["nobody"]

    run(work)


def test_newest_stays_and_the_one_used_last_beside_it() -> None:
    async def work() -> None:
        shop = Workshop()
        cache = shop.cache()
        for number in (3, 1, 2, 1, 3, 1):
            assert await cache.exactly(version(number)) == f"v{number}"
        assert shop.built == [3, 1, 2, 1]
        assert shop.closed == ["v1", "v2"]
        await cache.close()
        assert sorted(shop.closed) == ["v1", "v1", "v2", "v3"]

    run(work)


def test_what_failed_is_told_and_tried_again() -> None:
    async def work() -> None:
        shop = Workshop()
        cache = shop.cache()
        for _ in range(2):
            with pytest.raises(PermissionError, match="thirteen"):
                await cache.exactly(version(13))
        assert shop.built == [13, 13]
        assert await cache.exactly(version(14)) == "v14"

    run(work)


def test_former_version_serves_while_the_new_one_is_built() -> None:
    async def work() -> None:
        shop = Workshop(2)
        cache = shop.cache(wait_seconds=0.05)
        await cache.exactly(version(1))
        during, value = await cache.find(version(2), or_former=True)
        assert (during.number, value) == (1, "v1")
        for ask in (cache.exactly(version(2)), cache.find(version(2), or_former=False)):
            with pytest.raises(Busy, match="the value of version 2 is still being built"):
                await ask
        shop.release(2)
        after, value = await cache.find(version(2), or_former=False)
        assert (after.number, value) == (2, "v2")

    run(work)


def test_one_that_is_soon_there_is_waited_for() -> None:
    async def work() -> None:
        shop = Workshop(2)
        cache = shop.cache(patience_seconds=5)
        await cache.exactly(version(1))
        asyncio.get_running_loop().call_later(0.01, shop.release, 2)
        assert (await cache.find(version(2), or_former=True))[1] == "v2"

    run(work)


def test_former_version_that_is_not_kept_is_looked_for() -> None:
    async def work() -> None:
        shop = Workshop(7)
        cache = shop.cache(former=lambda of: version(of.number - 2))
        found, value = await cache.find(version(7), or_former=True)
        assert (found.number, value) == (5, "v5")
        await cache.close()
        assert shop.closed == ["v5"]

    run(work)
