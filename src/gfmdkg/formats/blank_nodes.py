"""Blank nodes: which nest in another node, which are lists, and labels for the rest."""

import hashlib
from collections.abc import Collection, Iterable, Mapping

from gfmdkg.namespaces import RDF
from gfmdkg.terms.values import BlankNode, Iri, Term, to_sparql

__all__ = ["BlankNodes", "PropertyMap", "Triple"]

Triple = tuple[Iri | BlankNode, Iri, Term]
PropertyMap = Mapping[Iri, Collection[Term]]

_FIRST, _REST, _NIL = Iri(RDF + "first"), Iri(RDF + "rest"), Iri(RDF + "nil")
# Deeper nesting is legal, but no reader and not every parser follows it.
_DEPTH = 32


class BlankNodes:
    """The blank nodes of some distinct triples.

    ``lists`` maps the head of each well-formed list to its items, ``properties`` each other
    node to its properties, and ``labels`` each node that can be neither nested nor left
    unnamed to a label.
    """

    def __init__(self, triples: Collection[Triple]) -> None:
        self.properties: dict[BlankNode, dict[Iri, list[Term]]] = {}
        self._referrers: dict[BlankNode, list[tuple[Iri | BlankNode, Iri]]] = {}
        for subject, predicate, value in triples:
            if isinstance(subject, BlankNode):
                self.properties.setdefault(subject, {}).setdefault(predicate, []).append(value)
            if isinstance(value, BlankNode):
                self._referrers.setdefault(value, []).append((subject, predicate))
        self.lists: dict[BlankNode, tuple[Term, ...]] = {}
        self._cells: set[BlankNode] = set()
        for node in self.properties:
            self._collect_list(node)
        self._nested = self._find_nested()
        self.labels = self._label()

    def is_nested(self, node: BlankNode) -> bool:
        """Whether the node is written where it is referred to, and has no block of its own."""
        return node in self._nested or node in self._cells

    def _collect_list(self, head: BlankNode) -> None:
        referrers = self._referrers.get(head, ())
        if len(referrers) != 1 or referrers[0][1] == _REST:
            return
        items: list[Term] = []
        cells: list[BlankNode] = []
        cell: Term = head
        while isinstance(cell, BlankNode):
            first, rest = self._cell(cell)
            is_only_ours = cell is head or len(self._referrers.get(cell, ())) == 1
            if first is None or rest is None or not is_only_ours:
                return
            items.append(first)
            cells.append(cell)
            cell = rest
        if cell == _NIL:
            self.lists[head] = tuple(items)
            self._cells.update(cells)

    def _cell(self, node: BlankNode) -> tuple[Term | None, Term | None]:
        properties = self.properties.get(node, {})
        firsts, rests = properties.get(_FIRST, []), properties.get(_REST, [])
        if len(properties) != 2 or len(firsts) != 1 or len(rests) != 1:
            return None, None
        return firsts[0], rests[0]

    def _find_nested(self) -> set[BlankNode]:
        """The nodes that can be reached from a block by going from one to the only next."""
        below: dict[Iri | BlankNode, list[BlankNode]] = {}
        for node, referrers in self._referrers.items():
            if len(referrers) == 1:
                below.setdefault(referrers[0][0], []).append(node)
        tops = {s for s in below if isinstance(s, Iri) or len(self._referrers.get(s, ())) != 1}
        waiting: list[tuple[Iri | BlankNode, int]] = [(top, 0) for top in tops]
        nested: set[BlankNode] = set()
        while waiting:
            parent, depth = waiting.pop()
            for node in below.get(parent, ()):
                if node in self._cells and node not in self.lists:
                    waiting.append((node, depth))
                elif depth < _DEPTH:
                    nested.add(node)
                    waiting.append((node, depth + 1))
                else:
                    self._dissolve(node)
                    waiting.append((node, 0))
        return nested

    def _dissolve(self, head: BlankNode) -> None:
        """Make a list that lies too deep to nest a chain of nodes like others."""
        if self.lists.pop(head, None) is None:
            return
        cell: Term = head
        while isinstance(cell, BlankNode):
            self._cells.discard(cell)
            _, cell = self._cell(cell)  # type: ignore[assignment]

    def _label(self) -> dict[BlankNode, str]:
        every = {*self.properties, *self._referrers}
        roots = {n for n in every if not self._referrers.get(n)}
        shared = every - self._nested - self._cells - roots
        if not shared:
            return {}
        colours = self._colour(every)
        ordered = sorted(shared, key=lambda n: (colours[n], n.label))
        return {node: f"b{number}" for number, node in enumerate(ordered, start=1)}

    def _colour(self, nodes: Iterable[BlankNode]) -> dict[BlankNode, str]:
        """A hash for each node that follows from what surrounds it, ever wider until stable."""
        colours = dict.fromkeys(nodes, "")
        classes = 0
        while len(set(colours.values())) > classes:
            classes = len(set(colours.values()))
            colours = {node: self._hash(node, colours) for node in colours}
        return colours

    def _hash(self, node: BlankNode, colours: Mapping[BlankNode, str]) -> str:
        def name(term: Term) -> str:
            return f"_{colours[term]}" if isinstance(term, BlankNode) else to_sparql(term)

        outwards = (
            f">{p.value} {name(value)}"
            for p, values in self.properties.get(node, {}).items()
            for value in values
        )
        inwards = (f"<{p.value} {name(s)}" for s, p in self._referrers.get(node, ()))
        text = "\n".join([colours[node], *sorted([*outwards, *inwards])])
        return hashlib.sha256(text.encode()).hexdigest()
