"""Measures of the nodes, and where they are drawn: degree, betweenness, PageRank, communities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import networkx as nx

__all__ = ["Measures", "lay_out", "measure"]

# Brandes' algorithm takes nodes × (nodes + edges) steps, about a second for this many.
_BETWEENNESS_STEPS = 3_000_000
_SAMPLES_LEAST = 10
_SEED = 20170406
_DAMPING = 0.85
_TOLERANCE = 1e-8
_ROUNDS = 100
_MOVED_NODES = 500
_GRAVITY = 0.1
_LAYOUT_SEED = 1


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


def measure(graph: "nx.Graph[int]") -> Measures:
    """All measures of a graph of the nodes 0, 1, 2 …, the same for the same graph."""
    sample = _betweenness_sample(graph)
    betweenness = nx.betweenness_centrality(graph, k=sample, seed=_SEED)
    communities = _communities(graph)
    community = {node: place for place, found in enumerate(communities) for node in found}
    return Measures(
        degree=tuple(degree for _, degree in graph.degree),
        weighted_degree=tuple(int(degree) for _, degree in graph.degree(weight="weight")),
        betweenness=_rounded(betweenness[node] for node in graph),
        betweenness_sample=sample,
        pagerank=_rounded(_pagerank(graph)),
        community=tuple(community[node] for node in graph),
        modularity=round(nx.community.modularity(graph, communities), 6) if communities else None,
    )


def _rounded(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)


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


def _pagerank(graph: "nx.Graph[int]") -> Iterable[float]:
    """PageRank by power iteration (Brin and Page 1998), each step along an edge by its weight.

    The library's own needs SciPy, which is no dependency of this project.
    """
    import numpy as np  # not before a worker has said how many threads it may have

    nodes = len(graph)
    if not nodes:
        return ()
    steps = np.array(list(graph.to_directed().edges(data="weight")))
    start, end, weight = steps[:, 0].astype(int), steps[:, 1].astype(int), steps[:, 2]
    # No node is without an edge, so no rank is lost.
    share = _DAMPING * weight / np.bincount(start, weight)[start]
    rank = np.full(nodes, 1 / nodes)
    for _ in range(_ROUNDS):
        before = rank
        rank = (1 - _DAMPING) / nodes + np.bincount(end, share * before[start])
        if np.abs(rank - before).sum() < nodes * _TOLERANCE:
            break
    return rank


def lay_out(graph: "nx.Graph[int]") -> dict[int, tuple[float, float]]:
    """A place in the square from -1 to 1 for each node; the same for the same graph.

    Nodes begin on a spiral, in the graph's order; in a graph of a size that can be drawn they are
    then moved by forces (ForceAtlas2, Jacomy et al. 2014), which take as many steps as there are
    pairs of nodes. Gravity keeps parts without an edge between them in sight of each other.
    """
    places = nx.spiral_layout(graph, equidistant=True)
    if 1 < len(graph) <= _MOVED_NODES:
        moved = nx.forceatlas2_layout(
            graph,
            pos=places,
            strong_gravity=True,
            gravity=_GRAVITY,
            weight="weight",
            seed=_LAYOUT_SEED,
        )
        places = nx.rescale_layout_dict(moved)
    return {node: (round(float(x), 4), round(float(y), 4)) for node, (x, y) in places.items()}
