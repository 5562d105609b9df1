"""Queries that never end, and what the others notice of them."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
import uvloop

from gfmdkg.engine.pool import EnginePool, QueryRequest
from gfmdkg.engine.supervisor import Lane
from gfmdkg.errors import AnswerTooLarge, EngineFailure, GfmdkgError, QueryTimeout
from gfmdkg.store.versions import Version

OpenPool = Callable[..., AbstractAsyncContextManager[EnginePool]]

LIMIT_SECONDS = 0.4
_CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
_NEVER = "FILTER(STRLEN(STR(?a)) + STRLEN(STR(?d)) + STRLEN(STR(?g)) + STRLEN(STR(?j)) < 0)"
_NUMBERS = " ".join(map(str, range(200)))
_VALUES = " ".join(f"VALUES ?v{i} {{ {_NUMBERS} }}" for i in range(5))

RUNAWAYS = {
    "cartesian-order": f"SELECT * {{ {_CROSS} }} ORDER BY ?a ?f",
    "cartesian-count": f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }}",
    "cartesian-stream": f"SELECT * {{ {_CROSS} }}",
    "ask-impossible": f"ASK {{ {_CROSS} {_NEVER} }}",
    "construct-impossible": f"CONSTRUCT {{ ?a ?b ?c }} WHERE {{ {_CROSS} {_NEVER} }}",
    "path-closure": (
        "SELECT (COUNT(*) AS ?n) { ?s (<http://e/x>|!<http://e/x>)* ?o ."
        " ?o (<http://e/x>|!<http://e/x>)* ?t . ?t (<http://e/x>|!<http://e/x>)* ?u }"
    ),
    "values-count": f"SELECT (COUNT(*) AS ?n) {{ {_VALUES} }}",
    "values-filter": f"SELECT * {{ {_VALUES} FILTER(?v0 + ?v1 + ?v2 + ?v3 + ?v4 < 0) }}",
    "plan": "SELECT * {" + " ".join(f"?s{i} ?p{i} ?o{i} ." for i in range(300)) + "}",
}
TOO_LARGE = {"cartesian-stream"}


async def _run_away(pool: EnginePool, name: str, version: Version) -> tuple[GfmdkgError, float]:
    request = QueryRequest(text=RUNAWAYS[name], version=version, answer_limit_bytes=1 << 18)
    begun = time.perf_counter()
    with pytest.raises(GfmdkgError) as caught:
        await pool.query(request)
    return caught.value, time.perf_counter() - begun


async def _canary(pool: EnginePool, version: Version, seconds: list[float]) -> None:
    text = "SELECT * { <http://e/r5> ?p ?o }"
    while True:
        begun = time.perf_counter()
        answer = await pool.query(QueryRequest(text=text, version=version, lane=Lane.CANNED))
        assert answer.rows == 10
        seconds.append(time.perf_counter() - begun)
        await asyncio.sleep(0.005)  # noqa: TID251 - the load: some hundred questions a second


def test_every_runaway_ends_at_its_limit_while_others_are_answered(
    open_pool: OpenPool, version: Version
) -> None:
    seconds: list[float] = []

    async def scenario() -> None:
        settings = {"engines": 2, "engines_reserved": 1}
        async with open_pool(**settings, query_timeout_seconds=LIMIT_SECONDS) as pool:
            canary = asyncio.create_task(_canary(pool, version, seconds))
            for name in RUNAWAYS:
                error, took = await _run_away(pool, name, version)
                assert took < LIMIT_SECONDS + 0.2, name
                assert isinstance(error, AnswerTooLarge if name in TOO_LARGE else QueryTimeout), (
                    name
                )
            assert not canary.done()
            canary.cancel()
            await asyncio.gather(canary, return_exceptions=True)

    uvloop.run(scenario())
    seconds.sort()
    assert len(seconds) > 100
    assert seconds[len(seconds) // 2] < 0.02
    assert seconds[int(len(seconds) * 0.99)] < 0.1


def _repeat_kills(times: int, pool_of: OpenPool, version: Version) -> None:
    async def scenario() -> None:
        async with pool_of(query_timeout_seconds=0.05, query_queue=1000) as pool:
            names = [name for name in RUNAWAYS if name not in TOO_LARGE]
            for count in range(times):
                error, _ = await _run_away(pool, names[count % len(names)], version)
                assert isinstance(error, QueryTimeout | EngineFailure)
            assert pool.stats().ended["timeouts"] == times

    asyncio.run(scenario())


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count


def test_nothing_is_left_after_many_kills(
    open_pool: OpenPool, version: Version, count_children: Callable[[], int]
) -> None:
    _repeat_kills(1, open_pool, version)
    before = _open_files()
    _repeat_kills(10, open_pool, version)
    assert _open_files() == before
    assert count_children() == 0


@pytest.mark.soak
def test_nothing_is_left_after_hundreds_of_kills(
    open_pool: OpenPool, version: Version, count_children: Callable[[], int]
) -> None:
    _repeat_kills(1, open_pool, version)
    before = _open_files()
    for _ in range(10):
        _repeat_kills(50, open_pool, version)
        assert _open_files() == before
        assert count_children() == 0
