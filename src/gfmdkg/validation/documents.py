"""Documents in any format, read into rdflib graphs that know the place of every triple."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urljoin

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import BASE
from gfmdkg.rdf.media import GRAPH_FORMATS
from gfmdkg.rdf.turtle_tokens import Lines, Misplaced
from gfmdkg.store.reading import parse
from gfmdkg.validation.data_graph import memory_graph, rdflib_triples
from gfmdkg.validation.findings import Finding, SourceFile
from gfmdkg.validation.positions import (
    POSITIONED,
    Offsets,
    PlacedTriple,
    PositionedGraph,
    read_positioned,
)
from gfmdkg.validation.syntax import find_faults

__all__ = ["CONTEXT_IRIS", "read_document", "read_documents"]

_UNREADABLE = "the document cannot be read"
_RDF_XML = "application/rdf+xml"
_ABOUT = re.compile(r"""\brdf:(about|ID)\s*=\s*(["'])([^"'<>]*)\2""")

CONTEXT_IRIS = (f"{BASE}context.jsonld", f"{BASE}ontology/context.jsonld", f"{BASE}ontology")
"""The addresses by which a document may name the project's own context."""

# The property of a record's mark, and the datatype of a value's.
_MARK = URIRef("urn:x-gfmdkg:at")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_DEEPEST = 200
# Where the items of a value are no values of the property one by one.
_WHOLE = frozenset(("@list", "@language", "@index", "@id", "@type", "@graph"))
# What json's own reader says, as the other faults of syntax are worded.
_EXPECTED = {
    "Expecting ',' delimiter": "a comma or a closing bracket is expected here",
    "Expecting ':' delimiter": "a colon is expected here",
    "Expecting property name enclosed in double quotes": "a name in double quotes or a closing }"
    " is expected here",
    "Expecting value": "a value is expected here",
    "Extra data": "the end of the document is expected here",
}


def read_document(
    text: str,
    *,
    base_iri: str,
    media_type: str = "text/turtle",
    file: str | None = None,
    contexts: Mapping[str, str] | None = None,
) -> PositionedGraph:
    """Read any of ``GRAPH_FORMATS``; names of graphs are dropped.

    Every triple has its place in the formats of ``POSITIONED``, whose literals keep the form in
    which they are written, and in JSON-LD its pointer too; of RDF/XML the subjects have theirs.
    ``contexts`` has the JSON-LD contexts that are known by address. Raises ``DataError`` with all
    faults of the syntax: line, column, the offending text and what was expected.
    """
    if media_type not in GRAPH_FORMATS:
        raise DataError(f"{media_type} is not a format that is read here")
    text = text.removeprefix("\ufeff")
    try:
        if media_type == "application/ld+json":
            return _read_json_ld(text, base_iri, file, contexts or {})
        parsed = parse(text.encode(), media_type=media_type, base_iri=base_iri)
        if parsed.complaints or media_type == _RDF_XML:  # a web page may be XML enough
            faults = find_faults(text, media_type=media_type, base_iri=base_iri, file=file)
            if faults:
                raise DataError(_UNREADABLE, faults)
        if media_type in POSITIONED:
            return read_positioned(text, media_type=media_type, base_iri=base_iri, file=file)
        graph = memory_graph(_fresh(parsed.triples))
    except Misplaced as error:
        line, column = Lines(text).place(min(error.offset, len(text)))
        what = "JSON" if media_type == "application/ld+json" else "syntax"
        remedy = f"mend the {what} here or just before, where something may be missing"
        fault = Fault(message=error.message, file=file, line=line, column=column, remedy=remedy)
        raise DataError(_UNREADABLE, [fault]) from error
    subjects = dict(_rdf_xml_subjects(text, base_iri))
    return PositionedGraph(
        file=file, graph=graph, text=text, media_type=media_type, _subjects=subjects
    )


def read_documents(
    files: Sequence[SourceFile], *, contexts: Mapping[str, str] | None = None
) -> tuple[list[PositionedGraph], list[Finding]]:
    """The files that can be read, and the faults of the others.

    ``contexts`` has the JSON-LD contexts that are known by address.
    """
    documents: list[PositionedGraph] = []
    faults: list[Finding] = []
    for file in files:
        try:
            documents.append(
                read_document(
                    file.text,
                    media_type=file.media_type,
                    base_iri=file.graph,
                    file=file.path,
                    contexts=contexts,
                )
            )
        except DataError as error:
            faults += [Finding.from_fault(f, code="syntax") for f in error.faults]
    return documents, faults


def _read_json_ld(
    text: str, base_iri: str, file: str | None, contexts: Mapping[str, str]
) -> PositionedGraph:
    marked, offsets = _mark_document(text, contexts)
    parsed = parse(marked.encode(), media_type="application/ld+json", base_iri=base_iri)
    if parsed.complaints:
        # Its place would be one in the text with the marks that were put in.
        remedy = "see the JSON-LD 1.1 recommendation for what may stand there"
        if "LoadDocumentCallback" in parsed.complaints[0].message:
            message = "the document names a context that is not fetched"
            remedy = f"write the context into the document, or name <{CONTEXT_IRIS[0]}>"
        else:
            message = parsed.complaints[0].message
        raise DataError(
            _UNREADABLE,
            [Fault(message=message, file=file, line=1, column=1, remedy=remedy)],
        )
    subjects: dict[Node, str] = {}
    pointers: dict[PlacedTriple, str | None] = {}
    last: dict[tuple[Node, Node], PlacedTriple] = {}
    for triple in _fresh(parsed.triples):
        subject, predicate, value = triple
        if predicate == _MARK:
            subjects.setdefault(subject, str(value))
        elif isinstance(value, Literal) and value.datatype == _MARK:
            pointers[last[subject, predicate]] = str(value)
        else:
            last[subject, predicate] = triple
            pointers.setdefault(triple, None)
    places = {t: p or subjects[t[0]] for t, p in pointers.items() if p or t[0] in subjects}
    found = dict.fromkeys((*places.values(), *subjects.values()))
    return PositionedGraph(
        file=file,
        graph=memory_graph(pointers),
        text=text,
        media_type="application/ld+json",
        _triples={triple: offsets[pointer] for triple, pointer in places.items()},
        _subjects={subject: offsets[pointer] for subject, pointer in subjects.items()},
        _pointers={offsets[pointer][0]: pointer for pointer in found},
    )


def _fresh(triples: Sequence[ox.Triple]) -> Iterator[PlacedTriple]:
    """Triples with blank nodes of their own, in the order in which they were read."""
    if any(isinstance(triple.object, ox.Triple) for triple in triples):
        raise Misplaced("a triple term of RDF 1.2 is not read here", 0)
    fresh: dict[Node, Node] = {}
    for triple in rdflib_triples(triples):
        subject, predicate, value = (
            fresh.setdefault(node, BNode()) if isinstance(node, BNode) else node for node in triple
        )
        yield subject, predicate, value


def _rdf_xml_subjects(text: str, base_iri: str) -> Iterator[tuple[Node, Offsets]]:
    for match in reversed(list(_ABOUT.finditer(text))):
        relative = f"#{match[3]}" if match[1] == "ID" else match[3]
        node = URIRef(urljoin(base_iri, relative))
        yield node, (match.start(), match.end())


# JSON-LD
#
# The engine's parser decides what the triples are, and tells where they come from as well: in a
# copy of the document each node and each value is followed by a mark that holds its JSON Pointer,
# and the parser gives the marks back between the triples. Values in lists and in maps by language
# or index get no mark, and have the place of their record.


def _mark_document(text: str, contexts: Mapping[str, str]) -> tuple[str, Mapping[str, Offsets]]:
    """The document with marks, for the parser, and the place of each value by its pointer.

    That is where the value stands if it is a string, else the first name of an object, else the
    name that has the value. Raises ``Misplaced`` for what is no JSON.
    """
    try:
        root = json.loads(text, object_pairs_hook=_Members, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = _EXPECTED.get(error.msg, error.msg[:1].lower() + error.msg[1:])
        raise Misplaced(message, error.pos) from error
    except RecursionError as error:
        raise Misplaced(f"more than {_DEEPEST} levels of nesting", 0) from error
    offsets: dict[str, Offsets] = {}
    plain = _placed(root, _STRING.finditer(text), (0, 0), "", offsets)
    marking = _Marking(offsets, {iri: json.loads(body) for iri, body in contexts.items()})
    if isinstance(plain, list):
        marked: Any = [marking.node(item, f"/{n}", is_top=True) for n, item in enumerate(plain)]
    else:
        marked = marking.node(plain, "", is_top=True)
    return json.dumps(marked), offsets


class _Members(list[tuple[str, Any]]):
    """The members of an object, in the order of the text and with names that are there twice."""


def _refuse_constant(name: str) -> NoReturn:
    raise Misplaced(f"{name} is no value of JSON", 0)


def _placed(
    value: Any,
    strings: Iterator[re.Match[str]],
    at: Offsets,
    pointer: str,
    offsets: dict[str, Offsets],
) -> Any:
    """A value with dicts for members; its strings are the next ones of the text."""
    if pointer.count("/") > _DEEPEST:
        raise Misplaced(f"more than {_DEEPEST} levels of nesting", at[0])
    if isinstance(value, str):
        at = next(strings).span()
    offsets[pointer] = at
    if isinstance(value, _Members):
        members: dict[str, Any] = {}
        for name, inner in value:
            span = next(strings).span()
            if not members:
                offsets[pointer] = span
            if name in members:
                raise Misplaced(f"the name “{name}” is there twice", span[0])
            members[name] = _placed(inner, strings, span, _under(pointer, name), offsets)
        return members
    if isinstance(value, list):
        return [_placed(v, strings, at, f"{pointer}/{n}", offsets) for n, v in enumerate(value)]
    return value


def _under(pointer: str, name: str) -> str:
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


@dataclass(slots=True)
class _Marking:
    """Puts marks into a tree, with as much of its contexts as tells where one may stand."""

    _offsets: Mapping[str, Offsets]
    _contexts: Mapping[str, Any]
    _keywords: dict[str, str] = field(default_factory=dict)
    _unmarked: set[str] = field(default_factory=set)

    def node(self, value: Any, pointer: str, *, is_top: bool = False) -> Any:
        """A node object with marks; anything else as it is."""
        if not isinstance(value, dict):
            return value
        made: dict[str, Any] = {}
        if "@context" in value:
            made["@context"] = self._known(value["@context"])
        keys = {name: self._keywords.get(name) or str(name) for name in value}
        if not {"@value", "@list", "@set"}.isdisjoint(keys.values()):
            return value
        if not set(keys.values()) <= {"@id", "@context", *({"@graph"} if is_top else ())}:
            made[_MARK] = {"@value": pointer}
        for name, inner in value.items():
            if name != "@context":
                made[name] = self._member(name, keys[name], inner, _under(pointer, name))
        return made

    def _member(self, name: str, keyword: str, value: Any, pointer: str) -> Any:
        match keyword:
            case "@graph" | "@included":
                return self._each(value, pointer, has_marks=False)
            case "@reverse" if isinstance(value, dict):
                return {
                    inner: self._each(nodes, _under(pointer, inner), has_marks=False)
                    for inner, nodes in value.items()
                }
            case "@id" if not isinstance(value, str):
                raise Misplaced("@id is a string, the IRI of the record", self._offsets[pointer][0])
        if keyword.startswith("@") or name in self._unmarked:
            return value
        return self._each(value, pointer, has_marks=True)

    def _each(self, value: Any, pointer: str, *, has_marks: bool) -> list[Any]:
        found: list[Any] = []
        is_list = isinstance(value, list)
        for number, item in enumerate(value if is_list else [value]):
            place = f"{pointer}/{number}" if is_list else pointer
            found.append(self.node(item, place))
            if has_marks:
                found.append({"@value": place, "@type": _MARK})
        return found

    def _known(self, context: Any) -> Any:
        """A context with those that are known by address in their place."""
        if isinstance(context, list):
            return [self._known(part) for part in context]
        if isinstance(context, str) and context in self._contexts:
            found = self._contexts[context]
            return self._known(found.get("@context", found))
        for name, definition in context.items() if isinstance(context, dict) else ():
            given = definition if isinstance(definition, dict) else {"@id": definition}
            meant = str(given.get("@id"))
            if meant.startswith("@"):
                self._keywords[name] = meant
            kinds = given.get("@container") or ()
            is_whole = not _WHOLE.isdisjoint([kinds] if isinstance(kinds, str) else kinds)
            if is_whole or given.get("@type") == "@json":
                self._unmarked.add(name)
        return context
