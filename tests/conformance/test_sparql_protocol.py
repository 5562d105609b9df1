"""SPARQL 1.1 Protocol: the exchanges of the W3C's manifest."""

import pyoxigraph as ox
import pytest
from tests.conformance.exchanges import check_status, play, read_exchanges
from tests.conformance.service import Service, Triples, parse_results, read_graph
from tests.conformance.suites import LABEL, UT, Case, parameters

TABULAR = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
FORMATS = {
    "tabular": TABULAR,
    "boolean": TABULAR[:2],
    "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"),
}


@pytest.mark.parametrize("case", parameters("protocol"))
def test_protocol(service: Service, case: Case) -> None:
    graphs: dict[str, Triples] = {}
    for named in case.graph.all(case.node, UT + "graphData"):
        name, source = case.graph.text(named, LABEL), case.graph.text(named, UT + "graph")
        assert name is not None
        assert source is not None
        graphs[name] = read_graph(source)
    service.load(graphs)
    for exchange in read_exchanges(case):
        assert exchange.request.path.startswith("/sparql/")
        answer = play(service.client, exchange.request, exchange.request.path)
        check_status(answer, exchange)
        if exchange.format is not None:
            media_type = answer.headers["content-type"].partition(";")[0]
            assert media_type in FORMATS[exchange.format]
        if exchange.boolean is not None:
            results = parse_results(answer.content, ox.QueryResultsFormat.JSON)
            assert results.boolean is (exchange.boolean == "true")
    service.update("DROP ALL")
