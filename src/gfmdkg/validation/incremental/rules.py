"""The rules of a store, compiled once, and which of its graphs they are about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rdflib import Graph, URIRef
from rdflib.term import Node

from gfmdkg.namespaces import PREFIXES, SH
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.walking import TripleView
from gfmdkg.validation.checks import Check
from gfmdkg.validation.incremental.analysis import Analysis
from gfmdkg.validation.incremental.occurrences import Unbounded
from gfmdkg.validation.incremental.query_paths import QueryPaths
from gfmdkg.validation.incremental.shape_paths import TargetedShape, compile_shapes
from gfmdkg.validation.validate import Validator

__all__ = ["BoundedCheck", "Rules", "Scope"]

_TARGET_NODE, _PROPERTY, _PATH = (URIRef(SH + n) for n in ("targetNode", "property", "path"))
_DISJOINT, _CLOSED = (URIRef(SH + n) for n in ("qualifiedValueShapesDisjoint", "closed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which graphs of a store are data, and whether its default graph is the union of all.

    ``is_data`` takes the IRI of a named graph; shapes are applied to these graphs, and to the
    default graph where it is no union. Checks see everything.
    """

    is_data: Callable[[str], bool] = lambda _: True
    is_union: bool = True

    def data(self, store: OxigraphStore) -> TripleView:
        """What the shapes see."""
        return TripleView(store, has_graph=self.is_data, has_default=not self.is_union)

    def everything(self, store: OxigraphStore) -> TripleView:
        """What the checks see."""
        return TripleView(store, only_default=self.is_union)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedCheck:
    """A check and what its rows depend on.

    With ``focused``, a row depends on what the paths from its ``?focus`` lead to. Else the check
    runs as a whole, where ``source`` paths lead to a change from a node of the classes that it
    names, or, where these are not known either, a changed triple has one of ``predicates``.
    """

    check: Check
    focused: QueryPaths | None = None
    source: QueryPaths | None = None
    predicates: frozenset[str] | None = None

    @classmethod
    def of(cls, check: Check, *, prefixes: Mapping[str, str], analysis: Analysis) -> "BoundedCheck":
        """Read the dependencies off the query."""
        text = check.query
        try:
            return cls(check=check, focused=analysis.query_paths(text, "focus", prefixes=prefixes))
        except Unbounded:
            pass
        try:
            return cls(check=check, source=analysis.subquery_paths(text, prefixes=prefixes))
        except Unbounded:
            pass
        try:
            return cls(check=check, predicates=analysis.predicates_of(text, prefixes=prefixes))
        except Unbounded:
            return cls(check=check)


class Rules:
    """Shapes and checks; what they depend on is read off them when it is first asked for."""

    def __init__(
        self,
        validator: Validator,
        checks: Sequence[Check] = (),
        *,
        prefixes: Mapping[str, str] = PREFIXES,
        analysis: Analysis | None = None,
    ) -> None:
        """``prefixes`` are those that checks may use without declaring them.

        ``analysis`` may know the queries already.
        """
        self.validator = validator
        self.checks = tuple(checks)
        self._prefixes = prefixes
        self._analysis = Analysis() if analysis is None else analysis

    @cached_property
    def shapes(self) -> tuple[TargetedShape, ...]:
        """The shapes with targets."""
        compiled = compile_shapes(self.validator.shapes, self._analysis)
        self._analysis.save()
        return compiled

    @cached_property
    def bounded(self) -> tuple[BoundedCheck, ...]:
        """The checks with what they read."""
        bounded = tuple(
            BoundedCheck.of(check, prefixes=self._prefixes, analysis=self._analysis)
            for check in self.checks
        )
        self._analysis.save()
        return bounded

    def shapes_for(self, targets: Mapping[TargetedShape, Sequence[Node]]) -> Graph:
        """The shapes graph with these focus nodes (of rdflib) as the only targets."""
        graph = Graph(store="SimpleMemory", identifier=self.validator.shapes.identifier)
        for shape, nodes in targets.items():
            for triple in shape.triples:
                graph.add(triple)
            for node in nodes:
                graph.add((shape.node, _TARGET_NODE, node))
        for shape, nodes in targets.items():
            _detach_properties(graph, shape.node, nodes)
        return graph


def _detach_properties(graph: Graph, shape: Node, nodes: Sequence[Node]) -> None:
    """Let the property shapes of a shape with targets have these themselves.

    The results are the same, and name the same shapes, for a property shape is applied to each
    value node of its node shape, which is the focus node. But pyshacl applies it to one at a
    time there, and to all targets at once here, which takes a third of the time.
    """
    properties = [p for p in graph.objects(shape, _PROPERTY) if (p, _PATH, None) in graph]
    is_applied_elsewhere = (None, None, shape) in graph
    # What a closed shape allows, and which values are of others, is told by all properties.
    are_told_together = (shape, _CLOSED, None) in graph or any(
        (p, _DISJOINT, None) in graph for p in properties
    )
    if is_applied_elsewhere or are_told_together or (shape, _PATH, None) in graph:
        return
    for inner in properties:
        graph.remove((shape, _PROPERTY, inner))
        for node in nodes:
            graph.add((inner, _TARGET_NODE, node))
