"""No triple stands in two graphs of ours: what a submission and a write get told."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from tests.curation.changes.samples import no_rules, put

from gfmdkg.build import ensure_empty
from gfmdkg.build.sources import DERIVED_GRAPH
from gfmdkg.curation.changes.review import Review
from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.curation.writing import PutGraph, SparqlUpdate, write
from gfmdkg.errors import RequestError
from gfmdkg.namespaces import graph_iri
from gfmdkg.store.patches import statements_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.versions import VersionStore

FIRST, SECOND = graph_iri("data/first.ttl"), graph_iri("data/second.ttl")
SHARED, OWN = "<x:a> <x:p> <x:o>", "<x:b> <x:p> <x:o>"
LINK = """@prefix cito: <http://purl.org/spar/cito/> .
@prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
<x:link> a gfmd:Citation ; gfmd:passage <x:passage> ; gfmd:target <x:pact> ;
  gfmd:assertion <https://w3id.org/gfmdkg/scheme/assertion/explicit> ;
  gfmd:reviewStatus <https://w3id.org/gfmdkg/scheme/review-status/accepted> ."""
CITES = "<x:passage> <https://w3id.org/gfmdkg/ontology#cites> <x:pact>"


@pytest.fixture
def versions(tmp_path: Path) -> VersionStore:
    store = VersionStore(tmp_path)
    ensure_empty(store)
    make(store, put(FIRST, f"{SHARED} .".encode()))
    return store


def make(versions: VersionStore, change: PutGraph | SparqlUpdate) -> str:
    return write(change, versions, validate=no_rules, message="m").version.message


def graph(versions: VersionStore, name: str) -> set[str]:
    with closing(OxigraphStore.open_read_only(versions.require_current().database)) as store:
        named = {s.rsplit(" <", 1)[0] for g in store.graph_names() for s in statements_of(store, g)}
        assert statements_of(store, "") == named
        return {s.rsplit(" <", 1)[0] for s in statements_of(store, name)}


def submit(versions: VersionStore, *texts: str) -> Sequence[dict[str, object]]:
    review = Review(versions=versions, validate=no_rules)
    names = ("data/second.ttl", "data/third.ttl")
    documents = [
        SubmittedDocument(name=name, body=text.encode(), media_type="text/turtle")
        for name, text in zip(names, texts, strict=False)
    ]
    change = review.submit(documents, message="m", author="ann")
    review.accept(change.number, by="bob")
    review.publish(change.number, by="bob")
    assert change.conforms
    findings: Sequence[dict[str, object]] = change.report["findings"]
    return findings


def test_a_triple_of_another_graph_is_left_out_and_told_with_its_place(
    versions: VersionStore,
) -> None:
    (finding,) = submit(versions, f"{OWN} .\n{SHARED} .")
    assert graph(versions, SECOND) == {OWN}
    assert finding["severity"] == "warning"
    assert (finding["file"], finding["line"]) == ("data/second.ttl", 2)
    assert f"<{FIRST}>" in str(finding["message"])


def test_of_two_documents_that_bring_a_triple_one_has_it(versions: VersionStore) -> None:
    (finding,) = submit(versions, f"{OWN} .", f"{OWN} .\n<x:c> <x:p> <x:o> .")
    assert graph(versions, SECOND) == {OWN}
    assert graph(versions, graph_iri("data/third.ttl")) == {"<x:c> <x:p> <x:o>"}
    assert finding["code"] == "triple-elsewhere"


def test_a_triple_may_move_from_one_graph_to_another(versions: VersionStore) -> None:
    moved = f"DELETE DATA {{ GRAPH <{FIRST}> {{ {SHARED} }} }} ;"
    moved += f"INSERT DATA {{ GRAPH <{SECOND}> {{ {SHARED} }} }}"
    assert make(versions, SparqlUpdate(text=moved)) == "m"
    assert graph(versions, SECOND) == {SHARED}


def test_a_derived_triple_is_left_out(versions: VersionStore) -> None:
    (finding,) = submit(versions, f"{LINK}\n{CITES} .")
    assert graph(versions, DERIVED_GRAPH) == {CITES}
    assert CITES not in graph(versions, SECOND)
    assert "follows from other triples" in str(finding["message"])


def test_links_are_derived_from_triples_of_several_graphs(versions: VersionStore) -> None:
    head, _, status = LINK.rpartition(";")
    submit(versions, f"{head} .", f"{LINK.split('<x:link>')[0]}<x:link> {status}")
    assert graph(versions, DERIVED_GRAPH) == {CITES}


def test_nothing_to_submit_is_left_where_all_stands_elsewhere(versions: VersionStore) -> None:
    with pytest.raises(RequestError, match="nothing would change"):
        submit(versions, f"{SHARED} .")


def test_an_update_is_told_in_the_message_of_its_version(versions: VersionStore) -> None:
    text = f"INSERT DATA {{ GRAPH <{SECOND}> {{ {SHARED} . {OWN} }} }}"
    assert f"1 triples, in <{FIRST}>" in make(versions, SparqlUpdate(text=text))
    assert graph(versions, SECOND) == {OWN}


def test_graphs_that_are_not_ours_may_share_triples(versions: VersionStore) -> None:
    body = f"{SHARED} .".encode()
    assert make(versions, put("x:g", body)) == "m"
    assert graph(versions, "x:g") == {SHARED}
    make(versions, SparqlUpdate(text=f"DROP GRAPH <{FIRST}>"))
    assert graph(versions, "x:g") == {SHARED}
