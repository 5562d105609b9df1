"""Shapes: loading them, finding what is wrong with them, and wording what they find wrong."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH as RDFLIB_SH
from rdflib.term import Node

from gfmdkg.errors import DataError, Fault, OntologyError
from gfmdkg.namespaces import BASE, RDF, SH, XSD
from gfmdkg.validation.checks import read_rules
from gfmdkg.validation.data_graph import (
    exact_literal,
    memory_graph,
    node_text,
    node_turtle,
    referrers,
)
from gfmdkg.validation.documents import read_document
from gfmdkg.validation.findings import Finding, ResultTerms, Severity, Span
from gfmdkg.validation.fixing import Fixer
from gfmdkg.validation.locate import Location, Locator, path_text, steps_of
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.shacl import (
    NESTED,
    SHAPE_CLASSES,
    ShapeResult,
    inner_shapes,
    targeted_shapes,
)
from gfmdkg.validation.wording import PLACEHOLDER, Wording

__all__ = ["applied_shapes", "load_shapes", "word_results"]

_PREFIXES, _DECLARE = URIRef(SH + "prefixes"), URIRef(SH + "declare")
_IMPORTS = URIRef("http://www.w3.org/2002/07/owl#imports")
# SHACL switches these on by the literal true; pyshacl would by "1"^^xsd:boolean as well.
_SWITCHES = frozenset(
    URIRef(SH + name)
    for name in ("closed", "deactivated", "qualifiedValueShapesDisjoint", "uniqueLang")
)
_TRUE = exact_literal("true", datatype=XSD + "boolean")
_TYPE = URIRef(RDF + "type")
_DEACTIVATED = URIRef(SH + "deactivated")
# rdflib's list of the vocabulary lacks those that are keywords of Python.
_KNOWN = frozenset(str(term).removeprefix(SH) for term in dir(RDFLIB_SH)) | frozenset(
    ("and", "class", "in", "not", "or")
)
# Of SHACL's advanced features, which are off: rules could change the data.
_WITHOUT_EFFECT = frozenset(("expression", "js", "rule", "target"))
_MESSAGE = URIRef(SH + "message")
_SEVERITIES = frozenset(Severity)


def load_shapes(folder: Path) -> Graph:
    """Read all ``*.ttl`` of a folder, and look for faults that SHACL's own rules do not name.

    Raises ``OntologyError`` with every fault: syntax, unknown terms of the SHACL namespace
    (which a validator would pass over in silence), shapes that nothing leads to.
    """
    graph = memory_graph()
    documents: list[PositionedGraph] = []
    faults: list[Fault] = []
    for name, text in read_rules(folder, "ontology/shapes/*.ttl", faults):
        try:
            documents.append(read_document(text, base_iri=BASE, file=name))
            graph += documents[-1].graph
        except DataError as error:
            faults.extend(error.faults)
    if not documents and not faults:
        faults.append(Fault(message="there are no shapes here", file="ontology/shapes"))
    reached = _reached(graph)
    for document in documents:
        faults += _unknown_terms(document)
        faults += _idle_shapes(document, graph, reached)
        faults += _missing_shapes(document, graph)
    if faults:
        raise OntologyError("the shapes are at fault", faults)
    return graph


def applied_shapes(shapes: Graph) -> Graph:
    """A copy of a shapes graph in the form in which pyshacl applies it as SHACL has it."""
    # pyshacl adds triples to its shapes graph; and a store without contexts is faster.
    applied = Graph("SimpleMemory", shapes.identifier, bind_namespaces="none")
    applied += (t for t in shapes if t[1] not in _SWITCHES or t[2] == _TRUE)
    _import_prefixes(applied)
    return applied


def _import_prefixes(shapes: Graph) -> None:
    """Give what ``sh:prefixes`` names the declarations of all that it imports (SHACL 5.2.1).

    pyshacl does not follow owl:imports.
    """
    for source in set(shapes.objects(None, _PREFIXES)):
        for imported in set(shapes.transitive_objects(source, _IMPORTS)):
            for declaration in set(shapes.objects(imported, _DECLARE)):
                shapes.add((source, _DECLARE, declaration))


def _unknown_terms(document: PositionedGraph) -> Iterator[Fault]:
    for triple, span in document.spans.items():
        for term in triple:
            if not isinstance(term, URIRef) or not term.startswith(SH):
                continue
            name = str(term.removeprefix(SH))
            if name in _WITHOUT_EFFECT:
                remedy = "use core SHACL or sh:sparql"
                yield _fault(document, span, f"sh:{name} has no effect here", remedy)
            elif name not in _KNOWN:
                found = get_close_matches(name, _KNOWN, n=1)
                nearest = f"sh:{found[0]} is the nearest" if found else None
                yield _fault(document, span, f"SHACL has no term sh:{name}", nearest)


def _idle_shapes(document: PositionedGraph, graph: Graph, reached: set[Node]) -> Iterator[Fault]:
    shapes = {
        s
        for s, p, o in document.spans
        if (p == _TYPE and o in SHAPE_CLASSES) or p == URIRef(SH + "path")
    }
    for shape in sorted(shapes, key=str):
        is_parameter = (None, URIRef(SH + "parameter"), shape) in graph
        if shape in reached or is_parameter or (shape, _DEACTIVATED, None) in graph:
            continue
        message = f"the shape {_name(shape)} targets nothing and no other shape uses it"
        remedy = "give it a target such as sh:targetClass, refer to it, or remove it"
        yield _fault(document, document.subject_span(shape), message, remedy)


def _missing_shapes(document: PositionedGraph, graph: Graph) -> Iterator[Fault]:
    for (_, predicate, value), span in document.spans.items():
        if predicate in NESTED and (value, None, None) not in graph:
            remedy = "correct the name, or write the shape; as it is, everything fits it"
            yield _fault(document, span, f"there is no shape {_name(value)}", remedy)


def _fault(document: PositionedGraph, span: Span | None, message: str, remedy: str | None) -> Fault:
    line, column = (None, None) if span is None else (span.line, span.column)
    return Fault(message=message, file=document.file, line=line, column=column, remedy=remedy)


def _reached(graph: Graph) -> set[Node]:
    """The shapes with a target, and all that these lead to."""
    targeted = targeted_shapes(graph)
    below = (graph.transitiveClosure(lambda s, g: inner_shapes(g, s), s) for s in targeted)
    return targeted.union(*below)


def _name(shape: Node) -> str:
    return "without a name" if not isinstance(shape, URIRef) else shape.rpartition("#")[2]


# What they find wrong


def word_results(
    results: Iterable[ShapeResult],
    shapes: Graph,
    *,
    documents: Sequence[PositionedGraph] = (),
    names: Graph,
) -> list[Finding]:
    """The findings of results that the shapes had; labels are taken from ``names``."""
    author = _Author(shapes, Locator(documents), Wording(names, shapes), Fixer(shapes, names))
    return [author.finding(result) for result in results]


@dataclass(frozen=True, slots=True)
class _Author:
    """Writes findings about one shapes graph and one data graph."""

    _shapes: Graph
    _locator: Locator
    _wording: Wording
    _fixer: Fixer

    def finding(self, result: ShapeResult) -> Finding:
        """A result in words and with its place."""
        wording, location = self._wording, self._locate(result)
        remedy, fix = self._remedy(result), self._fixer.fix(result, location)
        nearest = None if fix is not None else self._fixer.nearest(result)
        if nearest is not None:
            remedy = f"{remedy or 'Write the IRI of the record'}; the nearest is {nearest}"
        severity = result.severity if result.severity in _SEVERITIES else Severity.VIOLATION
        return Finding(
            severity=Severity(severity),
            code=result.component,
            message=wording.message(result),
            remedy=remedy,
            fixable=fix is not None,
            fix=fix,
            focus_node=_text(result.focus),
            path=None if result.path is None else self._path_text(result.path),
            value=_text(result.value),
            shape=_text(self._named_shape(result.shape)),
            terms=ResultTerms(
                focus=node_turtle(result.focus),
                path=None if result.path is None else path_text(self._shapes, result.path),
                value=None if result.value is None else node_turtle(result.value),
            ),
            concerns_iri=self._concerns_iri(result),
            **location.fields,
        )

    def _locate(self, result: ShapeResult) -> Location:
        locator = self._locator
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

    def _inner_predicates(self, result: ShapeResult) -> Iterator[Node]:
        """The properties that a rule about the whole record speaks of, the decisive one first.

        “A treaty binds” is an ``sh:or`` of “not a treaty” and “binding”: what is wrong is the
        value of the second, if there is one.
        """
        if result.component not in ("or", "xone", "not"):
            return
        shapes = self._shapes
        members: list[Node] = []
        for name in ("or", "xone"):
            for head in shapes.objects(result.shape, URIRef(SH + name)):
                members += reversed(list(Collection(shapes, head)))
        members += shapes.objects(result.shape, URIRef(SH + "not"))
        for member in members:
            for inner in shapes.objects(member, URIRef(SH + "property")):
                predicate = shapes.value(inner, URIRef(SH + "path"))
                if isinstance(predicate, URIRef):
                    yield predicate

    def _remedy(self, result: ShapeResult) -> str | None:
        template = self._template(result.constraint) or self._template(result.shape)
        if template is None:
            return None
        # What a report can tell of a SPARQL constraint's row; other variables only pyshacl saw.
        known = {"this": result.focus, "value": result.value, "path": result.path}
        if result.messages and not known.keys() >= set(PLACEHOLDER.findall(template)):
            return result.messages[0]
        return self._wording.fill(template, known)

    def _template(self, node: Node | None) -> str | None:
        messages = () if node is None else self._shapes.objects(node, _MESSAGE)
        texts = [message for message in messages if isinstance(message, Literal)]
        texts.sort(key=lambda text: (text.language not in ("en", None), str(text)))
        return str(texts[0]) if texts else None

    def _concerns_iri(self, result: ShapeResult) -> bool:
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
        around = () if shape is None else referrers(self._shapes, shape)
        return next((node for node in around if isinstance(node, URIRef)), None)

    def _path_text(self, path: Node) -> str:
        return str(path) if isinstance(path, URIRef) else self._wording.path(path)


def _text(node: Node | None) -> str | None:
    return None if node is None else node_text(node)
