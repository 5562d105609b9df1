"""pyshacl, run so that nothing reaches out of the graph and nothing is worked out twice.

All that differs from pyshacl as it comes is in subclasses of its shapes graph and its shape,
which one run makes for itself; the library is as others find it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pyparsing import ParseResults
from pyshacl import Shape, ShapesGraph, Validator
from pyshacl.constraints import CONSTRAINT_PARAMETERS_MAP
from pyshacl.errors import ConstraintLoadWarning, ReportableRuntimeError
from pyshacl.graph_abstraction import DataGraph
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result as QueryResult
from rdflib.term import IdentifiedNode, Node

from gfmdkg.errors import Fault, OntologyError
from gfmdkg.namespaces import RDF, RDFS, SH, SKOS

__all__ = [
    "LISTS",
    "NESTED",
    "SHAPE_CLASSES",
    "SKOS_CLASSES",
    "RememberingShape",
    "ShapeResult",
    "decode_report",
    "focus_nodes",
    "inner_shapes",
    "is_class",
    "is_of_others",
    "parts_inside",
    "path_parts",
    "run_shapes",
    "targeted_shapes",
]

_MESSAGE = URIRef(SH + "message")
_TYPE, _REPORT = URIRef(RDF + "type"), URIRef(SH + "ValidationReport")
_FIRST = URIRef(RDF + "first")
_PATHS = ("alternativePath", "inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
_TARGETS = tuple(
    URIRef(SH + name)
    for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)
SHAPE_CLASSES = (URIRef(SH + "NodeShape"), URIRef(SH + "PropertyShape"))
NESTED = tuple(URIRef(SH + n) for n in ("property", "node", "not", "qualifiedValueShape"))
"""The properties that name one inner shape."""
LISTS = tuple(URIRef(SH + name) for name in ("or", "and", "xone"))
"""The properties that list inner shapes."""
SKOS_CLASSES = frozenset((SKOS + "Concept", SKOS + "ConceptScheme"))
"""The classes by which a thing of somebody else is no target of a shape."""
_OF_OTHERS = "http://metadata.un.org/"
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_of_others(iri: str) -> bool:
    """Whether the United Nations maintain what has this IRI, in a vocabulary of their own.

    Such a vocabulary may lie beside the data, and its concepts and schemes are not ours to
    judge. A goal or a target of theirs is: shapes that target these classes look at it.
    """
    return iri.startswith(_OF_OTHERS)


def run_shapes(data: Graph, shapes: Graph) -> Graph:
    """The W3C validation report of a graph by some shapes, which may get triples of pyshacl's.

    ``data`` must lie in a store that knows contexts, such as rdflib's own: pyshacl asks for one.
    Raises ``OntologyError`` where the shapes are ill-formed or reach out of the graph.
    """
    try:
        return _run(data, shapes)
    except re.error:
        # pyshacl fills messages by re.sub, which stumbles over a backslash in a value;
        # the findings' messages are filled here, so the run does without.
        without = Graph("SimpleMemory", shapes.identifier, bind_namespaces="none")
        without += (triple for triple in shapes if triple[1] != _MESSAGE)
        return _run(data, without)


def _run(data: Graph, shapes: Graph) -> Graph:
    options = {"inference": "none", "advanced": False, "inplace": True, "use_js": False}
    try:
        validator: Any = Validator(
            DataGraph.from_rdflib(GuardedGraph(data)), shacl_graph=shapes, options=options
        )
        validator.shacl_graph = RememberingShapes(shapes)
        report: Graph = validator.run()[1]
    except (ReportableRuntimeError, NotImplementedError) as error:
        fault = Fault(message=str(getattr(error, "message", error)).strip())
        raise OntologyError("the shapes cannot be applied", [fault]) from error
    return report


class RememberingShapes(ShapesGraph):
    """The shapes of one run, each of which remembers."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self._remembering: dict[Node, RememberingShape] = {}

    @property
    def shapes(self) -> Iterable[Shape]:
        """All shapes."""
        if not self._remembering:
            self._remembering = {shape.node: RememberingShape(shape) for shape in super().shapes}
        return self._remembering.values()

    def lookup_shape_from_node(self, node: Node) -> Shape:
        """A shape by its name; raises ``KeyError`` for what is none."""
        return self._remembering[node]


class RememberingShape(Shape):
    """A shape that reads its constraints once, and looks once at a node that conforms to it.

    The values of most properties are few: each concept of a scheme is what thousands of records
    point to, and pyshacl would ask anew for each whether it is one of the scheme. A run is on
    one graph, which does not change meanwhile.
    """

    __slots__ = ("_components", "_conforming")

    def __init__(self, shape: Any) -> None:
        path = shape.path() if shape.is_property_shape else None
        super().__init__(shape.sg, shape.node, shape.is_property_shape, path, shape.logger)
        self._components: list[Any] | None = None
        self._conforming: set[Node] = set()

    def validate(
        self,
        executor: Any,
        target_graph: Any,
        focus: Any = None,
        _evaluation_path: list[Any] | None = None,
    ) -> tuple[bool, list[Any]]:
        """Whether the focus nodes conform, and what is to be reported of them."""
        is_one = isinstance(focus, IdentifiedNode | Literal)
        if self.deactivated or (is_one and focus in self._conforming):
            return True, []
        found = self._targets(target_graph) if focus is None else focus
        nodes = [focus] if is_one else list(found)
        if not nodes:
            return True, []
        above = [*(_evaluation_path or ()), self]
        if len(above) // 2 >= executor.max_validation_depth:
            raise ReportableRuntimeError(f"the shapes refer to each other too deeply at {self}")
        values = self.value_nodes(target_graph, nodes)
        conforms, reports = True, []
        for component in self._constraints():
            fits, found = component.evaluate(executor, target_graph, values, [*above, component])
            conforms = conforms and fits
            reports += found
        if is_one and conforms and not reports:
            self._conforming.add(focus)
        return conforms, reports

    def _targets(self, target_graph: Any) -> Iterable[Node]:
        shape: Any = self
        found: Iterable[Node] = shape.focus_nodes(target_graph)
        classes = set(shape.target_classes())
        others = {c for c in classes if str(c) not in SKOS_CLASSES}
        if len(others) == len(classes):
            return found
        named = set(shape.target_nodes())
        return [
            node
            for node in found
            if not is_of_others(str(node))
            or node in named
            or any((node, _TYPE, c) in target_graph for c in others)
        ]

    def _constraints(self) -> list[Any]:
        if self._components is None:
            self._components = []
            shape: Any = self  # pyshacl gives its functions no types
            given, known = shape.sg.predicate_objects(self.node), CONSTRAINT_PARAMETERS_MAP
            for kind in dict.fromkeys(known[p] for p, _ in given if p in known):
                with suppress(ConstraintLoadWarning):  # such as a pattern without text
                    component: Any = kind(self)
                    component.make_v_result_description = _no_words
                    component.make_generic_messages = _no_words
                    self._components.append(component)
            own = shape.find_custom_constraints()
            self._components += [constraint.make_validator_for_shape(self) for constraint in own]
        return self._components


def _no_words(*_: Any, **__: Any) -> str:
    """In place of texts on each result, even one that is dropped, which nobody reads here."""
    return ""


class GuardedGraph(Graph):
    """A view of a graph for pyshacl to query.

    SHACL's SPARQL constraints may hold SERVICE, which rdflib follows over the network, and
    pyshacl's own look for it is a regular expression that a comment defeats; here the parsed
    query is searched. Parsing costs more than evaluating and is the same for each focus node,
    so it is kept.
    """

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph.store, graph.identifier, bind_namespaces="none")

    def query(self, query_object: str | Query, *arguments: Any, **options: Any) -> QueryResult:
        """Evaluate a query on this graph alone; raises ``OntologyError`` where it may not."""
        if isinstance(query_object, str):
            query_object = _prepare(
                query_object, tuple(sorted((options.get("initNs") or {}).items()))
            )
        return super().query(query_object, *arguments, **options)


@lru_cache(maxsize=1024)
def _prepare(text: str, namespaces: tuple[tuple[str, Any], ...]) -> Query:
    try:
        query = prepareQuery(text, initNs=dict(namespaces))
    # rdflib raises a bare Exception for an unknown prefix.
    except Exception as error:
        fault = Fault(message=f"a SPARQL constraint is malformed: {error}")
        raise OntologyError("the shapes cannot be applied", [fault]) from error
    forbidden = _find_forbidden(query.algebra)
    if forbidden is not None:
        fault = Fault(message=f"a SPARQL constraint uses {forbidden}", remedy=f"remove {forbidden}")
        raise OntologyError("a shape may not reach out of the graph", [fault])
    return query


def _find_forbidden(algebra: Any) -> str | None:
    for part in parts_inside(algebra):
        if part.name == "ServiceGraphPattern":
            return "SERVICE"
        # CompValue.get() answers the key itself where there is none.
        if any(key == "datasetClause" and part[key] for key in part):
            return "FROM"
    return None


def parts_inside(part: Any) -> Iterator[CompValue]:
    """All parts of a query that rdflib has parsed, a part of the query itself among them."""
    if isinstance(part, CompValue):
        yield part
        part = [part[key] for key in part]
    if isinstance(part, list | tuple | set | frozenset | ParseResults):
        for inner in part:
            yield from parts_inside(inner)


# What the report says


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeResult:
    """A ``sh:ValidationResult``; the nodes are those of the data and of the shapes.

    ``component`` is the constraint component without namespace and ending, in kebab case
    ("min-count"); ``severity`` the local name, in lower case.
    """

    component: str
    severity: str
    focus: Node
    path: Node | None = None
    value: Node | None = None
    shape: Node | None = None
    constraint: Node | None = None
    messages: tuple[str, ...] = ()
    details: tuple["ShapeResult", ...] = field(default=())


def decode_report(report: Graph) -> Iterator[ShapeResult]:
    """The results that a report lists, without those that are only details of others."""
    for node in report.subjects(_TYPE, _REPORT):
        for result in report.objects(node, URIRef(SH + "result")):
            yield _decode(report, result)


def focus_nodes(report: Graph) -> Iterator[Node]:
    """The focus nodes of all results."""
    return report.objects(None, URIRef(SH + "focusNode"))


def _decode(report: Graph, result: Node) -> ShapeResult:
    def one(name: str) -> Node | None:
        return report.value(result, URIRef(SH + name))

    component = str(one("sourceConstraintComponent")).removeprefix(SH)
    focus = one("focusNode")
    assert focus is not None  # noqa: S101 - the SHACL recommendation requires it
    messages = report.objects(result, URIRef(SH + "resultMessage"))
    return ShapeResult(
        component=_WORD.sub("-", component.removesuffix("ConstraintComponent")).lower(),
        severity=str(one("resultSeverity")).removeprefix(SH).lower(),
        focus=focus,
        path=one("resultPath"),
        value=one("value"),
        shape=one("sourceShape"),
        constraint=one("sourceConstraint"),
        messages=tuple(sorted(str(m) for m in messages if isinstance(m, Literal))),
        details=tuple(_decode(report, d) for d in report.objects(result, URIRef(SH + "detail"))),
    )


def path_parts(shapes: Graph, path: Node) -> tuple[str, Sequence[Node]]:
    """The kind of a SHACL path, as the vocabulary calls it, and the paths that it is made of.

    A predicate has none; a sequence counts as ``sequencePath``.
    """
    if isinstance(path, URIRef):
        return "predicatePath", ()
    if (path, _FIRST, None) in shapes:
        return "sequencePath", list(Collection(shapes, path))
    for predicate, inner in shapes.predicate_objects(path):
        kind = str(predicate).removeprefix(SH)
        if kind in _PATHS:
            return kind, list(Collection(shapes, inner)) if kind == "alternativePath" else [inner]
    return "unknown", ()


# How shapes hang together


def targeted_shapes(shapes: Graph) -> set[Node]:
    """The shapes with targets of their own."""
    found = {shape for target in _TARGETS for shape in shapes.subjects(target)}
    kinds = (shape for kind in SHAPE_CLASSES for shape in shapes.subjects(_TYPE, kind))
    return found.union(shape for shape in kinds if is_class(shapes, shape))


def is_class(shapes: Graph, shape: Node) -> bool:
    """Whether a shape is a class as well, whose instances are then its focus nodes."""
    return (shape, _TYPE, URIRef(RDFS + "Class")) in shapes


def inner_shapes(shapes: Graph, shape: Node) -> Iterator[Node]:
    """The shapes to which a shape refers."""
    for predicate in NESTED:
        yield from shapes.objects(shape, predicate)
    for predicate in LISTS:
        for members in shapes.objects(shape, predicate):
            yield from Collection(shapes, members)
