"""A network as a JSON document, with what it means.

Either node-link data as networkx and D3 read it, or, between two sides, a table: one side down,
the other across, counts in the cells.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from gfmdkg.network.kinds import ASSERTIONS, describe_weight
from gfmdkg.network.network import Network
from gfmdkg.network.occurrences import Name
from gfmdkg.network.view import NetworkView

__all__ = [
    "EVIDENCE_SHOWN",
    "MEASURES",
    "matrix_csv",
    "matrix_document",
    "network_document",
    "shown_evidence",
    "shown_lines",
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


def shown_evidence(view: NetworkView) -> Mapping[tuple[int, int], Sequence[str]]:
    """The first pieces of evidence of each edge that is shown."""
    edges = view.network.edges
    return {ends: sorted(edges[ends].evidence)[:EVIDENCE_SHOWN] for ends in view.edges}


def network_document(view: NetworkView, names: Mapping[str, Name]) -> Document:
    """The whole document; ``names`` has the nodes and the evidence that is shown."""
    network = view.network
    kind = network.kind
    return {
        **_head(network, count=kind.count),
        "measures": _measures(view),
        "directed": False,
        "multigraph": False,
        "graph": {"kind": kind.name},
        "nodes": [_node(view, node, names) for node in view.nodes],
        "edges": _edges(view, names),
        "communities": _communities(view, names),
        "total": {
            "nodes": len(network.nodes),
            "edges": len(network.edges),
            "unlinked": network.unlinked,
        },
        "left_out": {"nodes": view.nodes_left_out, "edges": view.edges_left_out},
    }


def _measures(view: NetworkView) -> Document:
    measures = view.measures
    sample = measures.betweenness_sample
    described: Document = {name: {"meaning": text} for name, text in MEASURES.items()}
    described["betweenness"]["exact"] = sample is None
    if sample is not None:
        described["betweenness"]["sample"] = sample
    described["community"]["modularity"] = measures.modularity
    return described


def _node(view: NetworkView, node: int, names: Mapping[str, Name]) -> Document:
    network, measures = view.network, view.measures
    found = network.nodes[node]
    x, y = view.places[node]
    return {
        "id": found.iri,
        "label": names[found.iri].label,
        "type": names[found.iri].type,
        "side": network.kind.sides[found.side].name,
        "count": found.count,
        "degree": measures.degree[node],
        "weighted_degree": measures.weighted_degree[node],
        "betweenness": measures.betweenness[node],
        "pagerank": measures.pagerank[node],
        "community": measures.community[node],
        "x": x,
        "y": y,
    }


def _edges(view: NetworkView, names: Mapping[str, Name]) -> list[Document]:
    network, evidence = view.network, shown_evidence(view)
    found: list[Document] = []
    for ends in view.edges:
        edge = network.edges[ends]
        one, other = ends
        document: Document = {
            "source": network.nodes[one].iri,
            "target": network.nodes[other].iri,
            "weight": len(edge.evidence),
        }
        if not network.kind.is_bipartite:
            document["jaccard"] = round(network.jaccard(one, other), 4)
        document["assertions"] = sorted(_SHORT.get(iri, iri) for iri in edge.assertions)
        document["evidence"] = {
            "total": len(edge.evidence),
            "items": [{"iri": iri, "label": names[iri].label} for iri in evidence[ends]],
        }
        found.append(document)
    return found


def _communities(view: NetworkView, names: Mapping[str, Name]) -> list[Document]:
    """The communities of the nodes that are shown, each called after its heaviest node."""
    network, measures = view.network, view.measures
    sizes: dict[int, int] = {}
    for community in measures.community:
        sizes[community] = sizes.get(community, 0) + 1
    heaviest: dict[int, str] = {}
    for node in view.nodes:
        heaviest.setdefault(measures.community[node], network.nodes[node].iri)
    return [
        {
            "community": community,
            "nodes": sizes[community],
            "heaviest": {"iri": iri, "label": names[iri].label},
        }
        for community, iri in sorted(heaviest.items())
    ]


def shown_lines(
    network: Network, *, rows: int | None, columns: int | None
) -> tuple[list[int], list[int]]:
    """The nodes of the rows and of the columns: the heaviest first, up to these numbers."""
    totals = _totals(network)
    ranked = sorted(totals, key=lambda node: (-totals[node], node))
    down = [node for node in ranked if network.nodes[node].side == 0]
    across = [node for node in ranked if network.nodes[node].side == 1]
    return down[:rows], across[:columns]


def matrix_document(
    network: Network,
    names: Mapping[str, Name],
    *,
    rows: int | None = None,
    columns: int | None = None,
) -> Document:
    """The table with its totals, which count what is left out as well.

    A line's ``total`` adds up its cells, its ``count`` is the number of passages in which the
    resource occurs: a passage with two topics counts in two cells of an instrument's row.
    """
    down, across = shown_lines(network, rows=rows, columns=columns)
    totals = _totals(network)

    def line(node: int) -> Document:
        found = network.nodes[node]
        return {
            "iri": found.iri,
            "label": names[found.iri].label,
            "total": totals[node],
            "count": found.count,
        }

    sides = [sum(node.side == side for node in network.nodes) for side in (0, 1)]
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
            "rows": sides[0] - len(down),
            "columns": sides[1] - len(across),
            "total": total - sum(map(sum, cells)),
        },
    }


def matrix_csv(document: Document) -> str:
    """The table with the labels of the columns above and their totals, all included, below."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    columns = document["columns"]
    side = document["sides"][0]
    writer.writerow((side, "label", *(c["label"] or c["iri"] for c in columns), "total"))
    for row, cells in zip(document["rows"], document["cells"], strict=True):
        writer.writerow((row["iri"], row["label"], *cells, row["total"]))
    writer.writerow(("", "total", *(c["total"] for c in columns), document["total"]))
    return output.getvalue()


def _totals(network: Network) -> dict[int, int]:
    return {node: int(total) for node, total in network.graph.degree(weight="weight")}


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
