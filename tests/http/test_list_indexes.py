"""Lists of several versions: who answers while one of them is read."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.http.conftest import publish

from gfmdkg.errors import Busy, StoreError
from gfmdkg.facets import ListIndex
from gfmdkg.http import list_indexes
from gfmdkg.http.list_indexes import ListIndexes
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore

TURTLE = """
@base <https://w3id.org/gfmdkg/id/> .
<instrument/{n}> a <https://w3id.org/gfmdkg/ontology#Instrument> .
"""


@pytest.fixture
def versions(tmp_path: Path) -> VersionStore:
    store = VersionStore(tmp_path / "store")
    for n in (1, 2, 3):
        files = {f"data/{n}.ttl": TURTLE.format(n=n).encode()}
        publish(store, message=str(n), files=files)
    return store


@contextmanager
def slow_reading(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[threading.Event]:
    """Reading of one version goes on only when the event is set."""
    go_on = threading.Event()
    read = ListIndexes._read

    def wait(self: ListIndexes, group: Any, version: Version) -> Mapping[str, ListIndex]:
        if version.number == number:
            go_on.wait(10)
        return read(self, group, version)

    monkeypatch.setattr(ListIndexes, "_read", wait)
    monkeypatch.setattr(list_indexes, "_PATIENCE_SECONDS", 0.05)
    try:
        yield go_on
    finally:
        go_on.set()


@asynccontextmanager
async def opened(*, wait_seconds: float = 5) -> Any:
    lists = ListIndexes(wait_seconds=wait_seconds)
    try:
        yield lists
    finally:
        await lists.close()


def run(work: Callable[[], Any]) -> Any:
    return asyncio.run(work())


def test_former_version_answers_while_the_new_one_is_read(
    versions: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with slow_reading(monkeypatch, 2) as go_on:

        async def work() -> tuple[int, int, int]:
            async with opened() as lists:
                await lists.newest("instruments", versions.get(1))
                during = await lists.newest("instruments", versions.get(2))
                lists._wait_seconds = 0.1
                with pytest.raises(Busy, match="instruments in version 2 is still being read"):
                    await lists.exactly("instruments", versions.get(2))
                go_on.set()
                lists._wait_seconds = 20
                after = await lists.exactly("instruments", versions.get(2))
                return during.version.number, after.version.number, len(after.index.items)

        assert run(work) == (1, 2, 2)


def test_first_version_has_to_be_waited_for(
    versions: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with slow_reading(monkeypatch, 1) as go_on:

        async def work() -> int:
            async with opened(wait_seconds=0.1) as lists:
                with pytest.raises(Busy):
                    await lists.newest("instruments", versions.get(1))
                go_on.set()
                lists._wait_seconds = 20
                found = await lists.exactly("instruments", versions.get(1))
                return len(found.index.items)

        assert run(work) == 1


def test_current_version_stays_whatever_else_is_asked_for(
    versions: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_indexes, "_WARMING_DELAY_SECONDS", 0)

    async def work() -> None:
        async with opened() as lists:
            lists.warm(versions.get(3))
            first = await lists.exactly("instruments", versions.get(3))
            for number in (1, 2, 1):
                found = await lists.exactly("instruments", versions.get(number))
                assert len(found.index.items) == number
            again = await lists.exactly("instruments", versions.get(3))
            assert again.index is first.index
            assert list(lists._readings) == [1, 3]

    run(work)


def test_many_ask_and_it_is_read_once(
    versions: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    original = ListIndexes._read

    def count(self: ListIndexes, group: Any, version: Version) -> Mapping[str, ListIndex]:
        read.append(group[0].name)
        return original(self, group, version)

    monkeypatch.setattr(ListIndexes, "_read", count)

    async def work() -> None:
        async with opened() as lists:
            names = ["passages", "recommendations", "passages", "topics"]
            await asyncio.gather(*(lists.exactly(n, versions.get(3)) for n in names))

    run(work)
    assert sorted(read) == ["recommendations", "topics"]


def test_store_that_cannot_be_opened_is_told_and_tried_again(
    versions: VersionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise StoreError("no", [])

    async def work() -> int:
        async with opened() as lists:
            with monkeypatch.context() as patch:
                patch.setattr(OxigraphStore, "open_read_only", refuse)
                with pytest.raises(StoreError):
                    await lists.exactly("topics", versions.get(1))
            return len((await lists.exactly("instruments", versions.get(1))).index.items)

    assert run(work) == 1
