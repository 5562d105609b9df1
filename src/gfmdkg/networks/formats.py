"""A network as a JSON document, with what it means.

Either node-link data as networkx and D3 read it, or, between two sides, a table: one side down,
the other across, counts in the cells; or the evidence of an edge.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import networkx as nx

from gfmdkg.networks.kinds import ASSERTIONS, describe_weight
from gfmdkg.networks.measures import Measures, lay_out
from gfmdkg.networks.network import Network, evidence_of
from gfmdkg.networks.occurrences import Grounds, Name

__all__ = [
    "EVIDENCE_SHOWN",
    "MEASURES",
    "Document",
    "Naming",
    "evidence_document",
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

Document = dict[str, Any]
Naming = Callable[[Iterable[str]], Mapping[str, Name]]
"""Gives the names of resources by their IRIs."""

Words = Mapping[tuple[str, str], tuple[str, ...]]
"""Passage and what it is linked with, to the words that name that."""

Wording = Callable[[Iterable[str], Grounds], Words]
"""Gives the words of passages on the grounds that count."""


def network_document(
    network: Network,
    naming: Naming,
    wording: Wording,
    *,
    limit: int | None = None,
    edge_limit: int | None = None,
) -> Document:
    """The ``limit`` nodes of highest weighted degree and, among them, the heaviest edges."""
    measures, weight = network.measures, network.measures.weighted_degree
    nodes = sorted(network.graph, key=lambda node: (-weight[node], node))[:limit]
    shown = set(nodes)
    edges = [ends for ends in network.edges if shown.issuperset(ends)]
    edges.sort(key=lambda ends: (-len(network.edges[ends].evidence), ends))
    edges = edges[:edge_limit]
    evidence = {ends: sorted(network.edges[ends].evidence)[:EVIDENCE_SHOWN] for ends in edges}
    named = {network.nodes[node].iri for node in nodes}
    names = naming(named.union(*evidence.values()))
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
        "nodes": [_node(network, node, names, places[node]) for node in nodes],
        "edges": [_edge(network, ends, evidence[ends], names, words) for ends in edges],
        "communities": _communities(network, nodes, names),
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


def _head(network: Network, **more: str) -> Document:
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


def _describe_measures(measures: Measures) -> Document:
    sample = measures.betweenness_sample
    described: Document = {name: {"meaning": text} for name, text in MEASURES.items()}
    described["betweenness"]["exact"] = sample is None
    if sample is not None:
        described["betweenness"]["sample"] = sample
    described["community"]["modularity"] = measures.modularity
    return described


def _node(
    network: Network, node: int, names: Mapping[str, Name], place: tuple[float, float]
) -> Document:
    found = network.nodes[node]
    return {
        "id": found.iri,
        **_called(names[found.iri]),
        "type": names[found.iri].type,
        "side": network.kind.sides[found.side].name,
        "count": found.count,
        **{measure: getattr(network.measures, measure)[node] for measure in MEASURES},
        "x": place[0],
        "y": place[1],
    }


def _edge(
    network: Network,
    ends: tuple[int, int],
    evidence: Iterable[str],
    names: Mapping[str, Name],
    words: Words,
) -> Document:
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
            "items": [_piece(iri, (source, target), names, words) for iri in evidence],
        },
    }


def _cell(iri: str, names: Mapping[str, Name]) -> Document:
    return {"iri": iri, **_called(names[iri])}


def _called(name: Name) -> Document:
    return {"label": name.label} if name.code is None else {"label": name.label, "code": name.code}


def _words(
    network: Network, wording: Wording, ends: Iterable[str], evidence: Iterable[str]
) -> Words:
    """The words that link the ends of edges with their evidence; one of the two are passages."""
    is_passage = network.kind.evidence_member == "passage"
    return wording(evidence if is_passage else ends, network.grounds)


def _piece(
    evidence: str, ends: tuple[str, str], names: Mapping[str, Name], words: Words
) -> Document:
    """A piece of evidence, with the words that tie it to the ends of its edge, if any do."""
    pairs = (pair for end in ends for pair in ((evidence, end), (end, evidence)))
    found = dict.fromkeys(text for pair in pairs for text in words.get(pair, ()))
    return {**_cell(evidence, names), "matched_text": " | ".join(found) or None}


def _communities(
    network: Network, nodes: Iterable[int], names: Mapping[str, Name]
) -> list[Document]:
    """The communities of the nodes that are shown, each called after its heaviest node."""
    community = network.measures.community
    sizes = Counter(community)
    heaviest: dict[int, str] = {}
    for node in nodes:
        heaviest.setdefault(community[node], network.nodes[node].iri)
    return [
        {"community": number, "nodes": sizes[number], "heaviest": _cell(iri, names)}
        for number, iri in sorted(heaviest.items())
    ]


def matrix_document(
    network: Network, naming: Naming, *, rows: int | None = None, columns: int | None = None
) -> Document:
    """The table with its totals, which count what is left out as well; the heaviest lines first.

    A line's ``total`` adds up its cells, its ``count`` is the number of passages in which the
    resource occurs: a passage with two topics counts in two cells of an instrument's row.
    """
    totals = {node: int(total) for node, total in network.graph.degree(weight="weight")}
    ranked = sorted(totals, key=lambda node: (-totals[node], node))
    sides = [[n for n in ranked if network.nodes[n].side == side] for side in (0, 1)]
    down, across = sides[0][:rows], sides[1][:columns]
    names = naming(network.nodes[node].iri for node in (*down, *across))

    def line(node: int) -> Document:
        found = network.nodes[node]
        return _cell(found.iri, names) | {"total": totals[node], "count": found.count}

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
    naming: Naming,
    wording: Wording,
    ends: tuple[str, str],
    *,
    start: int,
    limit: int | None,
) -> Document:
    """What links two nodes, from place ``start`` on. Raises ``NotFound`` as ``evidence_of``."""
    found = evidence_of(network, *ends)
    shown = found[start:][:limit]
    names = naming((*shown, *ends))
    words = _words(network, wording, ends, shown)
    return {
        "kind": network.kind.name,
        "source": _cell(ends[0], names),
        "target": _cell(ends[1], names),
        "evidence": network.kind.evidence,
        "items": [_piece(iri, ends, names, words) for iri in shown],
        "total": len(found),
    }
