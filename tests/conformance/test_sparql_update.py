"""SPARQL 1.1 Update: the evaluation tests of the W3C, over HTTP."""

import pyoxigraph as ox
import pytest
from tests.conformance.service import Service, Triples, canonical, read_graph, read_text
from tests.conformance.suites import LABEL, MF, UT, Case, parameters


def read_dataset(case: Case, node: object) -> dict[str, Triples]:
    manifest = case.graph
    graphs: dict[str, Triples] = {}
    for iri in manifest.all(node, UT + "data"):
        assert isinstance(iri, ox.NamedNode)
        graphs.setdefault("", []).extend(read_graph(iri.value))
    for named in manifest.all(node, UT + "graphData"):
        name, source = manifest.text(named, LABEL), manifest.text(named, UT + "graph")
        assert name is not None
        assert source is not None
        graphs[name] = read_graph(source)
    return graphs


@pytest.mark.parametrize("case", parameters("update-evaluation"))
def test_update_evaluation(service: Service, case: Case) -> None:
    action = case.graph.one(case.node, MF + "action")
    result = case.graph.one(case.node, MF + "result")
    request = case.graph.text(action, UT + "request")
    assert request is not None
    service.load(read_dataset(case, action))
    answer = service.update(read_text(request))
    assert answer.status_code == 204, answer.text
    # A graph store need not keep a graph that is empty.
    assert canonical(service.dataset()) == canonical(read_dataset(case, result))
