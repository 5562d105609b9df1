"""Lists and first pages are made ready before anybody asks, behind those who do ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.sites import settings_for
from tests.waiting import until

from gfmdkg.app.warming import Warming
from gfmdkg.engine.pool import QueryRequest
from gfmdkg.engine.supervisor import Lane
from gfmdkg.errors import QueryTimeout
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.service import Service
from gfmdkg.lists.definitions import GROUPS
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.paths import shipped_content
from gfmdkg.queries import CannedQuery, Catalog
from gfmdkg.queries.routes import bind_query
from gfmdkg.search.routes import search_indexes

CATALOG = Catalog.load(shipped_content().queries)
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@asynccontextmanager
async def serving(
    store: Path, *, delay_seconds: float = 0.0, **changes: Any
) -> AsyncIterator[tuple[Service, Warming, ListIndexes]]:
    service = Service(
        settings_for(store, **{"engines": 2, **changes}), content=shipped_content(), roles={}
    )
    lists = ListIndexes(search_indexes(service.versions, wait_seconds=20), wait_seconds=20)
    warming = Warming(service, CATALOG, lists, delay_seconds=delay_seconds)
    service.follower = warming.warm
    await service.start()
    try:
        yield service, warming, lists
    finally:
        await warming.close()
        await lists.close()
        await service.close()


async def asked_anew(service: Service, number: int) -> int:
    """How often the engine is asked for the first pages of all queries, one after the other."""
    before, version = service.pool.stats().ended["answered"], service.versions.get(number)
    for query in CATALOG:
        if not needs_value(query.name):
            bound = await bind_query(service, query, {}, version)
            await bound.page(Parameters(()).paging(service.settings))
    return service.pool.stats().ended["answered"] - before


def needs_value(name: str) -> bool:
    return any(p.required for p in CATALOG[name].parameters.values())


def test_every_list_and_query_without_required_parameters_is_ready(harbour_store: Path) -> None:
    async def run() -> None:
        async with serving(harbour_store) as (service, warming, lists):
            await warming.finish()
            version = await service.version()
            assert all(lists[group[0].name].start(version).done() for group in GROUPS)
            assert await asked_anew(service, version.number) == 0
            assert await asked_anew(service, 1) > 20

    asyncio.run(run())


@pytest.mark.parametrize(
    "changes", [{"warm_queries": False}, {"engines": 1}, {"cache_limit_bytes": 0}]
)
def test_nothing_is_asked_where_it_is_off_or_would_be_in_the_way(
    harbour_store: Path, changes: dict[str, Any]
) -> None:
    async def run() -> None:
        async with serving(harbour_store, **changes) as (service, warming, _):
            await warming.finish()
            assert service.pool.stats().ended["answered"] == 0

    asyncio.run(run())


def test_end_of_the_service_stops_it(harbour_store: Path) -> None:
    async def run() -> None:
        async with serving(harbour_store, delay_seconds=60) as (service, warming, _):
            await warming.close()
            await warming.finish()
            assert service.pool.stats().ended["answered"] == 0

    asyncio.run(run())


def test_newer_version_takes_the_place_of_the_one_before(harbour_store: Path) -> None:
    async def run() -> None:
        async with serving(harbour_store, delay_seconds=0.05) as (service, warming, _):
            warming.warm(service.versions.get(1))
            warming.warm(service.versions.get(2))
            await warming.finish()
            assert await asked_anew(service, 2) == 0
            assert await asked_anew(service, 1) > 20

    asyncio.run(run())


def test_client_that_waits_gets_the_worker(
    harbour_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both workers are busy, one with a client's query, one with ours; a client comes."""

    async def run() -> None:
        # Our queries shall last: the names are bound, the engine never ends.
        monkeypatch.setattr(CannedQuery, "paged", lambda *_, **__: ENDLESS)
        async with serving(harbour_store) as (service, _, __):
            version = await service.version()
            await until(lambda: service.pool.stats().running[Lane.CANNED], "ours has begun")
            slow = QueryRequest(
                text=ENDLESS, version=version, lane=Lane.ADHOC, time_limit_seconds=3
            )
            theirs = asyncio.create_task(service.pool.query(slow))
            await until(lambda: service.pool.stats().running[Lane.ADHOC], "theirs has begun")
            began = asyncio.get_running_loop().time()
            await service.answer("ASK {}", version=version)
            assert asyncio.get_running_loop().time() - began < 1.5
            theirs.cancel()
            await asyncio.gather(theirs, return_exceptions=True)

    asyncio.run(run())


def test_query_that_does_not_end_in_time_holds_up_no_other(
    harbour_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        asked: list[str] = []

        async def fail(text: str, **_: object) -> None:
            asked.append(text)
            raise QueryTimeout(1.0)

        async with serving(harbour_store, delay_seconds=0.05) as (service, warming, _):
            monkeypatch.setattr(service, "answer", fail)
            await warming.finish()
        assert len(asked) == len(set(asked)) > 20

    asyncio.run(run())
