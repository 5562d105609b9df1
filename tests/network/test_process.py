"""The processes that work networks out for a front: limits, queue, and the end."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.network.conftest import HERE, edges_of

from gfmdkg.engine.frames import Frame
from gfmdkg.errors import Busy, NotFound, QueryTimeout
from gfmdkg.network import KINDS, NetworkProcesses, NetworkRequest, worker
from gfmdkg.network import process as process_module
from gfmdkg.settings import Settings
from gfmdkg.store.rdf_store import OxigraphStore

REQUEST = NetworkRequest(kind="cocitation")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lagoon")
    store = OxigraphStore.open(folder)
    store.load((HERE / "lagoon.ttl").read_bytes(), media_type="text/turtle", graph="")
    store.flush()
    store.close()
    return folder


@asynccontextmanager
async def processes(**settings: Any) -> AsyncIterator[NetworkProcesses]:
    found = NetworkProcesses(Settings(**settings))
    try:
        yield found
    finally:
        await found.close()


def run(work: Callable[[], Any]) -> None:
    asyncio.run(work())


def test_an_answer_comes_from_a_process_and_the_next_from_the_same(database: Path) -> None:
    async def work() -> None:
        async with processes() as found:
            document = json.loads(await found.answer(REQUEST, store=database))
            assert len(edges_of(document)) == 3
            (first,) = found.idle
            await found.answer(NetworkRequest(kind="similarity"), store=database)
            assert found.idle == (first,)
        assert not found.idle

    run(work)


def test_what_is_asked_arrives_as_it_was(database: Path) -> None:
    request = NetworkRequest(
        kind="session-instrument",
        items=frozenset({"https://w3id.org/gfmdkg/id/passage/lagoon-1/p1"}),
        limit=5,
        members={"version": "3"},
    )

    async def work() -> None:
        async with processes() as found:
            document = json.loads(await found.answer(request, store=database))
            assert sorted(edges_of(document).values()) == [1, 1]
            assert document["version"] == "3"
            nothing = NetworkRequest(kind="cocitation", items=frozenset())
            assert json.loads(await found.answer(nothing, store=database))["nodes"] == []

    run(work)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_packs_and_unpacks(kind: str) -> None:
    request = NetworkRequest(kind=kind, edge=("urn:a", "urn:b"), items=frozenset({"urn:p"}))
    folder, unpacked = NetworkRequest.unpack(*request.pack(Path("/somewhere")))
    assert (folder, unpacked) == (Path("/somewhere"), request)


def test_an_error_comes_through(database: Path) -> None:
    async def work() -> None:
        async with processes() as found:
            with pytest.raises(NotFound):
                await found.answer(NetworkRequest(kind="friendship"), store=database)

    run(work)


def test_work_over_its_limit_is_killed_and_the_next_gets_a_new_process(database: Path) -> None:
    async def work() -> None:
        async with processes() as found:
            await found.answer(REQUEST, store=database)
            (first,) = found.idle
        async with processes(network_timeout_seconds=0.01) as found:
            began = time.monotonic()
            # Starting is no part of the limit; a hundredth of a second is over before networkx
            # has worked out anything.
            with pytest.raises(QueryTimeout):
                await found.answer(REQUEST, store=database)
            assert time.monotonic() - began < 10
            assert found.idle == ()
        assert not first.is_usable

    run(work)


def test_those_who_wait_too_long_or_are_too_many_are_sent_away(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_module, "_PROCESSES", 1)
    monkeypatch.setattr(process_module, "_MOST_WAITING", 1)

    async def work() -> None:
        async with processes(query_queue_seconds=0.05) as found:
            first = asyncio.create_task(found.answer(REQUEST, store=database))
            second = asyncio.create_task(found.answer(REQUEST, store=database))
            await asyncio.sleep(0)
            with pytest.raises(Busy, match="networks are busy"):
                await found.answer(REQUEST, store=database)
            # Starting a process takes longer than the second is ready to wait.
            with pytest.raises(Busy):
                await second
            assert json.loads(await first)["kind"] == "cocitation"

    run(work)


def test_who_goes_away_takes_the_process_along(database: Path) -> None:
    async def work() -> None:
        async with processes() as found:
            await found.answer(REQUEST, store=database)
            task = asyncio.create_task(found.answer(REQUEST, store=database))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert found.idle == ()
            assert await found.answer(REQUEST, store=database)

    run(work)


def test_the_end_waits_for_those_at_work(database: Path) -> None:
    async def work() -> None:
        async with processes() as found:
            await found.answer(REQUEST, store=database)
            task = asyncio.create_task(found.answer(REQUEST, store=database))
            await asyncio.sleep(0)
        assert json.loads(await task)["kind"] == "cocitation"
        assert found.idle == ()

    run(work)


def test_a_process_that_grew_too_large_retires(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_largest_bytes", lambda: 300)
    options = {"memory_limit_bytes": 1000}
    head, body = REQUEST.pack(database)
    reply = worker.create_handler(options)(Frame(head=head, body=body))
    assert reply.retires
    monkeypatch.setattr(worker, "_largest_bytes", lambda: 200)
    assert not worker.create_handler(options)(Frame(head=head, body=body)).retires


def test_a_process_keeps_the_stores_of_two_versions(database: Path, tmp_path: Path) -> None:
    others = [tmp_path / "one", tmp_path / "other"]
    for folder in others:
        OxigraphStore.open(folder).close()
    handle = worker.create_handler({"memory_limit_bytes": 1 << 40})
    for folder, edges in ((database, 3), (others[0], 0), (others[1], 0), (database, 3)):
        head, body = REQUEST.pack(folder)
        assert len(json.loads(handle(Frame(head=head, body=body)).body)["edges"]) == edges
