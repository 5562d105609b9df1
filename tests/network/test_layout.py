"""Where nodes are drawn."""

import math
from itertools import combinations
from random import Random

import networkx as nx
import pytest

from gfmdkg.network.layout import lay_out


def cliques(number: int, size: int) -> tuple["nx.Graph[int]", dict[int, int], dict[int, float]]:
    """Cliques in a ring, each with an edge to the next; their communities; equal importance."""
    graph: nx.Graph[int] = nx.Graph()
    for clique in range(number):
        first = clique * size
        graph.add_edges_from(combinations(range(first, first + size), 2), weight=2)
        graph.add_edge(first, (first + size) % (number * size), weight=1)
    return graph, {node: node // size for node in graph}, dict.fromkeys(graph, 1.0)


@pytest.mark.parametrize(("number", "size"), [(1, 2), (5, 6), (40, 30)])
def test_all_nodes_lie_in_the_square_each_in_a_place_of_its_own(number: int, size: int) -> None:
    places = lay_out(*cliques(number, size))
    assert len(places) == number * size == len(set(places.values()))
    outermost = max(abs(value) for place in places.values() for value in place)
    assert outermost == pytest.approx(1, abs=1e-3)


def test_the_same_graph_is_laid_out_the_same() -> None:
    assert lay_out(*cliques(4, 5)) == lay_out(*cliques(4, 5))


@pytest.mark.parametrize(("number", "size"), [(6, 8), (40, 30)])
def test_a_node_is_nearer_to_its_own_community_than_to_others(number: int, size: int) -> None:
    graph, community, importance = cliques(number, size)
    places = lay_out(graph, community, importance)

    def mean(pairs: list[tuple[int, int]]) -> float:
        return sum(math.dist(places[a], places[b]) for a, b in pairs) / len(pairs)

    pairs = list(combinations(Random(1).sample(sorted(graph), min(len(graph), 120)), 2))
    own = mean([pair for pair in pairs if community[pair[0]] == community[pair[1]]])
    other = mean([pair for pair in pairs if community[pair[0]] != community[pair[1]]])
    assert own < other / 2


def test_no_two_nodes_of_a_drawing_hide_each_other() -> None:
    places = lay_out(*cliques(10, 10))
    nearest = min(math.dist(a, b) for a, b in combinations(places.values(), 2))
    assert nearest > 0.01


def test_a_single_node_lies_in_the_middle_and_nothing_nowhere() -> None:
    graph: nx.Graph[int] = nx.Graph()
    assert lay_out(graph, {}, {}) == {}
    graph.add_node(0)
    assert lay_out(graph, {0: 0}, {0: 1.0}) == {0: (0.0, 0.0)}


def test_communities_of_one_node_each_are_laid_out_as_well() -> None:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(1_000))
    places = lay_out(graph, {n: n for n in graph}, dict.fromkeys(graph, 1.0))
    assert len(set(places.values())) == 1_000
