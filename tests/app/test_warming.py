"""Lists and first pages are made ready before anybody asks, behind those who do ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.sites import settings_for

from gfmdkg.app.warming import Warming
from gfmdkg.engine.pool import QueryRequest
from gfmdkg.engine.supervisor import Lane
from gfmdkg.errors import QueryTimeout
from gfmdkg.http.parameters import Parameters
from gfmdkg.http.service import Service
from gfmdkg.lists.definitions import GROUPS
from gfmdkg.lists.indexes import ListIndexes
from gfmdkg.paths import shipped_content
from gfmdkg.queries import Catalog
from gfmdkg.queries.routes import Question, bind_query
from gfmdkg.search.routes import search_indexes

CATALOG = Catalog.load(shipped_content().queries)
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@asynccontextmanager
async def serving(
    store: Path, *, delay_seconds: float = 0.0, **changes: Any
) -> AsyncIterator[tuple[Service, Warming, ListIndexes]]:
    service = Service(
        settings_for(store, **{"query_workers": 2, **changes}), content=shipped_content(), roles={}
    )
    lists = ListIndexes(search_indexes(service.versions, wait_seconds=20), wait_seconds=20)
    warming = Warming(service, CATALOG, lists, delay_seconds=delay_seconds)
    service.follow(warming.warm)
    await service.start()
    try:
        yield service, warming, lists
    finally:
        await warming.close()
        await lists.close()
        await service.close()


async def known(service: Service) -> set[str]:
    """The queries whose first page is in memory."""
    version = await service.version()
    paging = Parameters(()).paging(service.settings)
    names = set()
    for query in CATALOG:
        if not needs_value(query.name):
            bound = await bind_query(service, query, {}, version)
            if service.cache.get(bound.question_of(paging)) is not None:
                names.add(query.name)
    return names


def needs_value(name: str) -> bool:
    return any(p.required for p in CATALOG[name].parameters.values())


def test_every_list_and_query_without_required_parameters_is_ready(harbour_store: Path) -> None:
    async def run() -> None:
        async with serving(harbour_store) as (service, warming, lists):
            await warming.finish()
            version = await service.version()
            assert all(lists[group[0].name].start(version).done() for group in GROUPS)
            ready = await known(service)
            assert ready == {n for n in CATALOG.queries if not needs_value(n)}
            assert len(ready) > 20
            before = service.pool.stats().answered_total
            paging = Parameters(()).paging(service.settings)
            for name in ready:
                bound = await bind_query(service, CATALOG[name], {}, version)
                await bound.page(paging)
            assert service.pool.stats().answered_total == before

    asyncio.run(run())


@pytest.mark.parametrize(
    "changes", [{"warm_queries": False}, {"query_workers": 1}, {"cache_limit_bytes": 0}]
)
def test_nothing_is_asked_where_it_is_off_or_would_be_in_the_way(
    harbour_store: Path, changes: dict[str, Any]
) -> None:
    async def run() -> None:
        async with serving(harbour_store, **changes) as (service, warming, _):
            await warming.finish()
            await asyncio.sleep(0.1)
            assert service.pool.stats().answered_total == 0

    asyncio.run(run())


def test_end_of_the_service_stops_it(harbour_store: Path) -> None:
    async def run() -> None:
        async with serving(harbour_store, delay_seconds=60) as (service, warming, _):
            await warming.close()
            await warming.finish()
            assert service.pool.stats().answered_total == 0

    asyncio.run(run())


def test_newer_version_takes_the_place_of_the_one_before(harbour_store: Path) -> None:
    async def run() -> None:
        async with serving(harbour_store, delay_seconds=0.05) as (service, warming, _):
            warming.warm(service.versions.get(1))
            warming.warm(service.versions.get(2))
            await warming.finish()
            questions = [key for key in service.cache if isinstance(key, Question)]
            assert {question.version for question in questions} == {2}

    asyncio.run(run())


def test_client_that_waits_gets_the_worker(
    harbour_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both workers are busy, one with a client's query, one with ours; a client comes."""

    async def run() -> None:
        async with serving(harbour_store, delay_seconds=60) as (service, warming, _):
            query, version = CATALOG["topics"], await service.version()
            await service.terms(version)
            # Our query shall last: the name is bound, the engine never ends.
            monkeypatch.setattr(type(query), "paged", lambda *_, **__: ENDLESS)
            ours = asyncio.create_task(warming._ask(query, version))
            while not service.pool.stats().running[Lane.CANNED]:
                await asyncio.sleep(0.01)
            slow = QueryRequest(
                text=ENDLESS, version=version, lane=Lane.CANNED, time_limit_seconds=3
            )
            theirs = asyncio.create_task(service.pool.query(slow))
            await asyncio.sleep(0.05)
            assert not ours.done()
            began = asyncio.get_running_loop().time()
            await service.answer("ASK {}", version=version)
            assert asyncio.get_running_loop().time() - began < 1.5
            assert await ours is False
            theirs.cancel()
            await asyncio.gather(theirs, return_exceptions=True)

    asyncio.run(run())


def test_query_that_does_not_end_in_time_holds_up_no_other(
    harbour_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with serving(harbour_store, delay_seconds=60) as (service, warming, _):
            query, version = CATALOG["topics"], await service.version()
            await service.terms(version)

            async def fail(*_: object, **__: object) -> None:
                raise QueryTimeout(1.0)

            monkeypatch.setattr(service, "answer", fail)
            assert await warming._ask(query, version) is True

    asyncio.run(run())
