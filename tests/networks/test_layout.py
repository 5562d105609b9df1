"""Where the nodes of a network are drawn."""

import math
from itertools import combinations
from random import Random

import networkx as nx
import pytest

from gfmdkg.networks.network import lay_out


def cliques(number: int, size: int) -> "nx.Graph[int]":
    """Cliques in a ring, each with an edge to the next."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(number * size))
    for clique in range(number):
        first = clique * size
        graph.add_edges_from(combinations(range(first, first + size), 2), weight=2)
        graph.add_edge(first, (first + size) % (number * size), weight=1)
    return graph


@pytest.mark.parametrize(("number", "size"), [(1, 2), (5, 6), (40, 30)])
def test_all_nodes_lie_in_the_square_each_in_a_place_of_its_own(number: int, size: int) -> None:
    places = lay_out(cliques(number, size))
    assert len(places) == number * size == len(set(places.values()))
    outermost = max(abs(value) for place in places.values() for value in place)
    assert outermost == pytest.approx(1, abs=1e-3)


def test_the_same_graph_is_laid_out_the_same() -> None:
    assert lay_out(cliques(4, 5)) == lay_out(cliques(4, 5))


def test_a_node_is_nearer_to_its_own_community_than_to_others() -> None:
    graph = cliques(6, 8)
    places = lay_out(graph)

    def mean(pairs: list[tuple[int, int]]) -> float:
        return sum(math.dist(places[a], places[b]) for a, b in pairs) / len(pairs)

    pairs = list(combinations(Random(1).sample(sorted(graph), len(graph)), 2))
    own = mean([(a, b) for a, b in pairs if a // 8 == b // 8])
    other = mean([(a, b) for a, b in pairs if a // 8 != b // 8])
    assert own < other / 2


def test_parts_without_an_edge_between_them_do_not_shrink_each_other() -> None:
    graph = cliques(1, 30)
    graph.add_edge(30, 31, weight=1)
    places = lay_out(graph)
    assert max(math.dist(places[a], places[b]) for a, b in combinations(range(30), 2)) > 0.3


def test_no_two_nodes_of_a_drawing_hide_each_other() -> None:
    places = lay_out(cliques(10, 10))
    assert min(math.dist(a, b) for a, b in combinations(places.values(), 2)) > 0.01


def test_a_single_node_lies_in_the_middle_and_nothing_nowhere() -> None:
    assert lay_out(nx.Graph()) == {}
    assert lay_out(cliques(1, 1)) == {0: (0.0, 0.0)}


def test_nodes_without_edges_are_laid_out_as_well() -> None:
    for nodes in (40, 1_000):
        assert len(set(lay_out(nx.empty_graph(nodes)).values())) == nodes
