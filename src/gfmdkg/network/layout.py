"""Where nodes are drawn: communities side by side, their hubs in the middle, edges short.

A force-directed layout of a large graph takes minutes in Python, so the coarse order comes from
the communities at no cost, and only graphs of a size that can be drawn get a few rounds of
forces, in which nodes repel only those near by.
"""

import math
from collections.abc import Mapping, Sequence

import networkx as nx

__all__ = ["Position", "lay_out"]

Position = tuple[float, float]

_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_RELAXED_NODES = 600
_RELAXED_EDGES = 6_000
_ROUNDS = 60
_FIRST_STEP = 0.6
_SPACING = 1.0
_PULL = 0.05
_GAP = 1.2


def lay_out(
    graph: "nx.Graph[int]", community: Mapping[int, int], importance: Mapping[int, float]
) -> dict[int, Position]:
    """A place in the square from -1 to 1 for each node; the same for the same graph.

    Edges are drawn together by their ``weight``.
    """
    places = _pack(graph, community, importance)
    if len(graph) <= _RELAXED_NODES and graph.number_of_edges() <= _RELAXED_EDGES:
        _relax(graph, places)
    return _fit(places)


def _pack(
    graph: "nx.Graph[int]", community: Mapping[int, int], importance: Mapping[int, float]
) -> dict[int, list[float]]:
    """Each community a disc, its nodes on a spiral from the middle; discs on a spiral as well."""
    members: dict[int, list[int]] = {}
    for node in graph:
        members.setdefault(community[node], []).append(node)
    discs = sorted(members.values(), key=lambda nodes: (-len(nodes), min(nodes)))
    radii = [_SPACING * math.sqrt(len(nodes)) for nodes in discs]
    places: dict[int, list[float]] = {}
    for (x, y), nodes in zip(_centres(radii), discs, strict=True):
        for turn, node in enumerate(sorted(nodes, key=lambda n: (-importance[n], n))):
            radius, angle = _SPACING * math.sqrt(turn), turn * _GOLDEN_ANGLE
            places[node] = [x + radius * math.cos(angle), y + radius * math.sin(angle)]
    return places


def _centres(radii: Sequence[float]) -> list[Position]:
    """Centres of discs that do not overlap, the first, largest one in the middle."""
    centres: list[Position] = []
    area = 0.0
    for turn, radius in enumerate(radii):
        # All discs so far, and half as much of gaps, would fill a disc of this radius.
        area += (radius * _GAP) ** 2
        distance, angle = (math.sqrt(area * 1.5) if turn else 0.0), turn * _GOLDEN_ANGLE
        while True:
            centre = distance * math.cos(angle), distance * math.sin(angle)
            if _is_free(centre, radius, centres, radii):
                break
            distance += radius / 2
        centres.append(centre)
    return centres


# Discs far back in the order lie nearer to the middle than a new one can.
_LOOKED_BACK = 200


def _is_free(
    centre: Position, radius: float, centres: Sequence[Position], radii: Sequence[float]
) -> bool:
    first = max(0, len(centres) - _LOOKED_BACK)
    return all(
        math.dist(centre, other) >= (radius + radii[place]) * _GAP
        for place, other in enumerate(centres)
        if place >= first or place == 0
    )


def _relax(graph: "nx.Graph[int]", places: dict[int, list[float]]) -> None:
    """Rounds of forces (Fruchterman and Reingold 1991), with ever smaller steps."""
    edges: list[tuple[int, int, int]] = list(graph.edges.data("weight"))
    heaviest = max((weight for _, _, weight in edges), default=1)
    pulls = [(places[a], places[b], a, b, 0.3 + 0.7 * weight / heaviest) for a, b, weight in edges]
    for turn in range(_ROUNDS):
        moves = {node: [0.0, 0.0] for node in places}
        _repel(places, moves)
        for one, other, a, b, strength in pulls:
            dx, dy = other[0] - one[0], other[1] - one[1]
            pull = strength * _PULL * math.hypot(dx, dy)
            moves[a][0] += dx * pull
            moves[a][1] += dy * pull
            moves[b][0] -= dx * pull
            moves[b][1] -= dy * pull
        step = _FIRST_STEP * (1 - turn / _ROUNDS)
        for node, place in places.items():
            dx, dy = moves[node]
            length = math.hypot(dx, dy)
            if length > 0:
                part = min(length, step) / length
                place[0] += dx * part
                place[1] += dy * part


def _repel(places: Mapping[int, list[float]], moves: Mapping[int, list[float]]) -> None:
    """Nodes push away those within two spacings of them, found by a grid of such cells."""
    reach = 2 * _SPACING
    cells: dict[tuple[int, int], list[int]] = {}
    for node, (x, y) in places.items():
        cells.setdefault((int(x // reach), int(y // reach)), []).append(node)
    for (column, row), nodes in cells.items():
        near = [
            other
            for dc in (-1, 0, 1)
            for dr in (-1, 0, 1)
            for other in cells.get((column + dc, row + dr), ())
        ]
        for node in nodes:
            x, y = places[node]
            for other in near:
                if other == node:
                    continue
                dx, dy = x - places[other][0], y - places[other][1]
                square = dx * dx + dy * dy
                if square > reach * reach:
                    continue
                if square < 1e-6:  # two in one place part in a way that depends on them alone
                    dx, dy, square = math.cos(node - other), math.sin(node - other), 1.0
                push = _SPACING * _SPACING / square
                moves[node][0] += dx * push
                moves[node][1] += dy * push


def _fit(places: Mapping[int, Sequence[float]]) -> dict[int, Position]:
    """Moved and scaled as a whole, so that the outermost nodes touch the square."""
    if not places:
        return {}
    xs, ys = zip(*places.values(), strict=True)
    middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    half = max(max(xs) - min(xs), max(ys) - min(ys)) / 2 or 1.0
    return {
        node: (round((x - middle_x) / half, 4), round((y - middle_y) / half, 4))
        for node, (x, y) in places.items()
    }
