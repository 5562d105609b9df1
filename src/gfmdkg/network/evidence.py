"""All evidence of one edge."""

from gfmdkg.errors import NotFound
from gfmdkg.network.network import Network

__all__ = ["evidence_of"]


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
