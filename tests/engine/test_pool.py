"""What a caller of the pool may rely on, with real processes on a real store."""

import asyncio
import io
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from gfmdkg.engine.pool import WorkerPool
from gfmdkg.engine.request import EngineAnswer, Lane, QueryRequest
from gfmdkg.errors import (
    AnswerTooLarge,
    Busy,
    EngineFailure,
    NotAcceptable,
    QueryRejected,
    QueryTimeout,
    StoreError,
)
from gfmdkg.settings import Settings
from gfmdkg.store.answers import AnswerFormats, AnswerKind, Dataset
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Origin, VersionStore

OpenPool = Callable[..., AbstractAsyncContextManager[WorkerPool]]
FindBusy = Callable[[], Awaitable[list[int]]]

POINT = "SELECT * { <http://e/r5> ?p ?o } ORDER BY ?p"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GREEDY = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c ?a"


async def _slurp(answer: EngineAnswer) -> bytes:
    if answer.file is None:
        assert answer.body is not None
        return answer.body
    with answer.file:
        return b"".join([chunk async for chunk in answer.file.chunks(100_000)])


def _direct(database: Path, text: str, formats: AnswerFormats) -> bytes:
    output = io.BytesIO()
    store = OxigraphStore.open_read_only(database)
    store.query(text, formats=formats, output=output)
    store.close()
    return output.getvalue()


def test_answers_equal_those_of_the_store_in_all_sizes(
    runner: asyncio.Runner, open_pool: OpenPool, database: Path
) -> None:
    formats = AnswerFormats(graph="application/n-triples")
    everything = "SELECT * { ?s ?p ?o . ?o ?q ?r }"
    graph = "CONSTRUCT { ?s ?p ?r } WHERE { ?s ?p ?o . ?o ?q ?r }"

    async def scenario() -> None:
        async with open_pool() as pool:
            for text in (POINT, "ASK { ?s ?p ?o }", everything, graph):
                answer = await pool.query(QueryRequest(text=text, store=database, formats=formats))
                is_large = answer.size_bytes > 256 * 1024
                assert (answer.file is not None) == is_large == (text in {everything, graph})
                size = answer.size_bytes
                assert await _slurp(answer) == (direct := _direct(database, text, formats))
                assert size == len(direct)
                assert 0 < answer.engine_seconds < 5
                assert 0 <= answer.queue_seconds < 1

    runner.run(scenario())


def test_answer_tells_kind_media_type_and_rows(open_pool: OpenPool, database: Path) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            formats = AnswerFormats(results="text/csv", graph="text/turtle")
            rows = await pool.query(QueryRequest(text=POINT, store=database, formats=formats))
            assert (rows.kind, rows.media_type, rows.rows) == (AnswerKind.SOLUTIONS, "text/csv", 10)
            graph = await pool.query(QueryRequest(text="DESCRIBE <http://e/r5>", store=database))
            assert (graph.kind, graph.media_type) == (AnswerKind.GRAPH, "text/turtle")
            assert graph.rows is None
            truth = await pool.query(QueryRequest(text="ASK {}", store=database))
            assert (truth.kind, truth.rows) == (AnswerKind.BOOLEAN, None)
            assert pool.stats().answered_total == 3

    asyncio.run(scenario())


def test_errors_keep_their_fields_and_cost_no_worker(
    open_pool: OpenPool, database: Path, tmp_path: Path
) -> None:
    no_results = AnswerFormats(results=None)
    bad_dataset = Dataset(default_graphs=("no iri",))
    asked = [
        QueryRequest(text="SELECT *\nWHERE { ?s ?p }", store=database),
        QueryRequest(text=POINT, store=database, formats=no_results),
        QueryRequest(text=POINT, store=tmp_path / "none"),
        QueryRequest(text=POINT, store=database, answer_limit_bytes=100),
        QueryRequest(text=POINT, store=database, dataset=bad_dataset),
        QueryRequest(text="SELECT * { ?s ?p '\ud800' }", store=database),
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
            stats = pool.stats()
            assert (stats.started_total, stats.workers) == (2, 2)

    asyncio.run(scenario())


def test_dataset_base_and_prefixes_reach_the_engine(open_pool: OpenPool, tmp_path: Path) -> None:
    store = OxigraphStore.open(tmp_path / "db")
    store.update("INSERT DATA { GRAPH <http://e/g> { <http://e/a> a skos:Concept } }")
    store.close()

    async def scenario() -> None:
        async with open_pool() as pool:
            text = "ASK { <a> a skos:Concept }"
            found = await pool.query(
                QueryRequest(
                    text=text,
                    store=tmp_path / "db",
                    dataset=Dataset(default_graphs=("http://e/g",)),
                    base_iri="http://e/",
                )
            )
            assert b"true" in (found.body or b"")
            with pytest.raises(QueryRejected):
                await pool.query(QueryRequest(text=text, store=tmp_path / "db", prefixes=False))

    asyncio.run(scenario())


def test_query_is_stopped_at_its_limit_and_the_next_one_answers(
    runner: asyncio.Runner, open_pool: OpenPool, database: Path
) -> None:
    async def scenario() -> None:
        async with open_pool(query_timeout_seconds=0.3) as pool:
            for limit, expected in ((None, 0.3), (0.2, 0.2)):
                begun = time.perf_counter()
                with pytest.raises(QueryTimeout) as caught:
                    await pool.query(
                        QueryRequest(text=ENDLESS, store=database, time_limit_seconds=limit)
                    )
                assert expected <= time.perf_counter() - begun < expected + 0.2
                assert caught.value.limit_seconds == expected
                answer = await pool.query(QueryRequest(text=POINT, store=database))
                assert answer.rows == 10
            assert pool.stats().timeouts_total == 2

    runner.run(scenario())


def test_limit_holds_while_the_front_itself_is_stuck(open_pool: OpenPool, database: Path) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            request = QueryRequest(text=ENDLESS, store=database, time_limit_seconds=0.2)
            task = asyncio.create_task(pool.query(request))
            await asyncio.sleep(0.05)
            worker = next(iter(pool._workers._living - set(pool._workers.idle)))
            time.sleep(0.5)  # on purpose
            state = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()[0]
            assert state == "Z"
            with pytest.raises(QueryTimeout):
                await task

    asyncio.run(scenario())


def test_killed_worker_costs_its_own_request_only(
    runner: asyncio.Runner, open_pool: OpenPool, database: Path, busy_children: FindBusy
) -> None:
    async def scenario() -> None:
        async with open_pool(query_workers=2) as pool:
            doomed = asyncio.create_task(pool.query(QueryRequest(text=ENDLESS, store=database)))
            for pid in await busy_children():
                os.kill(pid, signal.SIGKILL)
            answer = await pool.query(QueryRequest(text=POINT, store=database))
            assert answer.rows == 10
            with pytest.raises(EngineFailure, match="killed from outside"):
                await doomed

    runner.run(scenario())


def test_worker_that_dies_idle_is_replaced(
    open_pool: OpenPool, database: Path, count_children: Callable[[], int]
) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            await asyncio.sleep(1)  # they are no infants any more
            for worker in tuple(pool._workers.idle):
                os.kill(worker.pid, signal.SIGKILL)
            async with asyncio.timeout(5):
                while pool.stats().idle or pool.stats().workers:
                    await asyncio.sleep(0.001)
                while pool.stats().workers < 2:
                    await asyncio.sleep(0.01)
            answer = await pool.query(QueryRequest(text=POINT, store=database))
            assert answer.rows == 10
            assert pool.stats().failures_total == 0
        assert count_children() == 0

    asyncio.run(scenario())


def test_memory_limit_is_named_and_leaves_room_for_normal_work(
    open_pool: OpenPool, database: Path
) -> None:
    async def scenario() -> None:
        # The least that the settings allow.
        async with open_pool(worker_memory_limit_bytes=256 << 20) as pool:
            assert (await pool.query(QueryRequest(text=POINT, store=database))).rows == 10
            with pytest.raises(EngineFailure, match="memory limit of 256 MiB"):
                await pool.query(QueryRequest(text=GREEDY, store=database))
            assert (await pool.query(QueryRequest(text=POINT, store=database))).rows == 10

    asyncio.run(scenario())


def test_full_queue_turns_requests_away_with_a_time_to_return(
    open_pool: OpenPool, database: Path
) -> None:
    async def scenario() -> None:
        async with open_pool(query_queue=2, query_timeout_seconds=0.2) as pool:
            request = QueryRequest(text=ENDLESS, store=database)
            tasks = [asyncio.create_task(pool.query(request)) for _ in range(4)]
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(o) for o in outcomes] == [QueryTimeout, QueryTimeout, QueryTimeout, Busy]
            assert isinstance(outcomes[3], Busy)
            assert outcomes[3].retry_after_seconds >= 1
            assert pool.stats().busy_total == 1

    asyncio.run(scenario())


def test_nobody_waits_longer_than_the_queue_allows(open_pool: OpenPool, database: Path) -> None:
    async def scenario() -> None:
        async with open_pool(query_queue_seconds=0.1) as pool:
            first = asyncio.create_task(
                pool.query(QueryRequest(text=ENDLESS, store=database, time_limit_seconds=0.5))
            )
            await asyncio.sleep(0)
            begun = time.perf_counter()
            with pytest.raises(Busy):
                await pool.query(QueryRequest(text=POINT, store=database))
            assert 0.1 <= time.perf_counter() - begun < 0.3
            with pytest.raises(QueryTimeout):
                await first

    asyncio.run(scenario())


def test_adhoc_queries_leave_reserved_workers_to_canned_ones(
    open_pool: OpenPool, database: Path
) -> None:
    async def scenario() -> None:
        settings = {"query_workers": 2, "query_workers_reserved": 1, "query_timeout_seconds": 0.3}
        async with open_pool(**settings) as pool:
            endless = QueryRequest(text=ENDLESS, store=database)
            hogs = [asyncio.create_task(pool.query(endless)) for _ in range(2)]
            await asyncio.sleep(0.01)
            assert pool.stats().running == {Lane.ADHOC: 1, Lane.CANNED: 0}
            canned = QueryRequest(text=POINT, store=database, lane=Lane.CANNED)
            answer = await pool.query(canned)
            assert answer.queue_seconds < 0.1
            assert pool.stats().waiting[Lane.ADHOC] == 1
            for hog in hogs:
                with pytest.raises(QueryTimeout):
                    await hog

    asyncio.run(scenario())


def test_cancelling_kills_the_running_worker_and_leaves_the_queue(
    runner: asyncio.Runner, open_pool: OpenPool, database: Path
) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            endless = QueryRequest(text=ENDLESS, store=database)
            running, waiting = (asyncio.create_task(pool.query(endless)) for _ in range(2))
            await asyncio.sleep(0.1)
            worker = next(iter(pool._workers._living - set(pool._workers.idle)))
            waiting.cancel()
            await asyncio.sleep(0)
            assert pool.stats().waiting[Lane.ADHOC] == 0
            running.cancel()
            answer = await pool.query(QueryRequest(text=POINT, store=database))
            assert answer.rows == 10
            assert await worker.ended == -signal.SIGKILL
            assert running.cancelled()
            assert waiting.cancelled()
            assert pool.stats().cancelled_total == 2

    runner.run(scenario())


def test_new_version_is_seen_at_once_and_old_ones_stay(open_pool: OpenPool, tmp_path: Path) -> None:
    versions = VersionStore(tmp_path / "store")

    def publish(number: int) -> Path:
        with versions.writing() as draft:
            draft.store.update(f"INSERT DATA {{ <http://e/v> <http://e/n> {number} }}")
            return draft.publish(
                message="", origin=Origin.UPDATE, sources_hash="", default_graph="strict"
            ).database

    async def scenario() -> None:
        async with open_pool() as pool:
            folders = []
            for number in range(1, 6):
                folders.append(publish(number))
                for count, folder in enumerate(folders, start=1):
                    text = "SELECT ?n { <http://e/v> <http://e/n> ?n }"
                    answer = await pool.query(QueryRequest(text=text, store=folder))
                    assert answer.rows == count
            assert pool.stats().started_total == 2
            shutil.rmtree(folders[4])
            with pytest.raises(StoreError):
                await pool.query(QueryRequest(text="ASK {}", store=folders[4]))

    asyncio.run(scenario())


def test_workers_that_cannot_start_give_a_clear_error(database: Path) -> None:
    async def scenario() -> None:
        settings = Settings(query_workers=1, query_workers_reserved=0)
        pool = WorkerPool(settings=settings, module="gfmdkg.engine.missing")
        with pytest.raises(EngineFailure, match=r"No module named 'gfmdkg\.engine\.missing'"):
            await pool.start()
        await pool.close()

    asyncio.run(scenario())


def test_failing_starts_come_further_apart_and_fail_requests_at_once(
    open_pool: OpenPool, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with open_pool(query_timeout_seconds=0.1) as pool:
            good = pool._module
            pool._module = "gfmdkg.engine.missing"
            endless = QueryRequest(text=ENDLESS, store=database)
            for _ in range(2):
                with pytest.raises(QueryTimeout):
                    await pool.query(endless)
            with pytest.raises(EngineFailure, match="No module named"):
                await pool.query(endless)
            await asyncio.sleep(0.7)
            assert pool._workers._failures <= 4
            pool._module = good
            async with asyncio.timeout(5):
                while pool.stats().workers < 2:
                    await asyncio.sleep(0.02)
            assert (await pool.query(QueryRequest(text=POINT, store=database))).rows == 10

    asyncio.run(scenario())


def test_closing_finishes_running_requests_and_takes_no_new_ones(
    open_pool: OpenPool, database: Path
) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d <http://e/p1> ?f }"

    async def scenario() -> None:
        async with open_pool() as pool:
            tasks = [
                asyncio.create_task(pool.query(QueryRequest(text=slow, store=database)))
                for _ in range(2)
            ]
            await asyncio.sleep(0)
            closing = asyncio.create_task(pool.close())
            await asyncio.sleep(0)
            with pytest.raises(Busy, match="is ending"):
                await pool.query(QueryRequest(text=POINT, store=database))
            await closing
            assert [task.result().rows for task in tasks] == [1, 1]

    asyncio.run(scenario())


def test_closing_kills_what_does_not_end_in_time(
    open_pool: OpenPool, database: Path, count_children: Callable[[], int]
) -> None:
    async def scenario() -> None:
        async with open_pool(shutdown_seconds=0.2, query_timeout_seconds=60.0) as pool:
            endless = QueryRequest(text=ENDLESS, store=database)
            tasks = [asyncio.create_task(pool.query(endless)) for _ in range(2)]
            await asyncio.sleep(0.05)
            await pool.close()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [EngineFailure, EngineFailure]
        assert count_children() == 0

    asyncio.run(scenario())


def test_explaining_measures_the_stages(open_pool: OpenPool, database: Path) -> None:
    async def scenario() -> None:
        async with open_pool() as pool:
            request = QueryRequest(text="SELECT * { ?s ?p ?o }", store=database, explain=True)
            answer = await pool.query(request)
            names = [stage.name for stage in answer.stages]
            assert names == ["open", "prepare", "evaluate and serialise"]
            assert all(stage.seconds > 0 for stage in answer.stages)
            assert answer.rows == 3000
            await _slurp(answer)
            plain = await pool.query(QueryRequest(text=POINT, store=database))
            assert plain.stages == ()

    asyncio.run(scenario())
