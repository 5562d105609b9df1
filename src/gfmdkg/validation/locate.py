"""From the nodes of a validation result to a file, a line and a column."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rdflib import Graph, URIRef
from rdflib.term import Node

from gfmdkg.namespaces import RDF, SH
from gfmdkg.validation.data_graph import referrers
from gfmdkg.validation.findings import Finding, Report, Span
from gfmdkg.validation.positions import PLACED, PositionedGraph
from gfmdkg.validation.shacl import path_parts

__all__ = ["Location", "Locator", "PathStep", "path_text", "place_findings", "steps_of"]

_TYPE = URIRef(RDF + "type")


@dataclass(frozen=True, slots=True)
class Location:
    """A document, and the span in it where that is known."""

    document: PositionedGraph | None = None
    span: Span | None = None

    @property
    def fields(self) -> Mapping[str, Any]:
        """The place as a finding has it."""
        document, span = self.document, self.span
        file = None if document is None else document.file
        if document is None or span is None:
            return {"file": file}
        return {"file": file, "pointer": document.pointer(span), **asdict(span)}


@dataclass(frozen=True, slots=True)
class PathStep:
    """A predicate that a path may begin with; ``is_inverse`` where it is followed backwards."""

    predicate: Node
    is_inverse: bool = False


class Locator:
    """Finds where in some documents the triples of a result stand."""

    def __init__(self, documents: Sequence[PositionedGraph]) -> None:
        self._documents = tuple(documents)

    def locate(
        self,
        focus: Node,
        *,
        steps: Sequence[PathStep] = (),
        value: Node | None = None,
        last_value: bool = False,
    ) -> Location:
        """The most telling place that is known.

        In this order: the triple of focus node, path and value; another triple of focus node
        and path (the last of them for ``last_value``); the focus node's own statement; where
        something refers to it.
        """
        for step in steps if value is not None else ():
            ends = (value, focus) if step.is_inverse else (focus, value)
            found = self._first(PositionedGraph.span, ends[0], step.predicate, ends[1])
            if found:
                return found
        for step in steps:
            places = self.values(focus, step.predicate)
            if places and not step.is_inverse:
                return places[-1 if last_value else 0][1]
        return (
            self._subject(focus)
            or self._first(PositionedGraph.object_span, focus)
            or self._referrer(focus)
            or Location()
        )

    def locate_row(self, focus: Node, terms: Sequence[Node]) -> Location:
        """The place for a check's row: where the focus node is joined to one of the terms.

        A text counts as found in upper or lower case, for checks compare so.
        """
        for find in (PositionedGraph.any_span, PositionedGraph.folded_span):
            for term in terms:
                found = self._first(find, focus, term)
                if found:
                    return found
        return self.locate(focus)

    def is_given(self, node: Node, files: Container[str]) -> bool:
        """Whether one of these files says something about a node."""
        return any(
            document.file in files and document.subject_span(node) is not None
            for document in self._documents
        )

    def values(self, focus: Node, predicate: Node) -> list[tuple[Node, Location]]:
        """The values of a property with their places, in the order of the text."""
        return [
            (value, Location(document, span))
            for document in self._documents
            for value, span in document.value_spans(focus, predicate)
        ]

    def _first(self, find: Callable[..., Span | None], *terms: Node | None) -> Location | None:
        """The first place of some terms that a method of the documents finds."""
        for document in self._documents:
            span = find(document, *terms)
            if span is not None:
                return Location(document, span)
        return None

    def _subject(self, focus: Node) -> Location | None:
        # A record is at home where its class is stated.
        documents = sorted(self._documents, key=lambda d: not d.value_spans(focus, _TYPE))
        spans = ((document, document.subject_span(focus)) for document in documents)
        return next((Location(document, span) for document, span in spans if span), None)

    def _referrer(self, node: Node) -> Location | None:
        """In a format without places: the nearest named record that leads to a node."""
        for document in self._documents:
            if document.media_type not in PLACED:
                for subject in referrers(document.graph, node):
                    span = document.subject_span(subject)
                    if span is not None:
                        return Location(document, span)
        return None


def steps_of(graph: Graph, path: Node | None) -> tuple[PathStep, ...]:
    """The predicates with which a SHACL path can leave the focus node."""
    if path is None:
        return ()
    match path_parts(graph, path):
        case "predicatePath", _:
            return (PathStep(path),)
        case "alternativePath", parts:
            return tuple(step for part in parts for step in steps_of(graph, part))
        case "inversePath", (inner,):
            return tuple(PathStep(s.predicate, not s.is_inverse) for s in steps_of(graph, inner))
        case _, (first, *_):
            return steps_of(graph, first)
    return ()


def path_text(graph: Graph, path: Node) -> str:
    """A SHACL path as Turtle writes it without prefixes."""
    kind, parts = path_parts(graph, path)
    texts = [path_text(graph, part) for part in parts]
    match kind:
        case "predicatePath":
            return path.n3()
        case "sequencePath":
            return f"( {' '.join(texts)} )"
        case "alternativePath":
            return f"[ <{SH}{kind}> ( {' '.join(texts)} ) ]"
    return f"[ <{SH}{kind}> {texts[0]} ]" if texts else "[]"


def place_findings(report: Report, documents: Sequence[PositionedGraph]) -> Report:
    """The report with the place of each finding whose focus node a document speaks about.

    It is that of the value at fault where the finding names one, else of the property, else
    of the record. A finding that has a place, or a blank node for its focus node, stays.
    """
    locator = Locator(documents)
    return report.with_findings(_placed(finding, locator) for finding in report.findings)


def _placed(finding: Finding, locator: Locator) -> Finding:
    node = finding.focus_node
    if finding.file is not None or node is None or node.startswith("_:"):
        return finding
    focus = URIRef(node)
    steps = [] if finding.path is None else [PathStep(URIRef(finding.path))]
    values = [place for step in steps for place in locator.values(focus, step.predicate)]
    places = (location for value, location in values if str(value) == finding.value)
    location = next(places, None) or locator.locate(focus, steps=steps)
    return finding if location.span is None else replace(finding, **location.fields)
