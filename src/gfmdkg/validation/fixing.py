"""Fixes that are certain: what to write in place of a value, where, and doing so in a file."""

import re
import shutil
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from gfmdkg.errors import Ambiguous, DataError, Fault, NotFound
from gfmdkg.namespaces import GFMD, RDF, SH, SKOS, XSD, compact
from gfmdkg.rdf.sparql_tokens import TokenKind
from gfmdkg.rdf.turtle_tokens import Lines, names_before, tokenize
from gfmdkg.store.files import replacing
from gfmdkg.terms.index import NameFact, TermIndex
from gfmdkg.validation.findings import Edit, Fix, Report, Span
from gfmdkg.validation.locate import Location
from gfmdkg.validation.positions import LINE_FORMATS, POSITIONED, PositionedGraph
from gfmdkg.validation.shacl import ShapeResult

__all__ = ["Fixer", "make_fix", "mend", "write_iri"]

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
_REFERRING = frozenset({"class", "node", "node-kind", "or"})
_WANTED = ("types", "schemes")
_ALIKE = 60.0
_DEEPEST = 4
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

    def fix(self, result: ShapeResult, location: Location) -> Fix | None:
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

    def nearest(self, result: ShapeResult) -> str | None:
        """What a text in place of an IRI may have meant, where that is not certain."""
        wanted = self._wanted(result)
        if wanted is None or not isinstance(result.value, Literal):
            return None
        found = self._terms.nearest(str(result.value), 3, **wanted)
        return " or ".join(f"“{c.label}” <{c.iri}>" for c in found if c.score > _ALIKE) or None

    # What is wanted

    def _datatype(self, result: ShapeResult, value: Literal) -> str | None:
        """The datatype for which the value is well-formed, if that is the only thing wrong."""
        shapes, shape = self._shapes, result.shape
        if shape is None or result.component not in ("datatype", "or"):
            return None
        choices = [shape]
        for members in shapes.objects(shape, URIRef(SH + "or")):
            choices += Collection(shapes, members)
        wanted = [str(d) for c in choices for d in shapes.objects(c, URIRef(SH + "datatype"))]
        fitting = [datatype for datatype in wanted if _is_well_formed(value, datatype)]
        pattern = shapes.value(shape, URIRef(SH + "pattern"))
        if len(fitting) != 1 or (pattern is not None and not re.search(str(pattern), str(value))):
            return None
        return fitting[0]

    def _lacks_tag(self, result: ShapeResult, value: Literal) -> bool:
        if result.component != "datatype" or result.path not in _LABELS:
            return False
        wanted = self._shapes.value(result.shape, URIRef(SH + "datatype"))
        if str(wanted) != RDF + "langString" or value.language or value.datatype is not None:
            return False
        others = self._data.objects(result.focus, result.path)
        taken = any(isinstance(o, Literal) and o.language == "en" for o in others)
        return result.path != _PREFERRED or not taken

    def _named(self, result: ShapeResult, value: Literal) -> str | None:
        """The one resource of the wanted kind that has the literal for a name."""
        wanted = self._wanted(result)
        try:
            return None if wanted is None else self._terms.resolve(str(value), **wanted)
        except (NotFound, Ambiguous):
            return None

    def _wanted(self, result: ShapeResult) -> Mapping[str, Any] | None:
        """The classes and schemes of what a value should be, where there are any."""
        if result.component not in _REFERRING or result.shape is None:
            return None
        found = set(self._kinds(result.shape, 0))
        if not found:
            return None
        return {wanted: frozenset(i for k, i in found if k == wanted) for wanted in _WANTED}

    def _kinds(self, shape: Node, depth: int) -> Iterator[tuple[str, str]]:
        if depth > _DEEPEST:
            return
        shapes = self._shapes
        for class_ in shapes.objects(shape, URIRef(SH + "class")):
            yield "types", str(class_)
        for inner in shapes.objects(shape, URIRef(SH + "node")):
            yield from self._kinds(inner, depth + 1)
        for inner in shapes.objects(shape, URIRef(SH + "property")):
            if shapes.value(inner, URIRef(SH + "path")) == _SCHEME:
                for scheme in shapes.objects(inner, URIRef(SH + "hasValue")):
                    yield "schemes", str(scheme)
        for members in shapes.objects(shape, URIRef(SH + "or")):
            for member in Collection(shapes, members):
                yield from self._kinds(member, depth + 1)

    @cached_property
    def _terms(self) -> TermIndex:
        """The names of all resources of the data."""
        facts: set[NameFact] = set()
        for predicate, kind in _KINDS.items():
            for subject, label in self._data.subject_objects(predicate):
                if not isinstance(subject, URIRef) or not isinstance(label, Literal):
                    continue
                iri = str(subject)
                facts.add((iri, kind, str(label), label.language))
                types, schemes = (self._data.objects(subject, p) for p in (_TYPE, _SCHEME))
                facts.update((iri, "type", str(each), None) for each in types)
                facts.update((iri, "scheme", str(each), None) for each in schemes)
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
    if datatype == XSD + "string":
        return make_fix(span, quoted, "write it as a plain string")
    text = f"{quoted}^^{write_iri(document, span, datatype)}"
    if datatype in _BARE and document.media_type not in LINE_FORMATS:
        text = str(value)
        if datatype == XSD + "decimal" and "." not in text:
            text += ".0"
    return make_fix(span, text, f"write it as {compact(datatype)}")


def _quoted(document: PositionedGraph, span: Span) -> str:
    """The literal at a place in quotes, without its tag or datatype, as it is written."""
    first = next(tokenize(document.text_of(span)))
    return first.text if first.kind is TokenKind.STRING else f'"{document.text_of(span)}"'


# Applying fixes


def mend(path: Path, report: Report) -> int:
    """Apply the fixes of a report to one of its UTF-8 files; how many findings that mends.

    Line ends, tabs, a byte order mark and permissions stay, and a link is followed. Of two fixes
    that touch the same characters the first is applied; the next validation tells what is left.
    Raises ``DataError`` where the file changed since it was read for the report.
    """
    name, target = path.as_posix(), path.resolve()
    fixes = [f.fix for f in report.findings if f.file == name and f.fix is not None]
    if not fixes:
        return 0
    source = report.sources.get(name, "")
    text, count = _edited(source, fixes)
    with replacing(target) as draft:
        data = target.read_bytes()
        if data.removeprefix(BOM_UTF8) != source.encode():
            fault = Fault(
                message="the file was changed meanwhile, so no fix was applied",
                file=name,
                remedy="run the command again",
            )
            raise DataError("the file cannot be mended", [fault])
        mark = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
        draft.write_bytes(mark + text.encode())
        shutil.copymode(target, draft)
    return count


def _edited(text: str, fixes: Sequence[Fix]) -> tuple[str, int]:
    place = Lines(text).offset
    edits: list[tuple[int, int, str]] = []
    count = 0
    for fix in fixes:
        wanted = [
            (place(e.line, e.column), place(e.end_line, e.end_column), e.text) for e in fix.edits
        ]
        if any(start < e and s < end for start, end, _ in wanted for s, e, _ in edits):
            continue
        edits += wanted
        count += 1
    for start, end, put in sorted(edits, reverse=True):
        text = text[:start] + put + text[end:]
    return text, count
