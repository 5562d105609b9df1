"""A network: nodes linked by what they share, with the evidence for every edge."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import networkx as nx

from gfmdkg.errors import NetworkTooLarge, NotFound
from gfmdkg.networks.kinds import NetworkKind
from gfmdkg.networks.measures import Measures, measure
from gfmdkg.networks.occurrences import Grounds, Occurrence

__all__ = ["EDGES_LIMIT", "Edge", "Network", "Node", "build_network", "evidence_of"]

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
            # Most edges have but one ground, and share the set that says so.
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
    # Most edges have but one ground, and share the set that says so.
    shared: dict[tuple[str | None, str | None], frozenset[str]] = {}
    for one, other in _pairs(kind, sides):
        both = one.assertion, other.assertion
        if both not in shared:
            shared[both] = frozenset(iri for iri in both if iri is not None)
        edge = edges.setdefault((one.node, other.node), Edge())
        edge.add(getattr(one, kind.evidence_member), shared[both])
    kept = {ends: edge for ends, edge in edges.items() if len(edge.evidence) >= minimum}
    if len(kept) > EDGES_LIMIT:
        raise NetworkTooLarge(
            edges=len(kept), limit_edges=EDGES_LIMIT, minimum=_enough(kept.values())
        )
    return _number(kind, sides, kept, grounds=grounds, minimum=minimum)


_Ends = tuple[str, str]


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
    numbered = {(number[one, 0], number[other, last]): edge for (one, other), edge in edges.items()}
    # Numbers, not IRIs: sets of texts have another order in each process, and the search for
    # communities, which uses sets, would then not be the same twice.
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(linked)))
    numbered = dict(sorted(numbered.items(), key=lambda item: item[0]))
    graph.add_weighted_edges_from((*ends, len(edge.evidence)) for ends, edge in numbered.items())
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
