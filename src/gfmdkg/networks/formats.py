"""A network as a document: in JSON with what it means, or as a file for other programs.

In JSON it is node-link data as networkx and D3 read it, or, between two sides, a table (one side
down, the other across, counts in the cells), or the evidence of an edge. Files are GraphML, GEXF,
DOT and tables in CSV.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import networkx as nx

from gfmdkg.namespaces import compact
from gfmdkg.networks.kinds import ASSERTIONS, describe_weight
from gfmdkg.networks.network import Measures, Network, evidence_of, lay_out
from gfmdkg.networks.occurrences import Grounds, NetworkRequest
from gfmdkg.rdf.values import JsonObject, members
from gfmdkg.terms.index import TermIndex

__all__ = [
    "EVIDENCE_SHOWN",
    "GRAPH_FILES",
    "MEASURES",
    "evidence_document",
    "matrix_csv",
    "matrix_document",
    "network_document",
]

EVIDENCE_SHOWN = 3
"""So many pieces of evidence stand on each edge; the others are counted."""

MEASURES: Mapping[str, str] = {
    "degree": "Number of nodes that it is linked with.",
    "weighted_degree": "Sum of the weights of its edges.",
    "betweenness": "Share of the shortest paths between other nodes that run through it, from 0 "
    "to 1; each edge is one step (Brandes 2001).",
    "pagerank": "Share of the time that a walk along the edges, each taken by its weight, spends "
    "at it (damping 0.85); all add up to 1.",
    "community": "Number of its community, 0 being the largest (Louvain, by weight, with a fixed "
    "seed).",
}
"""What each measure of a node means."""

_SHORT = {iri: name for name, iri in ASSERTIONS.items()}

Words = Mapping[tuple[str, str], tuple[str, ...]]
"""Passage and what it is linked with, to the words that name that."""

Wording = Callable[[Iterable[str], Grounds], Words]
"""Gives the words of passages on the grounds that count."""


def network_document(
    network: Network, terms: TermIndex, wording: Wording, request: NetworkRequest
) -> JsonObject:
    """The nodes of highest weighted degree and, among them, the heaviest edges."""
    measures, weight = network.measures, network.measures.weighted_degree
    nodes = sorted(network.graph, key=lambda node: (-weight[node], node))[: request.limit]
    shown = set(nodes)
    edges = [ends for ends in network.edges if shown.issuperset(ends)]
    edges.sort(key=lambda ends: (-len(network.edges[ends].evidence), ends))
    edges = edges[: request.edge_limit]
    evidence = {ends: sorted(network.edges[ends].evidence)[:EVIDENCE_SHOWN] for ends in edges}
    named = {network.nodes[node].iri for node in nodes}
    words = _words(network, wording, named, set().union(*evidence.values()))
    drawn: nx.Graph[int] = nx.Graph()
    # A stable sort: within a community the heaviest come first.
    by_community: list[int] = sorted(nodes, key=lambda node: measures.community[node])
    drawn.add_nodes_from(by_community)
    drawn.add_weighted_edges_from((a, b, network.graph[a][b]["weight"]) for a, b in edges)
    places = lay_out(drawn)
    return {
        **_head(network, count=network.kind.count),
        "measures": _describe_measures(measures),
        "directed": False,
        "multigraph": False,
        "graph": {"kind": network.kind.name},
        "nodes": [_node(network, node, terms, places[node]) for node in nodes],
        "edges": [_edge(network, ends, evidence[ends], terms, words) for ends in edges],
        "communities": _communities(network, nodes, terms),
        "total": {
            "nodes": len(network.nodes),
            "edges": len(network.edges),
            "unlinked": network.unlinked,
        },
        "left_out": {
            "nodes": len(network.nodes) - len(nodes),
            "edges": len(network.edges) - len(edges),
        },
    }


def _head(network: Network, **more: str) -> JsonObject:
    """What a document says of a network before it shows it."""
    kind = network.kind
    return {
        "kind": kind.name,
        "title": kind.title,
        "description": kind.description,
        "sides": [side.name for side in kind.sides],
        "weight": describe_weight(kind),
        **more,
        "assertions": [_SHORT[iri] for iri in network.grounds.assertions],
        "minimum": network.minimum,
    }


def _describe_measures(measures: Measures) -> JsonObject:
    sample = measures.betweenness_sample
    described: JsonObject = {name: {"meaning": text} for name, text in MEASURES.items()}
    described["betweenness"]["exact"] = sample is None
    if sample is not None:
        described["betweenness"]["sample"] = sample
    described["community"]["modularity"] = measures.modularity
    return described


def _node(network: Network, node: int, terms: TermIndex, place: tuple[float, float]) -> JsonObject:
    found = network.nodes[node]
    types = terms.types(found.iri)
    named = _cell(found.iri, terms)
    return {
        "id": named.pop("iri"),
        **named,
        # As search names classes: ``instrument`` for gfmd:Instrument.
        "type": compact(types[0]).rpartition(":")[2].lower() if types else None,
        "side": network.kind.sides[found.side].name,
        "count": found.count,
        **{measure: getattr(network.measures, measure)[node] for measure in MEASURES},
        "x": place[0],
        "y": place[1],
    }


def _edge(
    network: Network, ends: tuple[int, int], evidence: list[str], terms: TermIndex, words: Words
) -> JsonObject:
    edge, (one, other) = network.edges[ends], ends
    weight = len(edge.evidence)
    jaccard = {} if network.kind.is_bipartite else {"jaccard": round(network.jaccard(*ends), 4)}
    source, target = network.nodes[one].iri, network.nodes[other].iri
    return {
        "source": source,
        "target": target,
        "weight": weight,
        **jaccard,
        "assertions": sorted(_SHORT.get(iri, iri) for iri in edge.assertions),
        "evidence": {
            "total": weight,
            "items": [_piece(iri, (source, target), terms, words) for iri in evidence],
        },
    }


def _cell(iri: str, terms: TermIndex) -> JsonObject:
    return members(terms.resource(iri))


def _words(
    network: Network, wording: Wording, ends: Iterable[str], evidence: Iterable[str]
) -> Words:
    """The words that link the ends of edges with their evidence; one of the two are passages."""
    is_passage = network.kind.evidence_member == "passage"
    return wording(evidence if is_passage else ends, network.grounds)


def _piece(evidence: str, ends: tuple[str, str], terms: TermIndex, words: Words) -> JsonObject:
    """A piece of evidence, with the words that tie it to the ends of its edge, if any do."""
    pairs = (pair for end in ends for pair in ((evidence, end), (end, evidence)))
    found = dict.fromkeys(text for pair in pairs for text in words.get(pair, ()))
    return {**_cell(evidence, terms), "matched_text": " | ".join(found) or None}


def _communities(network: Network, nodes: Iterable[int], terms: TermIndex) -> list[JsonObject]:
    """The communities of the nodes that are shown, each called after its heaviest node."""
    community = network.measures.community
    sizes = Counter(community)
    heaviest: dict[int, str] = {}
    for node in nodes:
        heaviest.setdefault(community[node], network.nodes[node].iri)
    return [
        {"community": number, "nodes": sizes[number], "heaviest": _cell(iri, terms)}
        for number, iri in sorted(heaviest.items())
    ]


def matrix_document(network: Network, terms: TermIndex, request: NetworkRequest) -> JsonObject:
    """The table with its totals, which count what is left out as well; the heaviest lines first.

    A line's ``total`` adds up its cells, its ``count`` is the number of passages in which the
    resource occurs: a passage with two topics counts in two cells of an instrument's row.
    """
    totals = {node: int(total) for node, total in network.graph.degree(weight="weight")}
    ranked = sorted(totals, key=lambda node: (-totals[node], node))
    sides = [[n for n in ranked if network.nodes[n].side == side] for side in (0, 1)]
    down, across = sides[0][: request.rows], sides[1][: request.columns]

    def line(node: int) -> JsonObject:
        found = network.nodes[node]
        return _cell(found.iri, terms) | {"total": totals[node], "count": found.count}

    total = sum(len(edge.evidence) for edge in network.edges.values())
    weights = network.graph.adj
    cells = [[weights[row].get(column, {}).get("weight", 0) for column in across] for row in down]
    return {
        **_head(network),
        "rows": [line(node) for node in down],
        "columns": [line(node) for node in across],
        "cells": cells,
        "total": total,
        "left_out": {
            "rows": len(sides[0]) - len(down),
            "columns": len(sides[1]) - len(across),
            "total": total - sum(map(sum, cells)),
        },
    }


def evidence_document(
    network: Network,
    terms: TermIndex,
    wording: Wording,
    ends: tuple[str, str],
    request: NetworkRequest,
) -> JsonObject:
    """What links two nodes. Raises ``NotFound`` as ``evidence_of``."""
    found = evidence_of(network, *ends)
    shown = found[request.start :][: request.limit]
    words = _words(network, wording, ends, shown)
    return {
        "kind": network.kind.name,
        "source": _cell(ends[0], terms),
        "target": _cell(ends[1], terms),
        "evidence": network.kind.evidence,
        "items": [_piece(iri, ends, terms, words) for iri in shown],
        "total": len(found),
    }


# What XML 1.0 cannot hold, not even escaped (section 2.2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The library notes the day of writing, which would make two equal files differ.
_DAY_WRITTEN = re.compile(r' lastmodifieddate="[^"]*"')
_NODE_ATTRIBUTES = ("label", "code", "type", "side", "count", *MEASURES)
_EDGE_ATTRIBUTES = ("weight", "jaccard")


def _graphml(document: JsonObject) -> str:
    graph = _graph(document)
    for node in document["nodes"]:
        graph.nodes[node["id"]].update(x=node["x"], y=node["y"])
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True)) + "\n"


_GEXF_SCALE = 1000  # Gephi draws nodes some units wide.


def _gexf(document: JsonObject) -> str:
    graph = _graph(document)
    for node in document["nodes"]:
        place = {"x": node["x"] * _GEXF_SCALE, "y": node["y"] * _GEXF_SCALE, "z": 0.0}
        graph.nodes[node["id"]]["viz"] = {"position": place}
    text = "\n".join(nx.generate_gexf(graph))
    return _DAY_WRITTEN.sub("", text, count=1) + "\n"


def _graph(document: JsonObject) -> "nx.Graph[str]":
    """The document's graph with plain attributes; those without a value are left out."""
    graph: nx.Graph[str] = nx.Graph(**document["graph"])
    for node in document["nodes"]:
        graph.add_node(node["id"], **_attributes(node, _NODE_ATTRIBUTES))
    for edge in document["edges"]:
        attributes = _attributes(edge, _EDGE_ATTRIBUTES)
        attributes["assertions"] = " ".join(edge["assertions"])
        graph.add_edge(edge["source"], edge["target"], **attributes)
    return graph


def _attributes(record: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: _NOT_XML.sub("\ufffd", value) if isinstance(value, str) else value
        for name in names
        if (value := record.get(name)) is not None
    }


def _dot(document: JsonObject) -> str:
    """DOT as Graphviz reads it; ``pos`` is in points, for ``neato -n``."""
    lines = [f"graph {_quoted(document['kind'])} {{", "  node [shape=ellipse];"]
    for node in document["nodes"]:
        attributes = {
            **_attributes(node, _NODE_ATTRIBUTES),
            "label": node["label"] or node["id"],
            "pos": f"{node['x'] * 500:.1f},{node['y'] * 500:.1f}",
        }
        lines.append(f"  {_quoted(node['id'])} [{_dot_attributes(attributes)}];")
    for edge in document["edges"]:
        attributes = _attributes(edge, _EDGE_ATTRIBUTES)
        ends = f"{_quoted(edge['source'])} -- {_quoted(edge['target'])}"
        lines.append(f"  {ends} [{_dot_attributes(attributes)}];")
    return "\n".join((*lines, "}", ""))


def _dot_attributes(attributes: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_quoted(str(value))}" for name, value in attributes.items())


def _quoted(text: str) -> str:
    """A quoted string of DOT, in which backslashes and line ends stand for themselves."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\r", "").replace("\n", "\\n").replace("\0", "\ufffd") + '"'


def _csv(document: JsonObject) -> str:
    """A row an edge; ``evidence`` has the IRIs of the first pieces of it."""
    label = {node["id"]: node["label"] for node in document["nodes"]}
    head = ("source", "source_label", "target", "target_label", "weight", "jaccard")
    rows = [
        (
            edge["source"],
            label[edge["source"]],
            edge["target"],
            label[edge["target"]],
            edge["weight"],
            edge.get("jaccard"),
            " ".join(edge["assertions"]),
            " ".join(item["iri"] for item in edge["evidence"]["items"]),
        )
        for edge in document["edges"]
    ]
    return _table([(*head, "assertions", "evidence"), *rows])


def matrix_csv(document: JsonObject) -> str:
    """A matrix with the labels of the columns above and their totals, all included, below."""
    columns = document["columns"]
    rows = zip(document["rows"], document["cells"], strict=True)
    return _table(
        [
            (document["sides"][0], "label", *(c["label"] or c["iri"] for c in columns), "total"),
            *((row["iri"], row["label"], *cells, row["total"]) for row, cells in rows),
            ("", "total", *(column["total"] for column in columns), document["total"]),
        ]
    )


def _table(rows: Iterable[tuple[object, ...]]) -> str:
    output = io.StringIO()
    csv.writer(output, lineterminator="\r\n").writerows(rows)
    return output.getvalue()


GRAPH_FILES: Mapping[str, Callable[[JsonObject], str]] = {
    "graphml": _graphml,
    "gexf": _gexf,
    "csv": _csv,
    "dot": _dot,
}
"""Name of the format to the function that writes a network's document in it."""
