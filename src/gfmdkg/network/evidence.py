"""All evidence of one edge."""

from gfmdkg.errors import NotFound
from gfmdkg.network.network import Network

__all__ = ["evidence_of"]


def evidence_of(network: Network, source: str, target: str) -> tuple[str, ...]:
    """The IRIs of what links a node of the first side with another, sorted; none if nothing does.

    Raises ``NotFound`` for an IRI that is no node of its side of the network.
    """
    places = {(node.iri, node.side): place for place, node in enumerate(network.nodes)}
    last = len(network.kind.sides) - 1
    found: list[int] = []
    for iri, side in ((source, 0), (target, last)):
        if (iri, side) not in places:
            raise NotFound(f"{network.kind.sides[side].name} of this network", iri)
        found.append(places[iri, side])
    one, other = found
    edge = network.edges.get((one, other)) or network.edges.get((other, one))
    return () if edge is None else tuple(sorted(edge.evidence))
