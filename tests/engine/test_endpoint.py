"""An endpoint elsewhere is used where it answers as our engines do; else all that differs is told.

The endpoints are real servers: the engine's own, and Virtuoso.
"""

import asyncio
import http.server
import logging
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.engine.conftest import publish
from tests.engine.virtuoso import virtuoso_with

from gfmdkg.engine import endpoint as endpoint_module
from gfmdkg.engine.answers import Spool
from gfmdkg.engine.endpoint import Endpoint
from gfmdkg.engine.pool import EnginePool, QueryRequest
from gfmdkg.engine.server import Address, EngineServer
from gfmdkg.errors import EngineFailure, ParameterError
from gfmdkg.rdf.media import AnswerFormats, Dataset
from gfmdkg.settings import Settings
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Version, VersionStore

GRAPH = '<http://e/{n}> <http://e/p> "{text} {n}"@en <http://e/g{n}> .\n'
QUADS = "".join(GRAPH.format(n=n % 10, text=n) for n in range(200))
QUADS += "".join(GRAPH.format(n=n, text="own").replace(f"<http://e/g{n}> ", "") for n in range(20))


class Engines:
    """Starts engines of our own, and counts them."""

    def __init__(self) -> None:
        self.started = 0

    async def start(self, version: Version) -> EngineServer:
        self.started += 1
        return await EngineServer.start(
            version.database, memory_limit_bytes=4 << 30, on_lost=lambda _: None
        )


def version_with(folder: Path, quads: str) -> Version:
    """A version with these quads and those of the version before it in the folder."""

    def fill(store: OxigraphStore) -> None:
        store.load(quads.encode(), media_type="application/n-quads")

    return publish(VersionStore(folder), fill)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Version:
    return version_with(tmp_path_factory.mktemp("held"), QUADS)


@asynccontextmanager
async def serving(version: Version) -> AsyncIterator[str]:
    """The engine's own server over a version; its address."""
    server = await Engines().start(version)
    try:
        yield f"http://127.0.0.1:{server.address.port}/query"
    finally:
        server.close()
        await server.wait()


def test_endpoint_is_asked_once_for_each_version_what_it_holds(
    held: Version, tmp_path: Path
) -> None:
    others = (
        ("default graph does not hold", QUADS + '<http://e/1> <http://e/p> "1" .'),
        ("named graphs do not hold", QUADS + GRAPH.format(n=1, text="more")),
        ("holds other triples", QUADS.replace("http://e/g1>", "http://e/g2>", 3)),
        ("holds other triples", QUADS.replace('"own 7"', '"other 7"')),
    )

    async def check() -> None:
        engines = Engines()
        async with serving(held) as url:
            endpoint = Endpoint(url)
            await endpoint.check(held, engines.start)
            await endpoint.check(held, engines.start)
            assert engines.started == 1, "what is known was asked again"
            for number, (reason, quads) in enumerate(others):
                other = version_with(tmp_path / str(number), quads)
                with pytest.raises(EngineFailure) as refused:
                    await endpoint.check(other, engines.start)
                assert reason in refused.value.cause
                assert url in refused.value.cause
                assert "load the published version into it" in refused.value.cause

    asyncio.run(check())


def test_refused_endpoint_is_left_alone_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    held = version_with(tmp_path, QUADS)
    other = version_with(tmp_path, GRAPH.format(n=1, text="more"))

    async def ask() -> None:
        engines = Engines()
        async with serving(held) as url:
            endpoint = Endpoint(url)

            async def connect(version: Version) -> EngineServer | None:
                return await endpoint.connect(version, engines.start, lambda _: None)

            assert await asyncio.gather(*[connect(other) for _ in range(5)]) == [None] * 5
            assert engines.started == 1
            assert [record.levelno for record in caplog.records] == [logging.WARNING]
            found = await connect(held)
            assert found is not None, "the refusal for one version was taken for all"
            found.close()
            assert engines.started == 2
            monkeypatch.setattr(endpoint_module, "perf_counter", lambda: 1e12)
            assert await connect(other) is None
            assert engines.started == 3, "it is never looked at again"

    asyncio.run(ask())


def test_version_that_the_endpoint_does_not_hold_is_answered_here(tmp_path: Path) -> None:
    held = version_with(tmp_path, QUADS)
    newer = version_with(tmp_path, GRAPH.format(n=1, text="more"))

    async def run() -> None:
        async with serving(held) as url:
            pool = EnginePool(Settings(store=tmp_path, engine_url=url))
            try:
                await pool.start(held)
                for version, rows, is_here in ((held, 200, False), (newer, 201, True)):
                    request = QueryRequest(
                        text="SELECT (1 AS ?x) { GRAPH ?g { ?s ?p ?o } }",
                        version=version,
                        formats=AnswerFormats(results="text/csv"),
                    )
                    answer = await pool.query(request)
                    assert isinstance(answer.body, bytes)
                    assert answer.body.count(b"\n") == rows + 1
                    assert answer.rows == (rows if is_here else None), "its layout is not known"
            finally:
                await pool.close()

    asyncio.run(run())


def test_what_answers_nothing_is_refused_for_that_alone(held: Version) -> None:
    async def check() -> None:
        async with serving(held) as url:
            cases = {
                url.removesuffix("query") + "nothing-here": "it does not answer ASK (404",
                f"http://127.0.0.1:{_closed_port()}/": "the engine cannot be reached",
            }
            for address, reason in cases.items():
                with pytest.raises(EngineFailure) as refused:
                    await Endpoint(address).check(held, Engines().start)
                assert reason in refused.value.cause
                assert ";" not in refused.value.cause
                assert "correct GFMDKG_ENGINE_URL, or leave it out" in refused.value.cause

    asyncio.run(check())


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.parametrize("url", ["nonsense", "ftp://e/query", "http://a b/", "http://u:p@e/"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ParameterError, match="GFMDKG_ENGINE_URL.*must read http://"):
        Endpoint(url)


@contextmanager
def answering(*headers: tuple[str, str], status: int = 200) -> Iterator[str]:
    """A server that answers every query with true, and this head."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            body = b'{"head":{},"boolean":true}'
            self.send_response(status)
            for name, value in (
                ("Content-Type", "application/sparql-results+json"),
                ("Content-Length", str(len(body))),
                *headers,
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/sparql"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "header", "part"),
    [
        (200, ("X-SQL-State", "S1TAT"), "when its time limit passed"),
        (200, ("x-sparql-maxrows", "10000"), "rows up to a limit"),
        (206, ("X-Other", ""), "so its status says"),
    ],
)
def test_answer_that_calls_itself_a_part_is_none(
    status: int, header: tuple[str, str], part: str
) -> None:
    with answering() as whole, answering(header, status=status) as partial:
        assert asyncio.run(ask(whole, "ASK { }")) == b'{"head":{},"boolean":true}'
        with pytest.raises(EngineFailure, match=part):
            asyncio.run(ask(partial, "ASK { }"))


async def ask(url: str, query: str) -> bytes:
    engine = await EngineServer.reach(Address.parse(url), lambda _: None)
    spool = Spool(limit_bytes=1 << 20)
    try:
        await engine.ask(
            query,
            formats=AnswerFormats(),
            dataset=Dataset(),
            spool=spool,
            limit_seconds=20,
        )
    finally:
        engine.close()
    body = spool.finish()
    assert isinstance(body, bytes)
    return body


# Virtuoso

DEVIATIONS = (
    "does not answer a query that is sent as application/sparql-query",
    "answers ASK with something else than a boolean",
    "writes typed-literal for literal",
    "its TSV is not",
    "answers CONSTRUCT with no triples",
    "7/2 is not 3.5",
    "plain literals are no xsd:string",
    "true is not an xsd:boolean",
    "an error in one expression ends its whole query (500 Virtuoso 22012",
    "no property path of any length between two variables (500 Virtuoso 37000",
    "does not sort more than some number of rows (500 Virtuoso 22023",
    "leaves out the rows beyond a number of its own",
    "does not carry long queries to their end (it answered with a part alone",
    "default graph does not hold",
    "named graphs do not hold",
)


def test_all_in_which_virtuoso_deviates_is_told_at_once(
    shipped_store: Path, tmp_path: Path
) -> None:
    version = VersionStore(shipped_store).current()
    assert version is not None
    store = OxigraphStore.open_read_only(version.database)
    named = [quad for quad in store.quads() if quad.graph_name != ox.DefaultGraph()]
    store.close()
    quads = ox.serialize(named, format=ox.RdfFormat.N_QUADS)
    assert quads is not None

    async def check(url: str) -> str:
        with pytest.raises(EngineFailure) as refused:
            await Endpoint(url).check(version, Engines().start)
        return refused.value.cause

    with virtuoso_with(quads, tmp_path) as url:
        # Only a request that brings a time limit is answered in part when that has passed.
        told = asyncio.run(check(f"{url}?timeout=1000"))
    reasons = told.partition("cannot be used: ")[2].partition(". What to do: ")[0].split("; ")
    for deviation in DEVIATIONS:
        assert any(deviation in reason for reason in reasons), deviation
    assert len(reasons) == len(DEVIATIONS), reasons
    assert "change its settings or take another server" in told
