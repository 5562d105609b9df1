"""Networks as files: other programs read back the same graph."""

import csv
import io
import json
import re
from typing import Any

import networkx as nx
import pytest
from tests.networks.conftest import edges_of, networks_in

from gfmdkg.networks.formats import GRAPH_FILES
from gfmdkg.networks.kinds import ASSERTIONS, KINDS
from gfmdkg.networks.occurrences import Grounds, NetworkRequest
from gfmdkg.networks.worker import Networks
from gfmdkg.store.rdf_store import OxigraphStore

ODD = 'A "quoted" \\ label & <b>ó</b>\nin two lines, with a \x07 bell'
NODE_ATTRIBUTES = ("type", "side", "count", "degree", "weighted_degree", "community")
MEASURES = ("betweenness", "pagerank")


def ask(networks: Networks, kind: str, format_name: str) -> bytes:
    grounds = Grounds(assertions=tuple(ASSERTIONS.values()))
    return networks.answer(NetworkRequest(kind=kind, format=format_name, grounds=grounds))


@pytest.fixture(scope="module")
def shipped_networks(shipped: OxigraphStore) -> Networks:
    return networks_in(shipped)


def assert_same(graph: Any, document: dict[str, Any]) -> None:
    """The graph as networkx read it is the one of the document."""
    assert not graph.is_directed()
    assert not graph.is_multigraph()
    assert set(graph) == {node["id"] for node in document["nodes"]}
    for node in document["nodes"]:
        found = graph.nodes[node["id"]]
        for name in NODE_ATTRIBUTES:
            assert found.get(name) == node[name], name
        for name in MEASURES:
            assert float(found[name]) == pytest.approx(node[name]), name
    edges = {frozenset((s, t)): data for s, t, data in graph.edges(data=True)}
    assert len(edges) == graph.number_of_edges() == len(document["edges"])
    for edge in document["edges"]:
        found = edges[frozenset((edge["source"], edge["target"]))]
        assert int(found["weight"]) == edge["weight"]
        assert found["assertions"].split() == edge["assertions"]
        if "jaccard" in edge:
            assert float(found["jaccard"]) == pytest.approx(edge["jaccard"])


@pytest.mark.parametrize("kind", KINDS)
def test_graphml_is_read_back_as_the_same_graph(shipped_networks: Networks, kind: str) -> None:
    document = json.loads(ask(shipped_networks, kind, "json"))
    graph = nx.read_graphml(io.BytesIO(ask(shipped_networks, kind, "graphml")))
    assert_same(graph, document)
    for node in document["nodes"]:
        found = graph.nodes[node["id"]]
        assert (found["x"], found["y"]) == pytest.approx((node["x"], node["y"]))
        assert found["label"] == node["label"]
    assert graph.graph["kind"] == kind


@pytest.mark.parametrize("kind", KINDS)
def test_gexf_is_read_back_as_the_same_graph(shipped_networks: Networks, kind: str) -> None:
    document = json.loads(ask(shipped_networks, kind, "json"))
    graph = nx.read_gexf(io.BytesIO(ask(shipped_networks, kind, "gexf")))
    assert_same(graph, document)
    for node in document["nodes"]:
        place = graph.nodes[node["id"]]["viz"]["position"]
        assert (place["x"], place["y"]) == pytest.approx((node["x"] * 1000, node["y"] * 1000))
        assert graph.nodes[node["id"]]["label"] == node["label"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_json_is_node_link_data(shipped_networks: Networks, kind: str) -> None:
    document = json.loads(ask(shipped_networks, kind, "json"))
    graph: Any = nx.node_link_graph(document, edges="edges")
    assert len(graph) == len(document["nodes"]) > 0
    assert edges_of(document) == {
        (s, t) if (s, t) in edges_of(document) else (t, s): weight
        for s, t, weight in graph.edges(data="weight")
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_has_a_row_for_each_edge(shipped_networks: Networks, kind: str) -> None:
    document = json.loads(ask(shipped_networks, kind, "json"))
    rows = list(csv.DictReader(io.StringIO(ask(shipped_networks, kind, "csv").decode())))
    assert {(r["source"], r["target"]): int(r["weight"]) for r in rows} == edges_of(document)
    for row, edge in zip(rows, document["edges"], strict=True):
        assert row["evidence"].split() == [item["iri"] for item in edge["evidence"]["items"]]


def fictional() -> dict[str, Any]:
    node: dict[str, Any] = {
        "type": None,
        "side": "reference",
        "count": 1,
        "degree": 1,
        "weighted_degree": 1,
    }
    node |= {"betweenness": 0.0, "pagerank": 0.5, "community": 0, "x": 0.0, "y": 1.0}
    edge: dict[str, Any] = {"source": "urn:a", "target": 'urn:"b', "weight": 1, "jaccard": 1.0}
    edge |= {"assertions": ["explicit"], "evidence": {"total": 1, "items": []}}
    return {
        "kind": "cocitation",
        "graph": {"kind": "cocitation"},
        "nodes": [
            {"id": "urn:a", "label": ODD, **node},
            {"id": 'urn:"b', "label": None, **node},
        ],
        "edges": [edge],
    }


STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
STATEMENT = re.compile(
    r"\s*(?:graph\s+S\s*\{|node \[shape=ellipse\];|S(?:\s*--\s*S)? \[(?:\w+=S(?:, )?)+\];|\})?\s*"
)


def test_dot_is_properly_quoted() -> None:
    text = GRAPH_FILES["dot"](fictional())
    strings = [found.replace('\\"', '"') for found in STRING.findall(text)]
    assert 'urn:"b' in strings
    label = next(s for s in strings if s.startswith('A "quoted"'))
    # Graphviz reads \\ and \n in a label as a backslash and the end of a line.
    assert label.replace("\\\\", "\\").replace("\\n", "\n") == ODD
    # With strings taken out, what is left is nothing but statements of the grammar.
    for line in STRING.sub("S", text).splitlines():
        assert STATEMENT.fullmatch(line), line


@pytest.mark.parametrize(
    ("format_name", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)]
)
def test_what_xml_cannot_hold_is_replaced(format_name: str, read: Any) -> None:
    graph = read(io.BytesIO(GRAPH_FILES[format_name](fictional()).encode()))
    assert graph.nodes["urn:a"]["label"] == ODD.replace("\x07", "\ufffd")
    assert set(graph) == {"urn:a", 'urn:"b'}


def test_a_file_does_not_change_with_the_day() -> None:
    assert "lastmodified" not in GRAPH_FILES["gexf"](fictional())
