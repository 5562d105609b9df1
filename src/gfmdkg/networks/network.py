"""A network: nodes linked by what they share, the evidence of each edge, measures and a drawing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import combinations
from operator import itemgetter

import networkx as nx

from gfmdkg.errors import NetworkTooLarge, NotFound
from gfmdkg.networks.kinds import NetworkKind
from gfmdkg.networks.occurrences import Grounds, Occurrence

__all__ = [
    "BETWEENNESS_STEPS",
    "EDGES_LIMIT",
    "Edge",
    "Measures",
    "Network",
    "Node",
    "build_network",
    "evidence_of",
    "lay_out",
    "measure",
]

BETWEENNESS_STEPS = 3_000_000
"""Brandes' algorithm takes nodes × (nodes + edges) steps, about a second for this many."""

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


def measure(graph: "nx.Graph[int]", *, betweenness_steps: int = BETWEENNESS_STEPS) -> Measures:
    """All measures of a graph of the nodes 0, 1, 2 …, the same for the same graph.

    Betweenness that would take more steps is worked out from a sample of the nodes.
    """
    sample = _betweenness_sample(graph, betweenness_steps)
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


def _betweenness_sample(graph: "nx.Graph[int]", steps_limit: int) -> int | None:
    """From how many nodes to follow shortest paths; ``None`` for all of them."""
    nodes, steps = len(graph), len(graph) + graph.number_of_edges()
    if nodes * steps <= steps_limit:
        return None
    return min(nodes, max(_SAMPLES_LEAST, steps_limit // steps))


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


EDGES_LIMIT = 150_000
"""More edges than this take longer to measure than anybody waits for the answer."""

# Pairs are counted before they are made: so many fit into memory with their evidence.
_PAIRS_LIMIT = 2_000_000


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its IRI, which side it is on, and in how many units it occurs."""

    iri: str
    side: int
    count: int


@dataclass(slots=True)
class Edge:
    """What links two nodes: the IRIs of the evidence, and on what grounds it is asserted."""

    evidence: list[str] = field(default_factory=list)
    assertions: frozenset[str] = frozenset()

    def add(self, evidence: str, assertions: frozenset[str]) -> None:
        """Note a piece of evidence, once."""
        if evidence not in self.evidence:
            self.evidence.append(evidence)
        if not assertions <= self.assertions:
            self.assertions = self.assertions | assertions if self.assertions else assertions


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network of one kind. Nodes go by their place in ``nodes``, which is sorted by IRI.

    ``graph`` has these numbers as nodes and a ``weight`` on each edge: how many pieces of
    evidence it has. ``jaccard`` of two nodes of one side is what they share, divided by all
    that either has. ``unlinked`` counts the nodes that occur but share nothing.
    """

    kind: NetworkKind
    grounds: Grounds
    minimum: int
    nodes: tuple[Node, ...]
    edges: dict[tuple[int, int], Edge]
    graph: "nx.Graph[int]"
    unlinked: int

    @cached_property
    def measures(self) -> Measures:
        """The measures of all nodes, worked out where they are asked for first."""
        return measure(self.graph)

    def jaccard(self, one: int, other: int) -> float:
        """The share that two nodes of one side have in common, from 0 to 1."""
        shared = len(self.edges[one, other].evidence)
        return shared / (self.nodes[one].count + self.nodes[other].count - shared)


def build_network(
    kind: NetworkKind,
    sides: Sequence[Sequence[Occurrence]],
    *,
    grounds: Grounds,
    items: Collection[str] | None = None,
    minimum: int = 1,
) -> Network:
    """Link the nodes that share a unit; edges below the ``minimum`` weight are left out.

    ``sides`` are what was found on these ``grounds``. Where ``items`` are given, only
    passages among these count.

    Raises ``NetworkTooLarge`` with the minimum that would be enough, where there is one.
    """
    if items is not None:
        sides = [[o for o in side if o.passage in items] for side in sides]
    edges: dict[_Ends, Edge] = {}
    for one, other in _pairs(kind, sides):
        edge = edges.setdefault((one.node, other.node), Edge())
        grounds_of_both = _set_of(one.assertion, other.assertion)
        edge.add(getattr(one, kind.evidence_member), grounds_of_both)
    kept = {ends: edge for ends, edge in edges.items() if len(edge.evidence) >= minimum}
    if len(kept) > EDGES_LIMIT:
        raise NetworkTooLarge(
            edges=len(kept), limit_edges=EDGES_LIMIT, minimum=_enough(kept.values())
        )
    return _number(kind, sides, kept, grounds=grounds, minimum=minimum)


_Ends = tuple[str, str]


@cache
def _set_of(*assertions: str | None) -> frozenset[str]:
    """The assertions that are known. Most edges have but one ground, and share the set."""
    return frozenset(iri for iri in assertions if iri is not None)


def _pairs(
    kind: NetworkKind, sides: Sequence[Sequence[Occurrence]]
) -> Iterator[tuple[Occurrence, Occurrence]]:
    """What stands in the same unit: across the sides or, on one, the lower node first."""
    first, last = (_by_unit(side) for side in (sides[0], sides[-1]))
    count = sum(len(found) * len(last.get(unit, ())) for unit, found in first.items())
    if not kind.is_bipartite:
        count //= 2
    if count > _PAIRS_LIMIT:
        raise NetworkTooLarge(edges=count, limit_edges=EDGES_LIMIT, minimum=None)
    for unit, found in first.items():
        if kind.is_bipartite:
            yield from ((one, other) for other in last.get(unit, ()) for one in found)
        else:  # sorted by node
            yield from ((a, b) for a, b in combinations(found, 2) if a.node != b.node)


def _by_unit(side: Sequence[Occurrence]) -> dict[str, list[Occurrence]]:
    units: dict[str, list[Occurrence]] = {}
    for occurrence in side:
        units.setdefault(occurrence.unit, []).append(occurrence)
    return units


def _enough(edges: Collection[Edge]) -> int | None:
    """The least weight at which no more edges are left than are allowed."""
    weights = sorted((len(edge.evidence) for edge in edges), reverse=True)
    enough = weights[EDGES_LIMIT] + 1
    return enough if enough <= weights[0] else None


def _number(
    kind: NetworkKind,
    sides: Sequence[Sequence[Occurrence]],
    edges: dict[_Ends, Edge],
    *,
    grounds: Grounds,
    minimum: int,
) -> Network:
    counts: dict[tuple[str, int], set[str]] = {}
    for side, occurrences in enumerate(sides):
        for occurrence in occurrences:
            found = counts.setdefault((occurrence.node, side), set())
            found.add(getattr(occurrence, kind.evidence_member))
    last = len(sides) - 1
    linked = sorted({end for one, other in edges for end in ((one, 0), (other, last))})
    number = {end: place for place, end in enumerate(linked)}
    ends = {(number[one, 0], number[other, last]): edge for (one, other), edge in edges.items()}
    numbered = dict(sorted(ends.items(), key=itemgetter(0)))
    # Numbers, not IRIs: sets of texts have another order in each process, and the search for
    # communities, which uses sets, would then not be the same twice.
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(linked)))
    graph.add_weighted_edges_from((*pair, len(edge.evidence)) for pair, edge in numbered.items())
    return Network(
        kind=kind,
        grounds=grounds,
        minimum=minimum,
        nodes=tuple(Node(iri=iri, side=side, count=len(counts[iri, side])) for iri, side in linked),
        edges=numbered,
        graph=graph,
        unlinked=len(counts) - len(linked),
    )


def evidence_of(network: Network, source: str, target: str) -> tuple[str, ...]:
    """The IRIs of what links a node of the first side with another, sorted; none if nothing does.

    Under other filters either may be no node at all, and then nothing does. Raises ``NotFound``
    for a node of the other side.
    """
    places = {(node.iri, node.side): place for place, node in enumerate(network.nodes)}
    last = len(network.kind.sides) - 1
    ends = (source, 0), (target, last)
    for iri, side in ends:
        if (iri, side) not in places and (iri, last - side) in places:
            raise NotFound(f"{network.kind.sides[side].name} of this network", iri)
    one, other = (places.get(end, -1) for end in ends)
    edge = network.edges.get((one, other)) or network.edges.get((other, one))
    return () if edge is None else tuple(sorted(edge.evidence))
