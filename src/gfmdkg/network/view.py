"""What is shown of a network: all of it, or as much as can be drawn, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx

from gfmdkg.network.layout import Position, lay_out
from gfmdkg.network.measures import Measures
from gfmdkg.network.network import Network

__all__ = ["NetworkView", "show"]


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
    drawn.add_nodes_from(nodes)
    drawn.add_weighted_edges_from((a, b, network.graph[a][b]["weight"]) for a, b in edges)
    places = lay_out(
        drawn,
        {node: measures.community[node] for node in nodes},
        {node: weighted[node] for node in nodes},
    )
    return NetworkView(network=network, measures=measures, nodes=nodes, edges=edges, places=places)
