"""Validation of a graph by shapes: pyshacl decides, what it says is put in plain words."""

import re
from collections.abc import Iterator, Sequence

import pyshacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from gfmdkg.errors import Fault, OntologyError
from gfmdkg.namespaces import SH, XSD
from gfmdkg.validation.collapse import collapse
from gfmdkg.validation.data_graph import node_text, stored_forms
from gfmdkg.validation.findings import Finding, Report, ResultTerms, Severity
from gfmdkg.validation.fixing import Fixer
from gfmdkg.validation.guarded_graph import GuardedGraph
from gfmdkg.validation.literals import exact_literal
from gfmdkg.validation.locate import Location, Locator, path_text, steps_of
from gfmdkg.validation.naming import PLACEHOLDER
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.remembering import let_pyshacl_remember
from gfmdkg.validation.result import Result, decode_report
from gfmdkg.validation.wording import Wording

__all__ = ["Validator"]

_MESSAGE = URIRef(SH + "message")
_PREFIXES, _DECLARE = URIRef(SH + "prefixes"), URIRef(SH + "declare")
_IMPORTS = URIRef("http://www.w3.org/2002/07/owl#imports")
# SHACL switches these on by the literal true; pyshacl would by "1"^^xsd:boolean as well.
_SWITCHES = frozenset(
    URIRef(SH + name)
    for name in ("closed", "deactivated", "qualifiedValueShapesDisjoint", "uniqueLang")
)
_TRUE = exact_literal("true", datatype=XSD + "boolean")
_SEVERITIES = frozenset(Severity)
# What a report can tell of a SPARQL constraint's row; other variables only pyshacl saw.
_KNOWN_VARIABLES = frozenset(("this", "value", "path"))


class Validator:
    """Validates graphs by one shapes graph. No network is touched, whatever the shapes say.

    The shapes graph is copied, so later changes to it have no effect. ``stored`` says that
    the data comes out of a store, which normalises literals: those of the shapes are then
    compared in the same form (``sh:hasValue 1.0`` fits the ``1`` that the store made of it).
    """

    def __init__(self, shapes: Graph, *, stored: bool = False) -> None:
        let_pyshacl_remember()
        # pyshacl adds triples to its shapes graph; and a store without contexts is faster.
        self._shapes = Graph(store="SimpleMemory", identifier=shapes.identifier)
        literals = (o for o in shapes.objects() if isinstance(o, Literal)) if stored else ()
        forms: dict[Node, Node] = dict(stored_forms(literals).items())
        for subject, predicate, value in shapes:
            if predicate not in _SWITCHES or value == _TRUE:
                self._shapes.add((subject, predicate, forms.get(value, value)))
        _import_prefixes(self._shapes)

    def validate(
        self, data: Graph, *, documents: Sequence[PositionedGraph] = (), names: Graph | None = None
    ) -> Report:
        """Validate a graph; findings have the places that ``documents`` know.

        Labels are taken from ``names``, or else from the data itself. Raises
        ``OntologyError`` where the shapes cannot be applied.
        """
        names = data if names is None else names
        return Report.of(self.findings(self.report_graph(data), documents=documents, names=names))

    def findings(
        self, report: Graph, *, documents: Sequence[PositionedGraph] = (), names: Graph
    ) -> list[Finding]:
        """The findings of a W3C report that ``report_graph`` made, in words and with places."""
        locator = Locator(documents)
        wording, fixer = Wording(names, self._shapes), Fixer(self._shapes, names)
        results = decode_report(report)
        return collapse([self._finding(result, locator, wording, fixer) for result in results])

    @property
    def shapes(self) -> Graph:
        """The shapes as they are applied; not to be changed."""
        return self._shapes

    def report_graph(self, data: Graph, *, shapes: Graph | None = None) -> Graph:
        """The W3C validation report of a graph, by these shapes or by some triples of them.

        Raises ``OntologyError`` where the shapes are ill-formed or reach out of the graph.
        """
        shapes = self._shapes if shapes is None else shapes
        try:
            return self._run(data, shapes)
        except re.error:
            # pyshacl fills messages by re.sub, which stumbles over a backslash in a value;
            # the findings' messages are filled here, so the run does without.
            without = Graph(store="SimpleMemory", identifier=shapes.identifier)
            for triple in shapes:
                if triple[1] != _MESSAGE:
                    without.add(triple)
            return self._run(data, without)

    def _run(self, data: Graph, shapes: Graph) -> Graph:
        try:
            # Graphs only, never strings: pyshacl fetches a string that looks like a URL.
            _, report, text = pyshacl.validate(
                GuardedGraph(data),
                shacl_graph=shapes,
                inference="none",
                advanced=False,
                inplace=True,
                meta_shacl=False,
                js=False,
                do_owl_imports=False,
            )
        except (ReportableRuntimeError, NotImplementedError) as error:
            raise OntologyError("the shapes cannot be applied", [_fault(str(error))]) from error
        if not isinstance(report, Graph):  # a ValidationFailure is returned, not raised
            raise OntologyError("the shapes cannot be applied", [_fault(text)])
        return report

    def _finding(self, result: Result, locator: Locator, wording: Wording, fixer: Fixer) -> Finding:
        location = self._locate(result, locator)
        remedy, fix = self._remedy(result, wording), fixer.fix(result, location)
        nearest = None if fix is not None else fixer.nearest(result)
        if nearest is not None:
            remedy = f"{remedy or 'Write the IRI of the record'}; the nearest is {nearest}"
        span = location.span
        severity = result.severity if result.severity in _SEVERITIES else Severity.VIOLATION
        return Finding(
            severity=Severity(severity),
            code=result.component,
            message=wording.message(result),
            remedy=remedy,
            file=location.file,
            line=span.line if span else None,
            column=span.column if span else None,
            end_line=span.end_line if span else None,
            end_column=span.end_column if span else None,
            pointer=location.pointer,
            fixable=fix is not None,
            fix=fix,
            focus_node=_text(result.focus),
            path=None if result.path is None else self._path_text(result.path, wording),
            value=_text(result.value),
            shape=_text(self._named_shape(result.shape)),
            terms=ResultTerms(
                focus=_turtle(result.focus),
                path=None if result.path is None else path_text(self._shapes, result.path),
                value=None if result.value is None else _turtle(result.value),
            ),
            concerns_iri=self._concerns_iri(result),
        )

    def _locate(self, result: Result, locator: Locator) -> Location:
        steps = steps_of(self._shapes, result.path)
        if result.component == "unique-lang" and len(steps) == 1:
            seen: set[str] = set()
            for label, location in locator.values(result.focus, steps[0].predicate):
                language = (label.language or "").lower() if isinstance(label, Literal) else ""
                if language and language in seen:
                    return location
                seen.add(language)
        if result.path is None:
            for predicate in self._inner_predicates(result):
                places = locator.values(result.focus, predicate)
                if places:
                    return places[-1][1]
            if result.value is not None and result.component == "sparql":
                return locator.locate_row(result.focus, [result.value])
            # The shape of what a property points to: the place is the one that points.
            if isinstance(result.focus, Literal):
                return locator.locate(result.focus)
        value = None if result.path is None else result.value
        return locator.locate(
            result.focus, steps=steps, value=value, last_value=result.component == "max-count"
        )

    def _inner_predicates(self, result: Result) -> Iterator[Node]:
        """The properties that a rule about the whole record speaks of, the decisive one first.

        “A treaty binds” is an ``sh:or`` of “not a treaty” and “binding”: what is wrong is the
        value of the second, if there is one.
        """
        shapes, path = self._shapes, URIRef(SH + "path")
        members: list[Node] = []
        for name in ("or", "xone"):
            for head in shapes.objects(result.shape, URIRef(SH + name)):
                members += reversed(list(Collection(shapes, head)))
        members += shapes.objects(result.shape, URIRef(SH + "not"))
        if result.component not in ("or", "xone", "not"):
            return
        for member in members:
            for inner in shapes.objects(member, URIRef(SH + "property")):
                predicate = shapes.value(inner, path)
                if isinstance(predicate, URIRef):
                    yield predicate

    def _remedy(self, result: Result, wording: Wording) -> str | None:
        template = self._template(result.constraint) or self._template(result.shape)
        if template is None:
            return None
        variables = set(PLACEHOLDER.findall(template))
        if not variables:
            return template
        if not variables <= _KNOWN_VARIABLES and result.messages:
            return result.messages[0]
        known = (("this", result.focus), ("value", result.value), ("path", result.path))
        return wording.fill(template, {name: node for name, node in known if node is not None})

    def _template(self, node: Node | None) -> str | None:
        if node is None:
            return None
        messages = [m for m in self._shapes.objects(node, _MESSAGE) if isinstance(m, Literal)]
        if not messages:
            return None
        return str(min(messages, key=lambda m: (m.language not in ("en", None), str(m))))

    def _concerns_iri(self, result: Result) -> bool:
        """Whether a rule without a path is about the form of the focus node's IRI."""
        if result.path is not None or result.value != result.focus:
            return False
        if result.component == "pattern":
            return True
        pattern = URIRef(SH + "pattern")
        return result.component == "or" and any(
            (member, pattern, None) in self._shapes
            for members in self._shapes.objects(result.shape, URIRef(SH + "or"))
            for member in Collection(self._shapes, members)
        )

    def _named_shape(self, shape: Node | None) -> Node | None:
        """The shape, or the nearest one with an IRI that it is a part of."""
        seen: set[Node] = set()
        waiting: list[Node] = [] if shape is None else [shape]
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, URIRef):
                return node
            if node not in seen:
                seen.add(node)
                waiting.extend(self._shapes.subjects(None, node))
        return None

    def _path_text(self, path: Node, wording: Wording) -> str:
        return str(path) if isinstance(path, URIRef) else wording.path(path)


def _import_prefixes(shapes: Graph) -> None:
    """Give what ``sh:prefixes`` names the declarations of all that it imports (SHACL 5.2.1).

    pyshacl does not follow owl:imports.
    """
    for source in set(shapes.objects(None, _PREFIXES)):
        for imported in set(shapes.transitive_objects(source, _IMPORTS)):
            for declaration in set(shapes.objects(imported, _DECLARE)):
                shapes.add((source, _DECLARE, declaration))


def _fault(message: str) -> Fault:
    return Fault(message=message.strip())


def _text(node: Node | None) -> str | None:
    return None if node is None else node_text(node)


def _turtle(node: Node) -> str:
    return "[]" if isinstance(node, BNode) else node.n3()
