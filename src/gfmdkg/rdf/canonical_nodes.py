"""Names for blank nodes that are the same whenever the same document is read.

RDFC-1.0 gives them, and gives them too when the document is written in another way. But it
tries every order of nodes that look alike, so that nine nodes which all point to each other
take it a minute, and a list of a thousand equal items an hour. Where it would come to that,
nodes are told apart by what lies around them (colour refinement), and those that look alike
even so by their order in the document.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import pyoxigraph as ox

from gfmdkg.rdf.values import Term

__all__ = ["canonical_quads"]

# Below these RDFC-1.0 takes at most a third of a second, measured on complete graphs and lists.
_MOST_ALIKE = 7
_MOST_IN_A_ROW = 100
_MOST_ROUNDS = 64

_Edges = Mapping[ox.BlankNode, list[tuple[str, ox.BlankNode]]]


def canonical_quads(quads: Iterable[ox.Quad], *, prefix: str = "") -> list[ox.Quad]:
    """The quads, each once, with blank nodes named anew; names begin with ``prefix``."""
    given = list(quads)
    if not _is_entangled(given):
        dataset = ox.Dataset(given)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return _renamed(dataset, lambda node: ox.BlankNode(prefix + node.value))
    colours = _refine(given)
    ordered = sorted(colours, key=colours.__getitem__)  # else in the order of the document
    names = {node: ox.BlankNode(f"{prefix}r{number}") for number, node in enumerate(ordered)}
    return _renamed(dict.fromkeys(given), names.__getitem__)


def _renamed(
    quads: Iterable[ox.Quad], rename: Callable[[ox.BlankNode], ox.BlankNode]
) -> list[ox.Quad]:
    def name(term: Term) -> object:
        return rename(term) if isinstance(term, ox.BlankNode) else term

    return [
        ox.Quad(name(q.subject), q.predicate, name(q.object), q.graph_name)  # type: ignore[arg-type]
        for q in quads
    ]


def _is_entangled(quads: Sequence[ox.Quad]) -> bool:
    """Whether so many nodes that look alike hang together that RDFC-1.0 would take long."""
    looks, edges = _looks(quads)
    counts = Counter(looks.values())
    alike = {node for node, look in looks.items() if counts[look] > 1}
    seen: set[ox.BlankNode] = set()
    for start in alike:
        if start in seen:
            continue
        seen.add(start)
        waiting, size, is_branching = [start], 0, False
        while waiting:
            node = waiting.pop()
            size += 1
            near = [(way, other) for way, other in edges.get(node, ()) if other in alike]
            branches = Counter((way, looks[other]) for way, other in near)
            is_branching |= any(count > 1 for count in branches.values())
            fresh = {other for _, other in near} - seen
            seen |= fresh
            waiting += fresh
        if size > (_MOST_ALIKE if is_branching else _MOST_IN_A_ROW):
            return True
    return False


def _looks(quads: Iterable[ox.Quad]) -> tuple[dict[ox.BlankNode, str], _Edges]:
    """What each node looks like without the names of others, and which nodes it is joined to."""
    facts: dict[ox.BlankNode, list[str]] = {}
    edges: dict[ox.BlankNode, list[tuple[str, ox.BlankNode]]] = {}
    for quad in quads:
        subject, predicate, value = quad.subject, str(quad.predicate), quad.object
        graph = str(quad.graph_name)
        for node, other, way in ((subject, value, ">"), (value, subject, "<")):
            if not isinstance(node, ox.BlankNode):
                continue
            is_blank = isinstance(other, ox.BlankNode)
            said = "_:" if is_blank else str(other)
            facts.setdefault(node, []).append(f"{way}{predicate} {said} {graph}")
            if isinstance(other, ox.BlankNode) and other != node:
                edges.setdefault(node, []).append((f"{way}{predicate} {graph}", other))
    return {node: _digest(sorted(found)) for node, found in facts.items()}, edges


def _refine(quads: Sequence[ox.Quad]) -> dict[ox.BlankNode, str]:
    """A colour for each node, by what it says and by the colours around it, again and again."""
    colours, edges = _looks(quads)
    count = len(set(colours.values()))
    for _ in range(_MOST_ROUNDS):
        colours = {
            node: _digest(
                [colour, *sorted(f"{way} {colours[other]}" for way, other in edges.get(node, ()))]
            )
            for node, colour in colours.items()
        }
        found = len(set(colours.values()))
        if found == count:
            break
        count = found
    return colours


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
