"""What a caller of the pool may rely on, with real processes on a real store."""

import asyncio
import io
import os
import shutil
import signal
import sysconfig
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.engine.conftest import TRIPLES, children, publish
from tests.listener import Listener
from tests.waiting import begin, until

from gfmdkg.engine import server
from gfmdkg.engine.answers import read_body
from gfmdkg.engine.pool import EnginePool, QueryRequest
from gfmdkg.engine.server import engine_program
from gfmdkg.engine.supervisor import Lane
from gfmdkg.errors import (
    AnswerTooLarge,
    Busy,
    EngineFailure,
    NotAcceptable,
    QueryRejected,
    QueryTimeout,
    StoreError,
)
from gfmdkg.namespaces import BASE
from gfmdkg.rdf.media import RESULTS_FORMATS, AnswerFormats, AnswerKind, Dataset
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore

OpenPool = Callable[..., AbstractAsyncContextManager[EnginePool]]
FindBusy = Callable[[], Awaitable[list[int]]]

POINT = "SELECT * { <http://e/r5> ?p ?o } ORDER BY ?p"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c ?a"


def _direct(version: Version, text: str, formats: AnswerFormats) -> bytes:
    output = io.BytesIO()
    store = OxigraphStore.open_read_only(version.database)
    store.query(text, formats=formats, output=output)
    store.close()
    return output.getvalue()


async def _until_idle(pool: EnginePool, number: int) -> None:
    await until(lambda: pool.stats().idle >= number, f"idle engines: {number}")


def test_answers_equal_those_of_the_store_in_all_sizes(
    runner: asyncio.Runner, open_pool: OpenPool, version: Version
) -> None:
    formats = AnswerFormats(graph="application/n-triples")
    everything = "SELECT * { ?s ?p ?o . ?o ?q ?r }"
    graph = "CONSTRUCT { ?s ?p ?r } WHERE { ?s ?p ?o . ?o ?q ?r }"

    async def scenario() -> None:
        async with open_pool() as pool:
            for text in (POINT, "ASK { ?s ?p ?o }", everything, graph):
                answer = await pool.query(QueryRequest(text=text, version=version, formats=formats))
                is_large = answer.size_bytes > 256 * 1024
                is_file = not isinstance(answer.body, bytes)
                assert is_file == is_large == (text in {everything, graph})
                size = answer.size_bytes
                assert await read_body(answer) == (direct := _direct(version, text, formats))
                assert size == len(direct)
                assert 0 < answer.engine_seconds < 5
                assert 0 <= answer.queue_seconds < 1

    runner.run(scenario())


def test_answer_tells_kind_media_type_and_rows(open_pool: OpenPool, version: Version) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            formats = AnswerFormats(results="text/csv", graph="text/turtle")
            rows = await pool.query(QueryRequest(text=POINT, version=version, formats=formats))
            assert (rows.kind, rows.media_type, rows.rows) == (AnswerKind.SOLUTIONS, "text/csv", 10)
            graph = await pool.query(QueryRequest(text="DESCRIBE <http://e/r5>", version=version))
            assert (graph.kind, graph.media_type) == (AnswerKind.GRAPH, "text/turtle")
            assert graph.rows is None
            truth = await pool.query(QueryRequest(text="ASK {}", version=version))
            assert (truth.kind, truth.rows) == (AnswerKind.BOOLEAN, None)
            assert pool.stats().ended["answered"] == 3

    asyncio.run(scenario())


def test_errors_keep_their_fields_and_cost_no_worker(
    open_pool: OpenPool, version: Version, tmp_path: Path
) -> None:
    no_results = AnswerFormats(results=None)
    bad_dataset = Dataset(default_graphs=("no iri",))
    asked = [
        QueryRequest(text="SELECT *\nWHERE { ?s ?p }", version=version),
        QueryRequest(text=POINT, version=version, formats=no_results),
        QueryRequest(text=POINT, version=replace(version, folder=tmp_path / "none")),
        QueryRequest(text=POINT, version=version, answer_limit_bytes=100),
        QueryRequest(text=POINT, version=version, dataset=bad_dataset),
        QueryRequest(text="SELECT * { ?s ?p '\ud800' }", version=version),
    ]

    async def scenario() -> None:
        async with open_pool() as pool:
            errors = await asyncio.gather(*map(pool.query, asked), return_exceptions=True)
            syntax, format_, store, large, dataset, surrogate = errors
            assert isinstance(syntax, QueryRejected)
            assert (syntax.line, syntax.column is not None) == (2, True)
            assert isinstance(format_, NotAcceptable)
            assert "text/csv" in format_.offered
            assert isinstance(store, StoreError)
            assert str(tmp_path / "none") in str(store.faults[0])
            assert isinstance(large, AnswerTooLarge)
            assert large.limit_bytes == 100
            assert isinstance(dataset, QueryRejected)
            assert isinstance(surrogate, QueryRejected)
            assert pool.stats().ended["failures"] == 0

    asyncio.run(scenario())


def test_dataset_base_and_prefixes_reach_the_engine(open_pool: OpenPool, tmp_path: Path) -> None:
    triple = f"<{BASE}a> a skos:Concept"
    own = publish(
        VersionStore(tmp_path / "store"),
        lambda store: store.update(f"INSERT DATA {{ GRAPH <http://e/g> {{ {triple} }} }}"),
    )

    async def scenario() -> None:
        async with open_pool() as pool:
            for graph, expected in (("http://e/g", b"true"), ("http://e/h", b"false")):
                dataset = Dataset(default_graphs=(graph,))
                text = "ASK { <a> a skos:Concept }"
                request = QueryRequest(text=text, version=own, dataset=dataset)
                assert expected in await read_body(await pool.query(request))

    asyncio.run(scenario())


def test_place_of_a_fault_is_that_in_the_text_as_it_was_sent(
    open_pool: OpenPool, version: Version
) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            for text in ("SELECT * { ?s a skos: . ?s }", "SELECT * {\n ?s }", "nothing"):
                with pytest.raises(QueryRejected) as expected:
                    _direct(version, text, AnswerFormats())
                with pytest.raises(QueryRejected) as caught:
                    await pool.query(QueryRequest(text=text, version=version))
                assert caught.value.line == expected.value.line
                assert caught.value.column == expected.value.column

    asyncio.run(scenario())


def test_failure_in_mid_answer_is_an_error(open_pool: OpenPool, version: Version) -> None:
    first = "{ SELECT ?x { ?x ?p ?o } }"
    # The engine cannot connect, which it finds out after it has sent what came before.
    text = f"SELECT ?x {{ {first} UNION {{ SERVICE <http://127.0.0.1:9/> {{ ?x a ?z }} }} }}"

    async def scenario() -> None:
        async with open_pool() as pool:
            for media_type in RESULTS_FORMATS:
                formats = AnswerFormats(results=media_type)
                with pytest.raises(EngineFailure, match="broke off"):
                    await pool.query(QueryRequest(text=text, version=version, formats=formats))

    asyncio.run(scenario())


def test_engine_opens_no_connection(
    open_pool: OpenPool, version: Version, listener: Listener
) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            text = f"SELECT * {{ SERVICE <{listener.url}> {{ ?x a ?z }} }}"
            with pytest.raises(EngineFailure):
                await pool.query(QueryRequest(text=text, version=version))
            assert listener.count_callers() == 0

    asyncio.run(scenario())


def test_graphs_in_formats_with_prefixes_have_those_they_use(
    open_pool: OpenPool, version: Version
) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            for count in (1, 20_000):
                text = f"CONSTRUCT {{ ?a a skos:Concept ; ?b ?c }} {{ ?a ?b ?c }} LIMIT {count}"
                answer = await pool.query(QueryRequest(text=text, version=version))
                body = await read_body(answer)
                assert body.startswith(b"@prefix skos:")
                triples = {quad.triple for quad in ox.parse(body, ox.RdfFormat.TURTLE)}
                assert len(triples) == (2 if count == 1 else TRIPLES + TRIPLES // 10)

    asyncio.run(scenario())


def test_query_is_stopped_at_its_limit_and_the_next_one_answers(
    runner: asyncio.Runner, open_pool: OpenPool, version: Version
) -> None:
    async def scenario() -> None:
        async with open_pool(query_timeout_seconds=0.3) as pool:
            for limit, expected in ((None, 0.3), (0.2, 0.2)):
                begun = time.perf_counter()
                with pytest.raises(QueryTimeout) as caught:
                    await pool.query(
                        QueryRequest(text=ENDLESS, version=version, time_limit_seconds=limit)
                    )
                # The loop's clock counts in milliseconds, and may be one of them behind.
                assert expected - 0.002 < time.perf_counter() - begun < expected + 0.2
                assert caught.value.limit_seconds == expected
                answer = await pool.query(QueryRequest(text=POINT, version=version))
                assert answer.rows == 10
            assert pool.stats().ended["timeouts"] == 2

    runner.run(scenario())


def test_killed_worker_costs_its_own_request_only(
    runner: asyncio.Runner, open_pool: OpenPool, version: Version, busy_children: FindBusy
) -> None:
    async def scenario() -> None:
        async with open_pool(engines=2) as pool:
            doomed = asyncio.create_task(pool.query(QueryRequest(text=ENDLESS, version=version)))
            for pid in await busy_children():
                os.kill(pid, signal.SIGKILL)
            answer = await pool.query(QueryRequest(text=POINT, version=version))
            assert answer.rows == 10
            with pytest.raises(EngineFailure, match="killed from outside"):
                await doomed

    runner.run(scenario())


def test_engine_that_dies_idle_costs_no_request(
    open_pool: OpenPool, version: Version, count_children: Callable[[], int]
) -> None:
    others = set(children())

    async def scenario() -> None:
        async with open_pool() as pool:
            await pool.query(QueryRequest(text=POINT, version=version))
            for _ in range(3):
                for pid in set(children()) - others:
                    os.kill(pid, signal.SIGKILL)
                await until(lambda: not pool.stats().idle, "their death is noticed")
                answer = await pool.query(QueryRequest(text=POINT, version=version))
                assert answer.rows == 10
            assert pool.stats().ended["failures"] == 0
        assert count_children() == 0

    asyncio.run(scenario())


def test_spare_is_ready_where_one_is_at_work(open_pool: OpenPool, version: Version) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            for _ in range(2):
                await pool.query(QueryRequest(text=POINT, version=version))
            await _until_idle(pool, 2)
            assert pool.stats().workers == 2

    asyncio.run(scenario())


def test_memory_limit_is_named_and_leaves_room_for_normal_work(
    open_pool: OpenPool, version: Version
) -> None:
    async def scenario() -> None:
        # The least that the settings allow.
        async with open_pool(worker_memory_limit_bytes=256 << 20) as pool:
            assert (await pool.query(QueryRequest(text=POINT, version=version))).rows == 10
            with pytest.raises(EngineFailure, match="memory limit of 256 MiB"):
                await pool.query(QueryRequest(text=GREEDY, version=version))
            assert (await pool.query(QueryRequest(text=POINT, version=version))).rows == 10

    asyncio.run(scenario())


@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_engine_that_grew_is_ended_in_a_while(
    open_pool: OpenPool, version: Version, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    # Private: an engine grows by queries that take seconds, and is ended after seconds of rest.
    monkeypatch.setattr(server, "_SIZE_CHECK_SECONDS", 0.0)
    monkeypatch.setattr(server, "_GROWN_BYTES", -(1 << 30))
    monkeypatch.setattr(server, "_GROWN_SECONDS", seconds)

    async def scenario() -> None:
        async with open_pool() as pool:
            await _until_idle(pool, 2)
            assert (await pool.query(QueryRequest(text=POINT, version=version))).rows == 10
            await until(lambda: pool.stats().workers == 1, "the engine is ended")
            assert (await pool.query(QueryRequest(text=POINT, version=version))).rows == 10
            assert pool.stats().ended["failures"] == 0

    asyncio.run(scenario())


def test_full_queue_turns_requests_away_with_a_time_to_return(
    open_pool: OpenPool, version: Version
) -> None:
    async def scenario() -> None:
        async with open_pool(query_queue=2, query_timeout_seconds=0.2) as pool:
            request = QueryRequest(text=ENDLESS, version=version)
            tasks = [asyncio.create_task(pool.query(request)) for _ in range(4)]
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(o) for o in outcomes] == [QueryTimeout, QueryTimeout, QueryTimeout, Busy]
            assert isinstance(outcomes[3], Busy)
            assert outcomes[3].retry_after_seconds >= 1
            assert pool.stats().ended["busy"] == 1

    asyncio.run(scenario())


def test_nobody_waits_longer_than_the_queue_allows(open_pool: OpenPool, version: Version) -> None:
    async def scenario() -> None:
        async with open_pool(query_queue_seconds=0.1) as pool:
            endless = QueryRequest(text=ENDLESS, version=version, time_limit_seconds=0.5)
            first = await begin(pool.query(endless))
            begun = time.perf_counter()
            with pytest.raises(Busy):
                await pool.query(QueryRequest(text=POINT, version=version))
            assert 0.1 <= time.perf_counter() - begun < 0.3
            with pytest.raises(QueryTimeout):
                await first

    asyncio.run(scenario())


def test_adhoc_queries_leave_reserved_workers_to_canned_ones(
    open_pool: OpenPool, version: Version
) -> None:
    async def scenario() -> None:
        settings = {"engines": 2, "engines_reserved": 1, "query_timeout_seconds": 0.3}
        async with open_pool(**settings) as pool:
            await _until_idle(pool, 2)
            endless = QueryRequest(text=ENDLESS, version=version)
            hogs = [await begin(pool.query(endless)) for _ in range(2)]
            assert pool.stats().running == {Lane.ADHOC: 1, Lane.CANNED: 0}
            canned = QueryRequest(text=POINT, version=version, lane=Lane.CANNED)
            answer = await pool.query(canned)
            assert answer.queue_seconds < 0.1
            assert pool.stats().waiting[Lane.ADHOC] == 1
            for hog in hogs:
                with pytest.raises(QueryTimeout):
                    await hog

    asyncio.run(scenario())


def test_cancelling_ends_the_running_engine_and_leaves_the_queue(
    runner: asyncio.Runner, open_pool: OpenPool, version: Version, busy_children: FindBusy
) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            endless = QueryRequest(text=ENDLESS, version=version)
            running, waiting = [await begin(pool.query(endless)) for _ in range(2)]
            await _until_idle(pool, 1)  # a spare that starts is busy as well
            (pid,) = await busy_children()
            waiting.cancel()
            await asyncio.wait({waiting})
            assert pool.stats().waiting[Lane.ADHOC] == 0
            running.cancel()
            answer = await pool.query(QueryRequest(text=POINT, version=version))
            assert answer.rows == 10
            await until(lambda: not Path(f"/proc/{pid}").exists(), "the engine is gone")
            assert running.cancelled()
            assert waiting.cancelled()
            assert pool.stats().ended["cancelled"] == 2

    runner.run(scenario())


def test_new_version_is_seen_at_once_and_old_ones_stay(open_pool: OpenPool, tmp_path: Path) -> None:
    versions = VersionStore(tmp_path / "store")

    async def scenario() -> None:
        async with open_pool() as pool:
            published: list[Version] = []
            for number in range(1, 6):
                text = f"INSERT DATA {{ <http://e/v> <http://e/n> {number} }}"
                published.append(publish(versions, partial(OxigraphStore.update, text=text)))
                pool.turn_to(published[-1])
                for count, version in enumerate(published, start=1):
                    text = "SELECT ?n { <http://e/v> <http://e/n> ?n }"
                    answer = await pool.query(QueryRequest(text=text, version=version))
                    assert answer.rows == count
                    assert pool.stats().workers <= 2
            shutil.rmtree(published[0].folder)
            with pytest.raises(StoreError):
                await pool.query(QueryRequest(text="ASK {}", version=published[0]))

    asyncio.run(scenario())


def test_engine_that_is_not_installed_is_named(
    open_pool: OpenPool, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    engine_program.cache_clear()

    async def scenario() -> None:
        with pytest.raises(EngineFailure, match="pip install oxigraph"):
            async with open_pool():
                pass

    asyncio.run(scenario())
    engine_program.cache_clear()


def test_closing_finishes_running_requests_and_takes_no_new_ones(
    open_pool: OpenPool, version: Version
) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d <http://e/p1> ?f }"

    async def scenario() -> None:
        async with open_pool() as pool:
            request = QueryRequest(text=slow, version=version)
            tasks = [await begin(pool.query(request)) for _ in range(2)]
            closing = await begin(pool.close())
            with pytest.raises(Busy, match="is ending"):
                await pool.query(QueryRequest(text=POINT, version=version))
            await closing
            assert [task.result().rows for task in tasks] == [1, 1]

    asyncio.run(scenario())


def test_closing_kills_what_does_not_end_in_time(
    open_pool: OpenPool, version: Version, count_children: Callable[[], int]
) -> None:
    async def scenario() -> None:
        async with open_pool(shutdown_seconds=0.2, query_timeout_seconds=60.0) as pool:
            endless = QueryRequest(text=ENDLESS, version=version)
            tasks = [await begin(pool.query(endless)) for _ in range(2)]
            await pool.close()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [EngineFailure, EngineFailure]
        assert count_children() == 0

    asyncio.run(scenario())


def test_answer_tells_when_it_began(open_pool: OpenPool, version: Version) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            answer = await pool.query(QueryRequest(text="SELECT * { ?s ?p ?o }", version=version))
            assert 0 < answer.first_seconds <= answer.engine_seconds
            assert answer.rows == TRIPLES
            await read_body(answer)

    asyncio.run(scenario())
