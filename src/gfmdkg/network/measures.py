"""Measures of the nodes: degree, betweenness, PageRank, communities."""

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx

from gfmdkg.network.network import Network

__all__ = ["Measures", "measure"]

# Brandes' algorithm takes nodes × (nodes + edges) steps, about a second for this many.
_BETWEENNESS_STEPS = 3_000_000
_SAMPLES_LEAST = 10
_SEED = 20170406
_DAMPING = 0.85
_TOLERANCE = 1e-8
_ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One value a node, in the order of the network's nodes.

    ``betweenness_sample`` is the number of nodes from which shortest paths were followed;
    ``None`` where all were. Communities count from 0, the largest first.
    """

    degree: tuple[int, ...]
    weighted_degree: tuple[int, ...]
    betweenness: tuple[float, ...]
    betweenness_sample: int | None
    pagerank: tuple[float, ...]
    community: tuple[int, ...]
    modularity: float | None


def measure(network: Network) -> Measures:
    """All measures of a network, the same for the same network."""
    graph = network.graph
    sample = _betweenness_sample(graph)
    betweenness = nx.betweenness_centrality(graph, k=sample, seed=_SEED)
    communities = _communities(graph)
    community = {node: place for place, found in enumerate(communities) for node in found}
    pagerank = _pagerank(graph)
    nodes = range(len(network.nodes))
    return Measures(
        degree=tuple(graph.degree(node) for node in nodes),
        weighted_degree=tuple(int(graph.degree(node, weight="weight")) for node in nodes),
        betweenness=tuple(round(betweenness[node], 6) for node in nodes),
        betweenness_sample=sample,
        pagerank=tuple(round(pagerank[node], 6) for node in nodes),
        community=tuple(community[node] for node in nodes),
        modularity=round(nx.community.modularity(graph, communities), 6) if communities else None,
    )


def _betweenness_sample(graph: "nx.Graph[int]") -> int | None:
    """From how many nodes to follow shortest paths; ``None`` for all of them."""
    nodes, steps = len(graph), len(graph) + graph.number_of_edges()
    if nodes * steps <= _BETWEENNESS_STEPS:
        return None
    return min(nodes, max(_SAMPLES_LEAST, _BETWEENNESS_STEPS // steps))


def _communities(graph: "nx.Graph[int]") -> Sequence[set[int]]:
    """Louvain's communities (Blondel et al. 2008), the largest first."""
    if not graph.number_of_edges():
        return []
    found = nx.community.louvain_communities(graph, weight="weight", seed=_SEED)
    return sorted(found, key=lambda nodes: (-len(nodes), min(nodes)))


def _pagerank(graph: "nx.Graph[int]") -> dict[int, float]:
    """PageRank by power iteration (Brin and Page 1998), each step along an edge by its weight.

    The library's own needs SciPy, which is no dependency of this project.
    """
    nodes = len(graph)
    if not nodes:
        return {}
    shares = {
        node: [(near, data["weight"]) for near, data in near_by.items()]
        for node, near_by in graph.adjacency()
    }
    total = {node: sum(weight for _, weight in near_by) for node, near_by in shares.items()}
    rank = dict.fromkeys(shares, 1 / nodes)
    for _ in range(_ROUNDS):
        rest = (1 - _DAMPING) / nodes
        following = dict.fromkeys(shares, rest)
        for node, near_by in shares.items():
            # No node is without an edge, so no rank is lost.
            part = _DAMPING * rank[node] / total[node]
            for near, weight in near_by:
                following[near] += part * weight
        change = sum(abs(following[node] - rank[node]) for node in shares)
        rank = following
        if change < nodes * _TOLERANCE:
            break
    return rank
