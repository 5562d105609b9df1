"""Which triples an answer about a focus node can depend on, as paths out of that node."""

from collections.abc import Sequence
from dataclasses import dataclass

from rdflib.term import Node

from gfmdkg.namespaces import RDF, RDFS
from gfmdkg.store.walking import Step
from gfmdkg.terms.values import Term

__all__ = [
    "SUBCLASS",
    "TYPE",
    "Occurrence",
    "Path",
    "QueryPaths",
    "TargetedShape",
    "Unbounded",
    "reverse_path",
]

TYPE = RDF + "type"
SUBCLASS = RDFS + "subClassOf"

Path = tuple[Step, ...]


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
    """A shape with targets, what its verdict reads, and the triples that it consists of.

    ``entrances`` are the triples that make a node a focus node; ``unbounded`` says why what it
    reads cannot be bounded, where that is so.
    """

    node: Node
    classes: frozenset[str]
    subjects_of: frozenset[str]
    objects_of: frozenset[str]
    nodes: frozenset[Term]
    occurrences: frozenset[Occurrence]
    entrances: frozenset[Occurrence]
    triples: Sequence[tuple[Node, Node, Node]]
    unbounded: str | None = None
