"""An engine that `GFMDKG_ENGINE_URL` names answers as ours do, or is refused at the start."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.http.server_process import ServerProcess, descendants, serving
from tests.waiting import wait_until

from gfmdkg.build import ensure_empty
from gfmdkg.engine.server import engine_program
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import Origin, Version, VersionStore

GRAPH = '<http://e/{n}> <http://e/p> "{text} {n}"@en <http://e/g{n}> .\n'
QUADS = "".join(GRAPH.format(n=n % 10, text=n) for n in range(200))
# The default graph, where it is the union, holds them once more.
QUADS += "".join(GRAPH.format(n=n, text="own").replace(f"<http://e/g{n}> ", "") for n in range(20))


def publish(store: Path, quads: str) -> Version:
    versions = VersionStore(store)
    base = ensure_empty(versions)
    with versions.writing() as draft:
        draft.store.load(quads.encode(), media_type="application/n-quads")
        return draft.publish(
            message="",
            origin=Origin.UPDATE,
            sources_hash=base.sources_hash,
            default_graph=base.default_graph,
        )


@contextmanager
def loaded_engine(version: Version, folder: Path) -> Iterator[str]:
    """The engine's own server, loaded with the version as an operator would; its address."""
    dump = folder / "published.nq"
    with dump.open("wb") as file, closing(OxigraphStore.open_read_only(version.database)) as store:
        store.dump(file, media_type="application/n-quads")
    program, place = engine_program(), ("--location", str(folder / "loaded"))
    subprocess.run(
        [program, "load", *place, "--file", str(dump)], check=True, capture_output=True, timeout=60
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [program, "serve", *place, "--bind", bind], stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: answers(f"http://{bind}/query"), "the engine answers")
        yield f"http://{bind}/query"
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, params={"query": "ASK {}"}, verify=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Version]:
    store = tmp_path_factory.mktemp("elsewhere") / "store"
    return store, publish(store, QUADS)


@pytest.fixture(scope="module")
def ours(published: tuple[Path, Version]) -> Iterator[ServerProcess]:
    """A service with engines of its own."""
    with serving(published[0]) as service:
        yield service


@pytest.fixture(scope="module", params=["oxigraph serve", "another instance of the service"])
def theirs(
    request: pytest.FixtureRequest,
    published: tuple[Path, Version],
    ours: ServerProcess,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ServerProcess]:
    """A service whose engine runs elsewhere."""
    store, version = published
    with ExitStack() as stack:
        url = f"{ours.url}sparql"
        if request.param == "oxigraph serve":
            folder = tmp_path_factory.mktemp("engine")
            url = stack.enter_context(loaded_engine(version, folder))
        yield stack.enter_context(serving(store, ENGINE_URL=url))


ROWS = "SELECT * { ?s ?p ?o } ORDER BY ?s ?o LIMIT 9"
TRIPLES = "CONSTRUCT { <http://e/1> ?p ?o } { <http://e/1> ?p ?o } ORDER BY ?o"


def asked() -> Iterator[tuple[dict[str, Any], str]]:
    for accept in ("json", "xml"):
        yield {"query": ROWS}, f"application/sparql-results+{accept}"
    for accept in ("text/csv", "text/tab-separated-values", "application/pdf"):
        yield {"query": ROWS}, accept
    for accept in ("text/turtle", "application/n-triples", "application/rdf+xml"):
        yield {"query": TRIPLES}, accept
    for query in (
        "ASK { <http://e/1> ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) FROM <http://e/g1> { ?s ?p ?o }",
        "SELECT (STR(<a>) AS ?x) (STR(gfmd:a) AS ?y) { }",
        "SELECT * {\n ?s ?p \n}",
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT (UNKNOWN(1) AS ?x) { }",
        'SELECT ("é😀" AS ?x) { }',
    ):
        yield {"query": query}, "application/sparql-results+json"
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    yield {"query": count, "default-graph-uri": ["http://e/g1", "http://e/g2"]}, "*/*"
    yield {"query": ROWS, "named-graph-uri": "http://e/g1"}, "*/*"


def test_every_answer_is_that_of_our_own_engines(
    theirs: ServerProcess, ours: ServerProcess
) -> None:
    pair = (theirs, ours)
    kept = ("content-type", "etag", "vary", "cache-control", "link", "gfmdkg-version")
    statuses = set()
    for parameters, accept in asked():
        for method in ("GET", "POST"):
            sent = "params" if method == "GET" else "data"
            both = [
                httpx.request(
                    method,
                    f"{each.url}sparql",
                    headers={"accept": accept},
                    verify=False,
                    **{sent: parameters},  # type: ignore[arg-type]
                )
                for each in pair
            ]
            seen = [(a.status_code, a.content, {k: a.headers.get(k) for k in kept}) for a in both]
            assert seen[0] == seen[1], (method, parameters, accept)
            statuses.add(both[0].status_code)
    assert statuses == {200, 400, 406}
    engines = [len(descendants(each.process.pid)) for each in pair]
    assert engines[0] == 0, "an engine of ours answered"
    assert engines[1] > 0
    assert theirs.url != ours.url


def start(store: Path, url: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gfmdkg.cli", "serve", "--port", "0", "--empty"],
        env={**os.environ, "GFMDKG_STORE": str(store), "GFMDKG_ENGINE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_refused(done: "subprocess.CompletedProcess[str]", *reasons: str) -> None:
    assert done.returncode in (1, 2)
    assert done.stdout == "", "an address was told that nobody serves"
    assert "Traceback" not in done.stderr
    words = " ".join(done.stderr.split())
    for reason in reasons:
        assert reason in words


def test_service_does_not_start_with_an_engine_that_holds_another_graph(
    ours: ServerProcess, tmp_path: Path
) -> None:
    publish(tmp_path / "other", QUADS + '<http://e/1> <http://e/p> "1" .')
    done = start(tmp_path / "other", f"{ours.url}sparql")
    assert done.returncode == 1
    assert done.stdout == "", "an address was told that nobody serves"
    assert "Traceback" not in done.stderr
    words = " ".join(done.stderr.split())
    for part in (ours.url, "cannot be used", "default graph does not hold", "or leave it out"):
        assert part in words
