"""What pyshacl says of a graph, as findings: in plain words, with place, remedy and fix."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from gfmdkg.namespaces import SH
from gfmdkg.validation.data_graph import node_text, node_turtle
from gfmdkg.validation.findings import Finding, ResultTerms, Severity
from gfmdkg.validation.fixing import Fixer
from gfmdkg.validation.locate import Location, Locator, path_text, steps_of
from gfmdkg.validation.positions import PositionedGraph
from gfmdkg.validation.shacl import Result
from gfmdkg.validation.wording import PLACEHOLDER, Wording

__all__ = ["word_results"]

_MESSAGE = URIRef(SH + "message")
_SEVERITIES = frozenset(Severity)
# What a report can tell of a SPARQL constraint's row; other variables only pyshacl saw.
_KNOWN_VARIABLES = frozenset(("this", "value", "path"))


def word_results(
    results: Iterable[Result],
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

    def finding(self, result: Result) -> Finding:
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

    def _locate(self, result: Result) -> Location:
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

    def _remedy(self, result: Result) -> str | None:
        template = self._template(result.constraint) or self._template(result.shape)
        if template is None:
            return None
        variables = set(PLACEHOLDER.findall(template))
        if not variables:
            return template
        if not variables <= _KNOWN_VARIABLES and result.messages:
            return result.messages[0]
        known = (("this", result.focus), ("value", result.value), ("path", result.path))
        return self._wording.fill(
            template, {name: node for name, node in known if node is not None}
        )

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

    def _path_text(self, path: Node) -> str:
        return str(path) if isinstance(path, URIRef) else self._wording.path(path)


def _text(node: Node | None) -> str | None:
    return None if node is None else node_text(node)
