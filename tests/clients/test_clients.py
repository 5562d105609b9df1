"""The clients that researchers have already: each asks the real service over HTTP."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, JSON, TURTLE, XML, SPARQLWrapper
from tests.conftest import Serve, skip_unless_required

from gfmdkg.build import ensure_empty
from gfmdkg.curation.tokens import Role, TokenStore
from gfmdkg.settings import Settings
from gfmdkg.store.versions import VersionStore

HERE = Path(__file__).parent
CITING_CMW = """
PREFIX gfmd: <https://w3id.org/gfmdkg/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?r WHERE { ?r a gfmd:Recommendation ; gfmd:cites ?i . ?i skos:altLabel "CMW"@en }
"""
POL_03 = "https://w3id.org/gfmdkg/id/passage/gfmd-dialogue-gcm-2017-04-06-c1/pol-03"


@pytest.fixture(scope="module")
def endpoint(serve: Serve, shipped_store: Path) -> Iterator[str]:
    """The address of a query endpoint over the shipped graph."""
    with serve(Settings(store=shipped_store, log_format="off")) as url:
        yield url + "/sparql"


@pytest.fixture(scope="module")
def writable(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of an endpoint over an empty store, and a token that may write."""
    root = tmp_path_factory.mktemp("writable")
    ensure_empty(VersionStore(root))
    secret, _ = TokenStore(root).create(name="client test", role=Role.REVIEWER)
    with serve(Settings(store=root, log_format="off")) as url:
        yield url + "/sparql", secret


def test_sparqlwrapper_reads_json(endpoint: str) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=JSON)
    client.setQuery(CITING_CMW)
    converted: Any = client.queryAndConvert()
    bindings = converted["results"]["bindings"]
    assert [b["r"]["value"] for b in bindings] == [POL_03]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("answer_format", [XML, CSV])
def test_sparqlwrapper_reads_other_formats_by_both_methods(
    endpoint: str, method: str, answer_format: str
) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=answer_format)
    client.setMethod(method)
    client.setQuery(CITING_CMW)
    converted: Any = client.queryAndConvert()
    text = converted.toxml() if answer_format == XML else converted.decode()
    assert POL_03 in text


def test_sparqlwrapper_reads_a_graph(endpoint: str) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=TURTLE)
    client.setQuery(f"DESCRIBE <{POL_03}>")
    converted: Any = client.queryAndConvert()
    assert len(rdflib.Graph().parse(data=converted, format="turtle")) > 10


def test_rdflib_reads_through_its_sparql_store(endpoint: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint))
    assert [str(row.r) for row in graph.query(CITING_CMW)] == [POL_03]  # type: ignore[union-attr]
    subject = rdflib.URIRef(POL_03)
    number = rdflib.URIRef("https://w3id.org/gfmdkg/ontology#number")
    assert [str(value) for value in graph.objects(subject, number)] == ["3"]


def test_rdflib_writes_through_its_update_store(writable: tuple[str, str]) -> None:
    address, secret = writable
    store = SPARQLUpdateStore(
        address, address, headers={"Authorization": f"Bearer {secret}"}, context_aware=False
    )
    graph = rdflib.Graph(store)
    triple = (
        rdflib.URIRef("http://x/s"),
        rdflib.URIRef("http://x/p"),
        rdflib.Literal("a", lang="en"),
    )
    graph.add(triple)
    assert list(graph) == [triple]
    graph.remove(triple)
    assert len(graph) == 0


def node(script: str, *arguments: str) -> list[object]:
    """The lines, as JSON, that a script for Node prints."""
    if shutil.which("node") is None or not (HERE / "node_modules").is_dir():
        skip_unless_required("needs Node, and `npm ci` in tests/clients")
    done = subprocess.run(
        ["node", str(HERE / script), *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_comunica_joins_over_the_endpoint(endpoint: str) -> None:
    assert node("comunica.mjs", endpoint, CITING_CMW) == [{"r": POL_03}]


def test_fetch_sparql_endpoint_reads_every_form(endpoint: str) -> None:
    assert node("fetcher.mjs", endpoint, CITING_CMW) == [{"r": POL_03}]
    assert node("fetcher.mjs", endpoint, f"ASK {{ <{POL_03}> ?p ?o }}") == [True]
    triples = node(
        "fetcher.mjs", endpoint, f"CONSTRUCT {{ <{POL_03}> ?p ?o }} {{ <{POL_03}> ?p ?o }}"
    )
    assert len(triples) > 10


def test_curl_asks_as_the_readme_does(endpoint: str) -> None:
    done = subprocess.run(
        [
            *("curl", "-sS", "--fail", endpoint, "-H", "Accept: text/csv"),
            *("--data-urlencode", f"query={CITING_CMW}"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout.split() == ["r", POL_03]
