"""Fixes that are certain: what to write in place of a value, and where."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from gfmdkg.errors import Ambiguous, NotFound
from gfmdkg.namespaces import GFMD, RDF, SH, SKOS, XSD, compact
from gfmdkg.rdf.turtle_tokens import Kind, names_before, tokenize
from gfmdkg.terms.index import NameFact, TermIndex
from gfmdkg.validation.findings import Edit, Fix
from gfmdkg.validation.locate import Location
from gfmdkg.validation.positions import LINE_FORMATS, POSITIONED, PositionedGraph, Span
from gfmdkg.validation.shacl import Result

__all__ = ["Fixer", "make_fix", "term_index", "write_iri"]

_TYPE, _SCHEME = URIRef(RDF + "type"), URIRef(SKOS + "inScheme")
_KINDS: Mapping[URIRef, str] = {
    URIRef(SKOS + "prefLabel"): "pref",
    URIRef(SKOS + "altLabel"): "alt",
    URIRef(SKOS + "hiddenLabel"): "hidden",
    URIRef(GFMD + "neverLabel"): "never",
    URIRef(SKOS + "notation"): "notation",
}
_LABELS = frozenset(_KINDS) - {URIRef(SKOS + "notation")}
_PREFERRED = URIRef(SKOS + "prefLabel")
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})?"
_FORMS: Mapping[str, re.Pattern[str]] = {
    XSD + "date": re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_ZONE}"),
    XSD + "dateTime": re.compile(
        rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?{_ZONE}"
    ),
    XSD + "gYear": re.compile(rf"[0-9]{{4}}{_ZONE}"),
    XSD + "gYearMonth": re.compile(rf"[0-9]{{4}}-[0-9]{{2}}{_ZONE}"),
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)"),
}
# What Turtle writes without quotes; a decimal needs its point there.
_BARE = frozenset(XSD + name for name in ("boolean", "integer", "decimal"))
_SAFE_LOCAL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_SAFE_RELATIVE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./#-]*")


class Fixer:
    """Finds the fixes for results of one shapes graph over one data graph."""

    def __init__(self, shapes: Graph, data: Graph) -> None:
        self._shapes, self._data = shapes, data

    def fix(self, result: Result, location: Location) -> Fix | None:
        """The fix of a result, or ``None`` where none is certain or the file is no Turtle."""
        document, span, value = location.document, location.span, result.value
        if document is None or span is None or not isinstance(value, Literal):
            return None
        if document.media_type not in POSITIONED or not isinstance(result.path, URIRef):
            return None
        if document.span(result.focus, result.path, value) != span:
            return None
        datatype = self._datatype(result, value)
        if datatype is not None:
            return _retype(document, span, value, datatype)
        if self._lacks_tag(result, value):
            literal = _quoted(document, span)
            return make_fix(span, f"{literal}@en", "add the language tag @en")
        iri = self._named(result, value)
        if iri is None:
            return None
        text = write_iri(document, span, iri)
        return make_fix(span, text, f"write {compact(iri)} in place of its name")

    def nearest(self, result: Result) -> str | None:
        """What a text in place of an IRI may have meant, where that is not certain."""
        if not isinstance(result.value, Literal) or result.component not in _REFERRING:
            return None
        types, schemes = self._wanted(result)
        if not types and not schemes:
            return None
        found = self._terms.nearest(str(result.value), 3, types=types, schemes=schemes)
        return " or ".join(f"“{c.label}” <{c.iri}>" for c in found if c.score > _ALIKE) or None

    # What is wanted

    def _datatype(self, result: Result, value: Literal) -> str | None:
        """The datatype for which the value is well-formed, if that is the only thing wrong."""
        if result.shape is None or result.component not in ("datatype", "or"):
            return None
        given = self._shapes.value(result.shape, URIRef(SH + "datatype"))
        wanted = [given] if given is not None else self._alternatives(result.shape)
        fitting = [str(d) for d in wanted if d is not None and _is_well_formed(value, str(d))]
        pattern = self._shapes.value(result.shape, URIRef(SH + "pattern"))
        if len(fitting) != 1 or (pattern is not None and not re.search(str(pattern), str(value))):
            return None
        return fitting[0]

    def _alternatives(self, shape: Node) -> list[Node | None]:
        members = self._shapes.value(shape, URIRef(SH + "or"))
        if members is None:
            return []
        found = Collection(self._shapes, members)
        return [self._shapes.value(member, URIRef(SH + "datatype")) for member in found]

    def _lacks_tag(self, result: Result, value: Literal) -> bool:
        if result.component != "datatype" or result.path not in _LABELS:
            return False
        wanted = self._shapes.value(result.shape, URIRef(SH + "datatype"))
        if str(wanted) != RDF + "langString" or value.language or value.datatype is not None:
            return False
        others = self._data.objects(result.focus, result.path)
        taken = any(isinstance(o, Literal) and o.language == "en" for o in others)
        return result.path != _PREFERRED or not taken

    def _named(self, result: Result, value: Literal) -> str | None:
        """The one resource of the wanted kind that has the literal for a name."""
        if result.component not in _REFERRING:
            return None
        types, schemes = self._wanted(result)
        if not types and not schemes:
            return None
        try:
            return self._terms.resolve(str(value), types=types, schemes=schemes)
        except (NotFound, Ambiguous):
            return None

    def _wanted(self, result: Result) -> tuple[frozenset[str], frozenset[str]]:
        found = set() if result.shape is None else set(self._kinds(result.shape, 0))
        types = frozenset(iri for kind, iri in found if kind == "class")
        return types, frozenset(iri for kind, iri in found if kind == "scheme")

    def _kinds(self, shape: Node, depth: int) -> Iterator[tuple[str, str]]:
        if depth > _DEEPEST:
            return
        shapes = self._shapes
        for class_ in shapes.objects(shape, URIRef(SH + "class")):
            yield "class", str(class_)
        for inner in shapes.objects(shape, URIRef(SH + "node")):
            yield from self._kinds(inner, depth + 1)
        for inner in shapes.objects(shape, URIRef(SH + "property")):
            if shapes.value(inner, URIRef(SH + "path")) == _SCHEME:
                for scheme in shapes.objects(inner, URIRef(SH + "hasValue")):
                    yield "scheme", str(scheme)
        for members in shapes.objects(shape, URIRef(SH + "or")):
            for member in Collection(shapes, members):
                yield from self._kinds(member, depth + 1)

    @cached_property
    def _terms(self) -> TermIndex:
        return term_index(self._data)


_REFERRING = frozenset({"class", "node", "node-kind", "or"})
_ALIKE = 60.0
_DEEPEST = 4


def term_index(data: Graph) -> TermIndex:
    """The names of all resources of a graph."""
    facts: set[NameFact] = set()
    for predicate, kind in _KINDS.items():
        for subject, label in data.subject_objects(predicate):
            if not isinstance(subject, URIRef) or not isinstance(label, Literal):
                continue
            iri = str(subject)
            facts.add((iri, kind, str(label), label.language))
            facts.update((iri, "type", str(type_), None) for type_ in data.objects(subject, _TYPE))
            facts.update((iri, "scheme", str(s), None) for s in data.objects(subject, _SCHEME))
    return TermIndex.from_facts(sorted(facts, key=lambda fact: (*fact[:3], fact[3] or "")))


def make_fix(span: Span, text: str, description: str) -> Fix:
    """The fix that writes ``text`` in place of a span."""
    edit = Edit(**asdict(span), text=text)
    return Fix(description=description, edits=(edit,))


def write_iri(document: PositionedGraph, span: Span, iri: str) -> str:
    """An IRI as a document would have it at a place: by its prefixes, else by its base."""
    if document.media_type in LINE_FORMATS:
        return f"<{iri}>"
    offset = document.lines.offset(span.line, span.column)
    prefixes, base = names_before(document.text, offset)
    for prefix, namespace in sorted(prefixes.items(), key=lambda item: -len(item[1])):
        local = iri.removeprefix(namespace)
        if iri.startswith(namespace) and _SAFE_LOCAL.fullmatch(local):
            return f"{prefix}:{local}"
    if base is not None and base.endswith("/") and iri.startswith(base):
        relative = iri.removeprefix(base)
        if _SAFE_RELATIVE.fullmatch(relative):
            return f"<{relative}>"
    return f"<{iri}>"


def _is_well_formed(value: Literal, datatype: str) -> bool:
    if datatype == XSD + "string":
        return True
    form = _FORMS.get(datatype)
    if form is None or not form.fullmatch(str(value)):
        return False
    return Literal(str(value), datatype=URIRef(datatype)).ill_typed is not True


def _retype(document: PositionedGraph, span: Span, value: Literal, datatype: str) -> Fix:
    quoted = _quoted(document, span)
    name = compact(datatype)
    if datatype == XSD + "string":
        return make_fix(span, quoted, "write it as a plain string")
    if datatype in _BARE and document.media_type not in LINE_FORMATS:
        lexical = str(value)
        if datatype == XSD + "decimal" and "." not in lexical:
            lexical += ".0"
        return make_fix(span, lexical, f"write it as {name}")
    text = f"{quoted}^^{write_iri(document, span, datatype)}"
    return make_fix(span, text, f"write it as {name}")


def _quoted(document: PositionedGraph, span: Span) -> str:
    """The literal at a place in quotes, without its tag or datatype, as it is written."""
    first = next(tokenize(document.text_of(span)))
    return first.text if first.kind is Kind.STRING else f'"{document.text_of(span)}"'
