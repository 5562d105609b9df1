"""Which triples an answer about a focus node can depend on, as paths out of that node.

Along them a walk leads from a change to the nodes that it can affect, and from nodes to all that
they depend on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import pyoxigraph as ox
from rdflib.term import Node

from gfmdkg.namespaces import RDF, RDFS
from gfmdkg.rdf.values import Term, Triple
from gfmdkg.store.walking import Step, TooManyNodes, TripleView

__all__ = [
    "SUBCLASS",
    "TYPE",
    "Changes",
    "Nodes",
    "Path",
    "PropertyOccurrence",
    "QueryPaths",
    "Surroundings",
    "TargetedShape",
    "Unbounded",
    "reverse_path",
    "superclasses",
    "types_of",
]

TYPE = RDF + "type"
SUBCLASS = RDFS + "subClassOf"

Path = tuple[Step, ...]
Nodes = frozenset[Term]

_UP = Step(predicate=SUBCLASS, repeats=True)
_TYPES = Step(predicate=TYPE)


class Unbounded(Exception):
    """What a rule depends on cannot be bounded by paths; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyOccurrence:
    """A triple that a rule reads: along ``prefix`` from the focus node, then ``step``.

    Of a forward step only triples whose object is one of ``objects`` count, where these are
    given; ``has_subclasses`` widens them to the classes below, as ``sh:class`` does.
    """

    prefix: Path
    step: Step
    objects: frozenset[str] | None = None
    has_subclasses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPaths:
    """The dependencies of a query.

    ``witnesses`` are predicates of which the query asks whether there is any triple at all.
    """

    occurrences: frozenset[PropertyOccurrence]
    witnesses: frozenset[str] = frozenset()


def reverse_path(path: Path) -> Path:
    """The path that leads back. Raises ``Unbounded`` for a step to a predicate."""
    if any(step.to_predicate for step in path):
        raise Unbounded("a path through a predicate cannot be turned round")
    return tuple(
        Step(predicate=step.predicate, is_inverse=not step.is_inverse, repeats=step.repeats)
        for step in reversed(path)
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TargetedShape:
    """A shape with targets, and what its verdict reads.

    A node is a focus node by one of the triples that are ``entrances``, or as one of ``nodes``,
    which are N-Triples. ``unbounded`` says why what the shape reads cannot be bounded, where
    that is so.
    """

    node: Node
    entrances: frozenset[PropertyOccurrence]
    nodes: frozenset[str]
    occurrences: frozenset[PropertyOccurrence]
    unbounded: str | None = None


class Changes:
    """Changed triples of one state: those added, in the new one; those removed, in the old."""

    def __init__(self, view: TripleView, triples: Iterable[Triple], *, limit: int) -> None:
        self._view, self._limit = view, limit
        self._all = frozenset(triples)
        self._by_predicate: dict[str, list[Triple]] = {}
        for triple in self._all:
            self._by_predicate.setdefault(triple[1].value, []).append(triple)
        self._supers: dict[Term, frozenset[str]] = {}
        self._walked: dict[tuple[Nodes, Path], Nodes] = {}

    def has(self, predicate: str) -> bool:
        """Whether a triple with this predicate changed."""
        return predicate in self._by_predicate

    def affected(self, occurrences: Iterable[PropertyOccurrence]) -> set[Term]:
        """The nodes from which an occurrence leads to a changed triple.

        Raises ``Unbounded`` where they, or those on the way, are too many.
        """
        found: set[Term] = set()
        for occurrence in occurrences:
            starts = self._starts(occurrence)
            if starts:
                repeated = (occurrence.step,) if occurrence.step.repeats else ()
                found |= self._back(starts, (*occurrence.prefix, *repeated))
                if len(found) > self._limit:
                    raise Unbounded(f"the change affects more than {self._limit} nodes")
        return found

    def _starts(self, occurrence: PropertyOccurrence) -> Nodes:
        step, objects = occurrence.step, occurrence.objects
        changed: Iterable[Triple] = self._all
        if step.predicate is not None:
            changed = self._by_predicate.get(step.predicate, ())
        if objects is not None:
            names = self._classes_above if occurrence.has_subclasses else _own_name
            changed = [t for t in changed if not objects.isdisjoint(names(t[2]))]
        return frozenset(t[2] if step.is_inverse else t[0] for t in changed)

    def _classes_above(self, class_: Term) -> frozenset[str]:
        if class_ not in self._supers:
            self._supers[class_] = superclasses(self._view, class_)
        return self._supers[class_]

    def _back(self, starts: Nodes, path: Path) -> Nodes:
        """The nodes from which a path leads to some."""
        if (starts, path) not in self._walked:
            nodes = starts
            try:
                for step in reversed(path):
                    nodes = self._view.retrace(nodes, step, limit=self._limit)
            except TooManyNodes as error:
                raise Unbounded(f"more than {error.limit} nodes depend on a changed one") from error
            self._walked[starts, path] = nodes
        return self._walked[starts, path]


class Surroundings:
    """Collects the triples that verdicts on some nodes depend on."""

    def __init__(self, view: TripleView, *, limit: int) -> None:
        self.triples: set[Triple] = set()
        self._view, self._limit = view, limit
        self._walked: dict[tuple[Nodes, Path], Nodes] = {}

    def add(self, nodes: Nodes, occurrences: Iterable[PropertyOccurrence]) -> None:
        """Take what occurrences read around some nodes. Raises ``Unbounded``."""
        try:
            for occurrence in occurrences:
                up = (_UP,) if occurrence.has_subclasses else ()
                self._walk(nodes, (*occurrence.prefix, occurrence.step, *up))
        except TooManyNodes as error:
            raise Unbounded(f"more than {error.limit} nodes lie around the change") from error

    def add_any(self, predicate: str) -> None:
        """Take one triple with this predicate, if there is one."""
        found = self._view.triples(None, ox.NamedNode(predicate), None)
        self.triples.update(islice(found, 1))

    def add_presence(self, nodes: Nodes) -> None:
        """Take a triple of each blank node: pyshacl cannot name one that is in none."""
        for node in nodes:
            if isinstance(node, ox.BlankNode):
                about = self._view.triples(node, None, None)
                to = self._view.triples(None, None, node)
                self.triples.update(islice(chain(about, to), 1))

    def _walk(self, nodes: Nodes, path: Path) -> Nodes:
        """The nodes to which a path leads from some; the triples on the way are taken."""
        if not path:
            return nodes
        if (nodes, path) not in self._walked:
            before = self._walk(nodes, path[:-1])
            self._walked[nodes, path] = self._view.follow(
                before, path[-1], into=self.triples, limit=self._limit
            )
        return self._walked[nodes, path]


def _own_name(term: Term) -> tuple[str, ...]:
    return (term.value,) if isinstance(term, ox.NamedNode) else ()


def superclasses(view: TripleView, class_: Term) -> frozenset[str]:
    """A class and all above it, as IRIs."""
    found = view.follow((class_,), _UP, limit=10_000)
    return frozenset(value for node in found if (value := getattr(node, "value", None)))


def types_of(view: TripleView, node: Term) -> Sequence[Term]:
    """The classes that a node is stated to be of."""
    return tuple(view.follow((node,), _TYPES, limit=10_000))
