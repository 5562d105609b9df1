"""Look-ups are answered by the front itself, and exactly as a worker would answer them."""

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote_plus

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Serve

from gfmdkg.settings import Settings
from gfmdkg.sparql.lookup import Lookup
from gfmdkg.store.answers import AnswerFormats
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore

CMW = "<https://w3id.org/gfmdkg/id/instrument/cmw>"
LOOKUPS = [
    f"SELECT ?p ?o WHERE {{ {CMW} ?p ?o }}",
    f"select * {{ {CMW} skos:altLabel ?label . }} LIMIT 2",
    f"PREFIX s: <http://www.w3.org/2004/02/skos/core#> SELECT ?x {{ {CMW} s:prefLabel ?x }}",
    "SELECT ?t { sdg:3 a ?t }",
    "SELECT ?none { <http://example.org/none> ?p ?o }",
    f"SELECT ?p {{ {CMW} ?p gfmd:Instrument }}",
]
OTHERS = [
    "SELECT ?p { ?s ?p ?o }",
    f"SELECT ?x {{ {CMW} ?x ?x }}",
    f"SELECT DISTINCT ?p {{ {CMW} ?p ?o }}",
    f"SELECT ?p {{ {CMW} ?p ?o . ?o ?q ?r }}",
    f"SELECT ?p {{ {CMW} ?p ?o FILTER(?o = 1) }}",
    f"SELECT ?p {{ {CMW} ?p ?o }} ORDER BY ?p",
    f"SELECT (COUNT(*) AS ?n) {{ {CMW} ?p ?o }}",
    f"SELECT ?o {{ {CMW} skos:broader* ?o }}",
    f"SELECT ?o FROM <http://g> {{ {CMW} ?p ?o }}",
    f"SELECT ?p {{ SERVICE <http://127.0.0.1/> {{ {CMW} ?p ?o }} }}",
    f"SELECT ?p {{ {CMW} ?p ?o }} # and more",
    f"ASK {{ {CMW} ?p ?o }}",
    "",
]


@pytest.mark.parametrize("query", LOOKUPS)
def test_one_pattern_about_a_given_subject_is_a_lookup(query: str) -> None:
    assert Lookup.parse(query)


@pytest.mark.parametrize("query", OTHERS)
def test_anything_else_is_no_lookup(query: str) -> None:
    assert Lookup.parse(query) is None


@given(st.text(alphabet="SELECT?*{}<>:ab .\n", max_size=60))
def test_whatever_is_taken_for_a_lookup_is_one_pattern(text: str) -> None:
    if Lookup.parse(text):
        assert text.count("{") == text.count("}") == 1
        assert "?" in text or "*" in text


def test_names_are_told_from_iris() -> None:
    found = [Lookup.parse(query) for query in LOOKUPS]
    assert [f and f.uses_prefixes for f in found] == [False, True, True, True, False, True]


@pytest.fixture(scope="module")
def address(serve: Serve, shipped_store: Path) -> Iterator[str]:
    with serve(Settings(store=shipped_store, log_format="off")) as url:
        # The first look-ups open the store and make its index beside the event loop.
        for number in range(3):
            httpx.get(
                f"{url}/sparql", params={"query": f"SELECT ?p {{ <http://x/{number}> ?p ?o }}"}
            )
            time.sleep(0.1)
        yield url


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/csv", "*/*"])
@pytest.mark.parametrize("query", LOOKUPS)
def test_a_lookup_is_answered_as_a_worker_answers(address: str, query: str, accept: str) -> None:
    # A comment makes another query of it, which a worker has to answer.
    headers = {"Accept": accept}
    looked_up = httpx.get(f"{address}/sparql?query={quote_plus(query)}", headers=headers)
    usual = httpx.get(f"{address}/sparql?query={quote_plus(query + ' #')}", headers=headers)
    assert looked_up.status_code == usual.status_code == 200
    assert looked_up.content == usual.content
    differing = {"date", "etag", "x-request-id"}
    assert {k: v for k, v in looked_up.headers.items() if k not in differing} == {
        k: v for k, v in usual.headers.items() if k not in differing
    }


def test_a_lookup_has_the_entity_tag_that_the_endpoint_gives(address: str) -> None:
    url = f"{address}/sparql?query={quote_plus(LOOKUPS[0])}"
    first = httpx.get(url, headers={"Accept-Encoding": "identity"})
    again = httpx.get(
        url,
        headers={
            "Accept-Encoding": "identity",
            "If-None-Match": first.headers["etag"],
            "Cache-Control": "no-cache",
        },
    )
    assert again.status_code == 304


def test_a_lookup_can_be_compressed(address: str) -> None:
    url = f"{address}/sparql?query={quote_plus(LOOKUPS[0])}"
    packed = httpx.get(url, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == httpx.get(url, headers={"Accept-Encoding": "identity"}).content


def test_the_lookups_are_answered_by_the_store_as_written(shipped_store: Path) -> None:
    database = VersionStore(shipped_store).require_current().database
    store = OxigraphStore.open_read_only(database)
    for query in LOOKUPS:
        with_prefixes, without = BytesIO(), BytesIO()
        formats = AnswerFormats(results="text/csv")
        store.query(query, formats=formats, output=with_prefixes)
        lookup = Lookup.parse(query)
        assert lookup is not None
        if not lookup.uses_prefixes:
            store.query(query, formats=formats, output=without, project_prefixes=False)
            assert with_prefixes.getvalue() == without.getvalue()
