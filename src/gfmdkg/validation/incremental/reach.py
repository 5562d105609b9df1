"""Which triples an answer about a focus node can depend on, as paths out of that node.

Along them a walk leads from a change to the nodes that it can affect, and from nodes to all that
they depend on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import pyoxigraph as ox
from rdflib.term import Node

from gfmdkg.namespaces import RDF, RDFS
from gfmdkg.rdf.values import Term, Triple
from gfmdkg.store.walking import (
    Step,
    TooManyNodes,
    TripleView,
)

__all__ = [
    "SUBCLASS",
    "TYPE",
    "Changes",
    "Nodes",
    "Occurrence",
    "Path",
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
class Occurrence:
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

    occurrences: frozenset[Occurrence]
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

    ``nodes`` are the single targets, as N-Triples; ``unbounded`` says why what the shape reads
    cannot be bounded, where that is so.
    """

    node: Node
    classes: frozenset[str]
    subjects_of: frozenset[str]
    objects_of: frozenset[str]
    nodes: frozenset[str]
    occurrences: frozenset[Occurrence]
    unbounded: str | None = None

    @property
    def entrances(self) -> Iterator[Occurrence]:
        """The triples that make a node a focus node."""
        if self.classes:
            step = Step(predicate=TYPE)
            yield Occurrence(prefix=(), step=step, objects=self.classes, has_subclasses=True)
        for predicate in self.subjects_of:
            yield Occurrence(prefix=(), step=Step(predicate=predicate))
        for predicate in self.objects_of:
            yield Occurrence(prefix=(), step=Step(predicate=predicate, is_inverse=True))


class Changes:
    """Changed triples of one state: those added, in the new one; those removed, in the old."""

    def __init__(self, view: TripleView, triples: Iterable[Triple], *, limit: int) -> None:
        self._view = view
        self._limit = limit
        self._all = frozenset(triples)
        self._by_predicate: dict[str, list[Triple]] = {}
        for triple in self._all:
            self._by_predicate.setdefault(triple[1].value, []).append(triple)
        self._supers: dict[Term, frozenset[str]] = {}
        self._walked: dict[tuple[Nodes, Path], Nodes] = {}

    def has(self, predicate: str) -> bool:
        """Whether a triple with this predicate changed."""
        return predicate in self._by_predicate

    def affected(self, occurrences: Iterable[Occurrence]) -> set[Term]:
        """The nodes from which an occurrence leads to a changed triple.

        Raises ``Unbounded`` where they, or those on the way, are too many.
        """
        found: set[Term] = set()
        for occurrence in occurrences:
            starts = self._starts(occurrence)
            if starts:
                found |= self._back(starts, occurrence)
                if len(found) > self._limit:
                    raise Unbounded(f"the change affects more than {self._limit} nodes")
        return found

    def _starts(self, occurrence: Occurrence) -> Nodes:
        step = occurrence.step
        changed: Iterable[Triple]
        if step.predicate is None:
            changed = self._all
        else:
            changed = self._by_predicate.get(step.predicate, ())
        if occurrence.objects is not None:
            changed = [t for t in changed if self._counts(t[2], occurrence)]
        return frozenset(t[2] if step.is_inverse else t[0] for t in changed)

    def _counts(self, class_: Term, occurrence: Occurrence) -> bool:
        assert occurrence.objects is not None  # noqa: S101 - the caller looked
        if not occurrence.has_subclasses:
            return getattr(class_, "value", None) in occurrence.objects
        if class_ not in self._supers:
            self._supers[class_] = superclasses(self._view, class_)
        return not occurrence.objects.isdisjoint(self._supers[class_])

    def _back(self, starts: Nodes, occurrence: Occurrence) -> Nodes:
        path = occurrence.prefix
        if occurrence.step.repeats:
            path = (*path, occurrence.step)
        key = (starts, path)
        nodes = self._walked.get(key)
        if nodes is None:
            nodes = starts
            for step in reversed(path):
                if not nodes:
                    break
                try:
                    nodes = self._view.retrace(nodes, step, limit=self._limit)
                except TooManyNodes as error:
                    raise Unbounded(
                        f"more than {error.limit} nodes depend on a changed one"
                    ) from error
            self._walked[key] = nodes
        return nodes


class Surroundings:
    """Collects the triples that verdicts on some nodes depend on."""

    def __init__(self, view: TripleView, *, limit: int) -> None:
        self.triples: set[Triple] = set()
        self._view = view
        self._limit = limit
        self._walked: dict[tuple[Nodes, Path], Nodes] = {}
        self._taken: set[tuple[Nodes, Path, Step]] = set()

    def add(self, nodes: Nodes, occurrences: Iterable[Occurrence]) -> None:
        """Take what occurrences read around some nodes. Raises ``Unbounded``."""
        try:
            for occurrence in occurrences:
                ends = self._ends(nodes, occurrence.prefix)
                self._take(nodes, occurrence.prefix, occurrence.step, ends)
                if occurrence.has_subclasses:
                    up = (*occurrence.prefix, occurrence.step)
                    self._take(nodes, up, _UP, self._ends(nodes, up))
        except TooManyNodes as error:
            raise Unbounded(f"more than {error.limit} nodes lie around the change") from error

    def add_any(self, predicate: str) -> None:
        """Take one triple with this predicate, if there is one."""
        found = next(self._view.triples(None, ox.NamedNode(predicate), None), None)
        if found is not None:
            self.triples.add(found)

    def add_presence(self, nodes: Nodes) -> None:
        """Take a triple of each blank node: pyshacl cannot name one that is in none."""
        for node in nodes:
            if isinstance(node, ox.BlankNode):
                about = self._view.triples(node, None, None)
                to = self._view.triples(None, None, node)
                self.triples.update(islice(chain(about, to), 1))

    def _ends(self, nodes: Nodes, path: Path) -> Nodes:
        if not path:
            return nodes
        key = (nodes, path)
        ends = self._walked.get(key)
        if ends is None:
            before = self._ends(nodes, path[:-1])
            ends = self._take(nodes, path[:-1], path[-1], before)
        return ends

    def _take(self, nodes: Nodes, path: Path, step: Step, ends: Nodes) -> Nodes:
        key = (nodes, path, step)
        if key in self._taken:
            return self._walked[nodes, (*path, step)]
        found = self._view.follow(ends, step, into=self.triples, limit=self._limit)
        self._taken.add(key)
        self._walked[nodes, (*path, step)] = found
        return found


def superclasses(view: TripleView, class_: Term) -> frozenset[str]:
    """A class and all above it, as IRIs."""
    found = view.follow((class_,), _UP, limit=10_000)
    return frozenset(value for node in found if (value := getattr(node, "value", None)))


def types_of(view: TripleView, node: Term) -> Sequence[Term]:
    """The classes that a node is stated to be of."""
    return tuple(view.follow((node,), _TYPES, limit=10_000))
