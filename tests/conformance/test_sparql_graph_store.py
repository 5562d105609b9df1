"""SPARQL 1.1 Graph Store HTTP Protocol: the exchanges of the W3C's manifests."""

import pyoxigraph as ox
import pytest
from tests.conformance.exchanges import check_status, play, read_exchanges
from tests.conformance.service import Service, canonical, parse_triples
from tests.conformance.suites import BASE, Case, parameters


@pytest.mark.parametrize("case", parameters("graph-store-protocol"))
def test_graph_store_protocol(service: Service, case: Case) -> None:
    service.load({})
    location = ""
    for exchange in read_exchanges(case):
        path = exchange.request.path
        assert path.startswith("/gsp")
        path = "/graphs" + path.removeprefix("/gsp").replace("$LOCATION$", location)
        answer = play(service.client, exchange.request, path)
        check_status(answer, exchange)
        if exchange.location is not None:
            location = answer.headers["location"]
        for name, value in exchange.response.headers.items():
            assert answer.headers[name] == value
        if exchange.response.body is not None:
            found, wanted = (
                parse_triples(body, ox.RdfFormat.TURTLE, BASE)
                for body in (answer.content, exchange.response.body)
            )
            assert canonical({"": found}) == canonical({"": wanted})
    service.update("DROP ALL")
