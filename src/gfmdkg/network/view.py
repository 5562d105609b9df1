"""What is shown of a network: all of it, or as much as can be drawn, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx

from gfmdkg.network.measures import Measures
from gfmdkg.network.network import Network

__all__ = ["NetworkView", "lay_out", "show"]

Position = tuple[float, float]

_MOVED_NODES = 500
_GRAVITY = 0.1
_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkView:
    """Nodes, the heaviest first, and the edges among them, the heaviest first.

    Nodes are numbers of ``network``; measures are those of the whole network.
    """

    network: Network
    measures: Measures
    nodes: tuple[int, ...]
    edges: tuple[tuple[int, int], ...]
    places: Mapping[int, Position]

    @property
    def nodes_left_out(self) -> int:
        """How many nodes of the network are not shown."""
        return len(self.network.nodes) - len(self.nodes)

    @property
    def edges_left_out(self) -> int:
        """How many edges of the network are not shown."""
        return len(self.network.edges) - len(self.edges)


def show(
    network: Network,
    measures: Measures,
    *,
    limit: int | None = None,
    edge_limit: int | None = None,
) -> NetworkView:
    """The ``limit`` nodes of highest weighted degree and, among them, the heaviest edges."""
    weighted = measures.weighted_degree
    ranked = sorted(range(len(network.nodes)), key=lambda node: (-weighted[node], node))
    nodes = tuple(ranked[:limit])
    shown = set(nodes)
    among = [ends for ends in network.edges if ends[0] in shown and ends[1] in shown]
    among.sort(key=lambda ends: (-len(network.edges[ends].evidence), ends))
    edges = tuple(among[:edge_limit])
    drawn: nx.Graph[int] = nx.Graph()
    # A stable sort: within a community the heaviest come first.
    by_community: list[int] = sorted(nodes, key=lambda node: measures.community[node])
    drawn.add_nodes_from(by_community)
    drawn.add_weighted_edges_from((a, b, network.graph[a][b]["weight"]) for a, b in edges)
    places = lay_out(drawn)
    return NetworkView(network=network, measures=measures, nodes=nodes, edges=edges, places=places)


def lay_out(graph: "nx.Graph[int]") -> dict[int, Position]:
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
            seed=_SEED,
        )
        places = nx.rescale_layout_dict(moved)
    return {node: (round(float(x), 4), round(float(y), 4)) for node, (x, y) in places.items()}
