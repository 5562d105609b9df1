"""A small real store, and pools of real worker processes."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop
from tests.waiting import until

from gfmdkg.engine.pool import EnginePool
from gfmdkg.settings import Settings
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Origin, Version, VersionStore

TRIPLES = 3000


def publish(versions: VersionStore, fill: Callable[[OxigraphStore], None]) -> Version:
    """A new version with what ``fill`` adds to the one before."""
    with versions.writing() as draft:
        fill(draft.store)
        return draft.publish(
            message="", origin=Origin.UPDATE, sources_hash="", default_graph="strict"
        )


@pytest.fixture(scope="session")
def version(tmp_path_factory: pytest.TempPathFactory) -> Version:
    lines = (
        f'<http://e/r{i // 10}> <http://e/p{i % 10}> "text {i}, with {{}} and \\"quotes\\"\\n"@en .'
        if i % 3 == 0
        else f"<http://e/r{i // 10}> <http://e/p{i % 10}> <http://e/r{i * 7 % 300}> ."
        for i in range(TRIPLES)
    )
    document = "\n".join(lines).encode()
    versions = VersionStore(tmp_path_factory.mktemp("engine"))
    return publish(versions, lambda store: store.load(document, media_type="application/n-triples"))


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    """A runner of coroutines on each of the two event loops."""
    with asyncio.Runner(loop_factory=request.param) as loop:
        yield loop


OpenPool = Callable[..., AbstractAsyncContextManager[EnginePool]]


@pytest.fixture
def open_pool(tmp_path: Path, version: Version) -> OpenPool:
    """``async with open_pool(engines=2) as pool``; any setting may be given."""

    @asynccontextmanager
    async def open_one(**values: Any) -> AsyncIterator[EnginePool]:
        settings: dict[str, Any] = {
            "store": tmp_path,
            "engines": 1,
            "engines_reserved": 0,
            "query_timeout_seconds": 5.0,
            "shutdown_seconds": 2.0,
        }
        pool = EnginePool(Settings(**(settings | values)))
        await pool.start(version)
        try:
            yield pool
        finally:
            await pool.close()

    return open_one


def children() -> list[int]:
    """The processes that this one started and that the system still knows."""
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return [int(number) for number in path.read_text().split()]


@pytest.fixture
def count_children() -> Callable[[], int]:
    """Counts the processes that were started since; other tests may have some that stay."""
    others = set(children())
    return lambda: len(set(children()) - others)


@pytest.fixture
def busy_children() -> Callable[[], Awaitable[list[int]]]:
    """Waits until a child process works hard, and gives the numbers of those that do."""

    async def find() -> list[int]:
        before = {pid: _ticks(pid) for pid in children()}

        def busy() -> list[int]:
            return [p for p in children() if p in before and _ticks(p) - before[p] >= 4]

        return await until(busy, "a worker is at work")

    return find


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
