"""An engine that `GFMDKG_ENGINE_URL` names answers as ours do, or is refused at the start."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.http.server_process import ServerProcess, descendants, serving, wait_until

from gfmdkg.build import ensure_empty
from gfmdkg.engine.server import engine_program
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
def engine_over(version: Version) -> Iterator[str]:
    """The engine's own server over a version, as an operator would start it; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    command = [engine_program(), "serve-read-only", "--location", str(version.database)]
    process = subprocess.Popen([*command, "--bind", bind], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(f"http://{bind}/query"))
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
def pair(published: tuple[Path, Version]) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    """A service whose engine runs elsewhere, and one with engines of its own."""
    store, version = published
    with (
        engine_over(version) as url,
        serving(store, ENGINE_URL=url) as theirs,
        serving(store) as ours,
    ):
        yield theirs, ours


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
    pair: tuple[ServerProcess, ServerProcess],
) -> None:
    theirs, ours = pair
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


@pytest.mark.parametrize(
    ("quads", "reason"),
    [
        (QUADS + '<http://e/1> <http://e/p> "1" .', "default graph does not hold"),
        (QUADS + GRAPH.format(n=1, text="more"), "named graphs do not hold"),
        (QUADS.replace("http://e/g1>", "http://e/g2>", 3), "holds other triples"),
        (QUADS.replace('"own 7"', '"other 7"'), "holds other triples"),
    ],
    ids=["more", "more in a graph", "elsewhere", "other"],
)
def test_engine_that_holds_another_graph_is_refused(
    published: tuple[Path, Version], tmp_path: Path, quads: str, reason: str
) -> None:
    with engine_over(publish(tmp_path / "other", quads)) as url:
        done = start(published[0], url)
        assert_refused(done, url, "cannot be used", reason, "GFMDKG_ENGINE_URL, or leave it out")


def test_engine_that_nobody_reaches_is_refused(published: tuple[Path, Version]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/query"
    done = start(published[0], url)
    assert_refused(done, url, "cannot be reached", "GFMDKG_ENGINE_URL, or leave it out")


def test_what_is_no_sparql_endpoint_is_refused(published: tuple[Path, Version]) -> None:
    store, version = published
    with engine_over(version) as url:
        done = start(store, url.removesuffix("query") + "nothing-here")
    assert_refused(done, "does not answer ASK", "GFMDKG_ENGINE_URL, or leave it out")


@pytest.mark.parametrize("url", ["nonsense", "ftp://e/query", "http://a b/", "http://u:p@e/"])
def test_what_is_no_address_is_refused(published: tuple[Path, Version], url: str) -> None:
    assert_refused(start(published[0], url), "GFMDKG_ENGINE_URL", "must read http://")
