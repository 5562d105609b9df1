"""SPARQL 1.1 Service Description: the three tests of the W3C, which are given in words."""

from collections.abc import Callable

import pyoxigraph as ox
import pytest
from tests.conformance.service import Service, Triples, parse_triples
from tests.conformance.suites import RDF, Case, parameters

SD = "http://www.w3.org/ns/sparql-service-description#"
# Property to the class of its subject, and of its value where there is one (sections 3 and 4).
SCHEMA = {
    "endpoint": ("Service", None),
    "feature": ("Service", None),
    "defaultEntailmentRegime": ("Service", None),
    "supportedLanguage": ("Service", None),
    "resultFormat": ("Service", None),
    "inputFormat": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}


def describe(service: Service) -> Triples:
    answer = service.client.get("/sparql", headers={"accept": "text/turtle"})
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    return parse_triples(answer.content, ox.RdfFormat.TURTLE, service.url)


def returns_rdf(service: Service, triples: Triples) -> None:
    assert triples


def has_endpoint_triple(service: Service, triples: Triples) -> None:
    endpoints = [t.object for t in triples if t.predicate.value == SD + "endpoint"]
    assert endpoints == [ox.NamedNode(f"{service.url}/sparql")]


def conforms_to_schema(service: Service, triples: Triples) -> None:
    types = {(t.subject, t.object.value) for t in triples if t.predicate.value == RDF + "type"}  # type: ignore[union-attr]
    seen = set()
    for triple in triples:
        if triple.predicate.value.startswith(SD):
            name = triple.predicate.value.removeprefix(SD)
            subject, value = SCHEMA[name]
            seen.add(name)
            assert (triple.subject, SD + subject) in types
            assert value is None or (triple.object, SD + value) in types
    assert {"endpoint", "supportedLanguage", "resultFormat", "namedGraph"} <= seen


CHECKS: dict[str, Callable[[Service, Triples], None]] = {
    "service-description/returns-rdf": returns_rdf,
    "service-description/has-endpoint-triple": has_endpoint_triple,
    "service-description/conforms-to-schema": conforms_to_schema,
}


@pytest.mark.parametrize("case", parameters("service-description"))
def test_service_description(service: Service, case: Case) -> None:
    triple = ox.Triple(*(ox.NamedNode(f"https://example.org/{n}") for n in "spo"))
    service.load({"https://example.org/g": [triple]})
    CHECKS[case.name](service, describe(service))
