"""A network: nodes linked by what they share, with the evidence for every edge."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import networkx as nx

from gfmdkg.errors import NetworkTooLarge, NotFound
from gfmdkg.network.kinds import NetworkKind
from gfmdkg.network.occurrences import Grounds, Occurrence

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


@dataclass(frozen=True, slots=True, kw_only=True)
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
    by_unit = [_by_unit(side) for side in sides]
    _check_pairs(by_unit)
    pairs = _pairs_across(*by_unit) if kind.is_bipartite else _pairs_within(by_unit[0])
    edges: dict[Ends, Edge] = {}
    is_by_passage = kind.evidence == "passage"
    sets: dict[tuple[str | None, str | None], frozenset[str]] = {}
    for one, other in pairs:
        both = one.assertion, other.assertion
        if both not in sets:
            sets[both] = frozenset(iri for iri in both if iri is not None)
        edge = edges.setdefault((one.node, other.node), Edge())
        edge.add(one.passage if is_by_passage else one.unit, sets[both])
    kept = {ends: edge for ends, edge in edges.items() if len(edge.evidence) >= minimum}
    if len(kept) > EDGES_LIMIT:
        raise NetworkTooLarge(
            edges=len(kept), limit_edges=EDGES_LIMIT, minimum=_enough(kept.values())
        )
    return _number(kind, sides, kept, grounds=grounds, minimum=minimum)


Ends = tuple[str, str]
Units = dict[str, list[Occurrence]]


def _by_unit(side: Sequence[Occurrence]) -> Units:
    units: Units = {}
    for occurrence in side:
        units.setdefault(occurrence.unit, []).append(occurrence)
    return units


def _check_pairs(by_unit: Sequence[Units]) -> None:
    first, last = by_unit[0], by_unit[-1]
    pairs = sum(len(found) * len(last.get(unit, ())) for unit, found in first.items())
    if len(by_unit) == 1:
        pairs //= 2
    if pairs > _PAIRS_LIMIT:
        raise NetworkTooLarge(edges=pairs, limit_edges=EDGES_LIMIT, minimum=None)


def _pairs_within(units: Units) -> Iterator[tuple[Occurrence, Occurrence]]:
    for found in units.values():
        # Sorted by node, so that the lower node always comes first.
        yield from ((a, b) for a, b in combinations(found, 2) if a.node != b.node)


def _pairs_across(first: Units, second: Units) -> Iterator[tuple[Occurrence, Occurrence]]:
    for unit, found in first.items():
        for other in second.get(unit, ()):
            yield from ((one, other) for one in found)


def _enough(edges: Collection[Edge]) -> int | None:
    """The least weight at which no more edges are left than are allowed."""
    weights = sorted((len(edge.evidence) for edge in edges), reverse=True)
    enough = weights[EDGES_LIMIT] + 1
    return enough if enough <= weights[0] else None


def _number(
    kind: NetworkKind,
    sides: Sequence[Sequence[Occurrence]],
    edges: dict[Ends, Edge],
    *,
    grounds: Grounds,
    minimum: int,
) -> Network:
    counts: dict[tuple[str, int], set[str]] = {}
    is_by_passage = kind.evidence == "passage"
    for side, occurrences in enumerate(sides):
        for o in occurrences:
            counts.setdefault((o.node, side), set()).add(o.passage if is_by_passage else o.unit)
    last = len(sides) - 1
    ends = {(one, 0) for one, _ in edges} | {(other, last) for _, other in edges}
    linked = sorted(ends)
    number = {end: place for place, end in enumerate(linked)}
    numbered = sorted(
        ((number[one, 0], number[other, last], edge) for (one, other), edge in edges.items()),
        key=lambda row: row[:2],
    )
    # Numbers, not IRIs: sets of texts have another order in each process, and the search for
    # communities, which uses sets, would then not be the same twice.
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(linked)))
    graph.add_weighted_edges_from((a, b, len(edge.evidence)) for a, b, edge in numbered)
    return Network(
        kind=kind,
        grounds=grounds,
        minimum=minimum,
        nodes=tuple(Node(iri=iri, side=side, count=len(counts[iri, side])) for iri, side in linked),
        edges={(a, b): edge for a, b, edge in numbered},
        graph=graph,
        unlinked=len(counts) - len(linked),
    )


def evidence_of(network: Network, source: str, target: str) -> tuple[str, ...]:
    """The IRIs of what links a node of the first side with another, sorted; none if nothing does.

    Under other filters either may be no node at all, and then nothing does. Raises ``NotFound``
    for a node of the other side.
    """
    places = {(node.iri, node.side): place for place, node in enumerate(network.nodes)}
    sides = range(len(network.kind.sides))
    ends: list[int | None] = []
    for iri, side in ((source, sides[0]), (target, sides[-1])):
        if (iri, side) not in places and any((iri, other) in places for other in sides):
            raise NotFound(f"{network.kind.sides[side].name} of this network", iri)
        ends.append(places.get((iri, side)))
    one, other = ends
    if one is None or other is None:
        return ()
    edge = network.edges.get((one, other)) or network.edges.get((other, one))
    return () if edge is None else tuple(sorted(edge.evidence))
