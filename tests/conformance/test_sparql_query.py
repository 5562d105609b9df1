"""SPARQL 1.1 Query: the evaluation tests of the W3C, over HTTP."""

import re

import pyoxigraph as ox
import pytest
from tests.conformance.service import (
    JSON,
    N_TRIPLES,
    Service,
    Triples,
    canonical,
    parse_results,
    parse_triples,
    read_graph,
    read_results,
    read_text,
)
from tests.conformance.suites import BASE, MF, QT, Case, parameters

from gfmdkg.rdf.sparql_tokens import tokenize

FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


def load_data(service: Service, case: Case) -> str:
    """Load what a test's action names; the IRI of its query."""
    manifest = case.graph
    action = manifest.one(case.node, MF + "action")
    graphs: dict[str, Triples] = {"": []} | {
        iri.value: read_graph(iri.value)
        for iri in manifest.all(action, QT + "graphData")
        if isinstance(iri, ox.NamedNode)
    }
    for iri in manifest.all(action, QT + "data"):
        assert isinstance(iri, ox.NamedNode)
        graphs[""] += read_graph(iri.value)
    service.load(graphs)
    query = manifest.text(action, QT + "query")
    assert query is not None
    return query


@pytest.mark.parametrize("case", parameters("query-evaluation"))
def test_query_evaluation(service: Service, case: Case) -> None:
    query = load_data(service, case)
    expected = case.graph.text(case.node, MF + "result")
    assert expected is not None
    text = read_text(query)
    words = (token.text.upper() for token in tokenize(text))
    if next(word for word in words if word in FORMS) in ("CONSTRUCT", "DESCRIBE"):
        answer = service.query(text, accept=N_TRIPLES)
        assert answer.status_code == 200, answer.text
        found = parse_triples(answer.content, ox.RdfFormat.N_TRIPLES, BASE)
        assert canonical({"": found}) == canonical({"": read_graph(expected)})
        return
    answer = service.query(text, accept=JSON)
    assert answer.status_code == 200, answer.text
    results = parse_results(answer.content, ox.QueryResultsFormat.JSON)
    ordered = re.search(r"ORDER\s+BY", text, re.IGNORECASE) is not None
    assert results.comparable(ordered=ordered) == read_results(expected).comparable(ordered=ordered)
