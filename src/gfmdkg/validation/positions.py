"""Documents as rdflib graphs that know the line and column of every triple."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import RDF
from gfmdkg.store.parsing import parse
from gfmdkg.store.rdf_store import GRAPH_FORMATS
from gfmdkg.validation.data_graph import add_ntriples, stored_forms
from gfmdkg.validation.json_ld import CONTEXT_IRIS, JsonFault, PlacedDocument, place_document
from gfmdkg.validation.lines import Lines
from gfmdkg.validation.syntax import find_faults
from gfmdkg.validation.turtle import Offsets, PositionedParser, Triple
from gfmdkg.validation.turtle_tokens import as_turtle

__all__ = ["PLACED", "POSITIONED", "PositionedGraph", "Span", "read_document", "read_turtle"]

POSITIONED = frozenset(
    {"text/turtle", "application/n-triples", "application/trig", "application/n-quads"}
)
"""The media types of Turtle and its relatives."""
PLACED = POSITIONED | {"application/ld+json"}
"""The media types in which a triple has a place."""

_TYPE = URIRef(RDF + "type")
_ABOUT = re.compile(r"""\brdf:(about|ID)\s*=\s*(["'])([^"'<>]*)\2""")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text; all four count from 1, in characters, a tab being one.

    ``end_column`` is the column after the last character.
    """

    line: int
    column: int
    end_line: int
    end_column: int


def span_of(lines: Lines, offsets: Offsets) -> Span:
    """The span from the first character to before the second."""
    start, end = (lines.place(offset) for offset in offsets)
    return Span(*start, *end)


class _Spans(Mapping[Triple, Span]):
    """Offsets seen as spans; lines and columns are worked out when asked for."""

    def __init__(self, offsets: Mapping[Triple, Offsets], lines: Lines) -> None:
        self._offsets, self._lines = offsets, lines

    def __getitem__(self, key: Triple) -> Span:
        return span_of(self._lines, self._offsets[key])

    def __iter__(self) -> Iterator[Triple]:
        return iter(self._offsets)

    def __len__(self) -> int:
        return len(self._offsets)


@dataclass(slots=True, kw_only=True)
class PositionedGraph:
    """A document's triples and where they stand.

    ``graph`` may be shared with other documents; ``spans`` and ``subjects`` are of this
    document only, and empty for the formats without positions. The blank nodes in them are
    those of ``graph``.
    """

    file: str | None
    graph: Graph
    text: str
    media_type: str = "text/turtle"
    prefixes: Mapping[str, str] = field(default_factory=dict)
    _triples: Mapping[Triple, Offsets] = field(default_factory=dict)
    _subjects: Mapping[Node, Offsets] = field(default_factory=dict)
    _verbs: Mapping[tuple[Node, Node], Offsets] = field(default_factory=dict)
    _pointers: Mapping[int, str] = field(default_factory=dict)
    _lines: Lines | None = None
    _by_subject: dict[Node, dict[Node, list[Node]]] | None = None
    _stored: dict[Triple, Triple] | None = None

    @property
    def lines(self) -> Lines:
        """The lines of the text."""
        if self._lines is None:
            self._lines = Lines(self.text)
        return self._lines

    @property
    def spans(self) -> Mapping[Triple, Span]:
        """Every triple with the span of its object."""
        return _Spans(self._triples, self.lines)

    def subject_span(self, subject: Node) -> Span | None:
        """The span of the first statement about this subject."""
        offsets = self._subjects.get(subject)
        return None if offsets is None else span_of(self.lines, offsets)

    def span(self, subject: Node, predicate: Node, value: Node) -> Span | None:
        """The span of a triple, in its written form or in the form in which the store has it."""
        triple = (subject, predicate, value)
        offsets = self._triples.get(triple)
        if offsets is None and isinstance(value, Literal):
            if self._stored is None:
                self._stored = self._index_stored()
            written = self._stored.get(triple)
            offsets = None if written is None else self._triples[written]
        return None if offsets is None else span_of(self.lines, offsets)

    @property
    def subjects(self) -> Collection[Node]:
        """What this document says something about."""
        return self._subjects.keys()

    @property
    def triples(self) -> Collection[Triple]:
        """The document's triples, in the order of the text where the format tells their places.

        Of RDF/XML they are those of ``graph``, which must then be the document's own.
        """
        return self._triples.keys() if self.media_type in PLACED else set(self.graph)

    def subjects_with_type(self) -> Iterator[Node]:
        """The subjects whose class this document states, in the order of the text."""
        for subject, predicate, _ in self.triples:
            if predicate == _TYPE:
                yield subject

    def declaration_span(self, prefix: str) -> Span | None:
        """The span of the IRI in a prefix's last declaration, in Turtle and its relatives."""
        declared = re.compile(rf"@?prefix\s+{re.escape(prefix)}:\s*(<[^>]*>)", re.IGNORECASE)
        found = list(declared.finditer(self.text))
        return span_of(self.lines, found[-1].span(1)) if found else None

    def verb_span(self, subject: Node, predicate: Node) -> Span | None:
        """The span of a predicate's first use with a subject."""
        offsets = self._verbs.get((subject, predicate))
        return None if offsets is None else span_of(self.lines, offsets)

    def pointer(self, span: Span) -> str | None:
        """The JSON Pointer of what begins where a span does, in a JSON-LD document."""
        return self._pointers.get(self.lines.offset(span.line, span.column))

    def text_of(self, span: Span) -> str:
        """The piece of the document's text."""
        start = self.lines.offset(span.line, span.column)
        return self.text[start : self.lines.offset(span.end_line, span.end_column)]

    def value_spans(self, subject: Node, predicate: Node) -> Sequence[tuple[Node, Span]]:
        """The values of a property of a subject with their spans, in the order of the text."""
        values = self._properties(subject).get(predicate, ())
        return [(v, span_of(self.lines, self._triples[subject, predicate, v])) for v in values]

    def any_span(self, subject: Node, term: Node) -> Span | None:
        """The span of the first triple about the subject that has this predicate or object."""
        for predicate, values in self._properties(subject).items():
            if predicate == term:
                return self.verb_span(subject, predicate) or span_of(
                    self.lines, self._triples[subject, predicate, values[0]]
                )
            span = self.span(subject, predicate, term)
            if span is not None:
                return span
        return None

    def folded_span(self, subject: Node, term: Node) -> Span | None:
        """The span of the first text about the subject that has these letters, in any case."""
        if not isinstance(term, Literal):
            return None
        wanted = str(term).casefold()
        for predicate, values in self._properties(subject).items():
            for value in values:
                if isinstance(value, Literal) and str(value).casefold() == wanted:
                    return span_of(self.lines, self._triples[subject, predicate, value])
        return None

    def object_span(self, value: Node) -> Span | None:
        """The span of the first triple that has this object."""
        for triple, offsets in self._triples.items():
            if triple[2] == value:
                return span_of(self.lines, offsets)
        return None

    def _properties(self, subject: Node) -> Mapping[Node, list[Node]]:
        if self._by_subject is None:
            self._by_subject = {}
            for s, p, o in self._triples:
                self._by_subject.setdefault(s, {}).setdefault(p, []).append(o)
        return self._by_subject.get(subject, {})

    def _index_stored(self) -> dict[Triple, Triple]:
        literals = {t[2] for t in self._triples if isinstance(t[2], Literal)}
        stored = stored_forms(literals)
        return {(s, p, stored[o]): (s, p, o) for s, p, o in self._triples if isinstance(o, Literal)}


def read_turtle(
    text: str, *, base_iri: str, file: str | None = None, into: Graph | None = None
) -> PositionedGraph:
    """Read Turtle or N-Triples, into ``into`` or a new graph, with the place of every triple.

    Literals keep the form in which they are written. Raises ``DataError`` with all faults of
    the syntax: line, column, the offending text and what was expected; the graph is then as
    it was.
    """
    return read_document(text, media_type="text/turtle", base_iri=base_iri, file=file, into=into)


def read_document(
    text: str,
    *,
    media_type: str,
    base_iri: str,
    file: str | None = None,
    into: Graph | None = None,
    contexts: Mapping[str, str] | None = None,
) -> PositionedGraph:
    """Read any of ``GRAPH_FORMATS``; the names of named graphs are dropped.

    Every triple has its place in the formats of ``POSITIONED``, and in JSON-LD its pointer
    too; of RDF/XML the subjects have theirs. ``contexts`` has the JSON-LD contexts that are
    known by address. Raises ``DataError`` with all faults of the syntax.
    """
    if media_type not in GRAPH_FORMATS:
        raise DataError(f"{media_type} is not a format that is read here")
    text = text.removeprefix("\ufeff")
    graph = Graph(bind_namespaces="none") if into is None else into
    if media_type == "application/ld+json":
        return _read_json_ld(text, base_iri, file, graph, contexts or {})
    _refuse_faults(find_faults(text, media_type=media_type, base_iri=base_iri, file=file))
    if media_type in POSITIONED:
        return _read_turtle_like(text, media_type, base_iri, file, graph)
    parsed = parse(text.encode(), media_type=media_type, base_iri=base_iri)
    _add_fresh(graph, parsed.triples)
    subjects = dict(_rdf_xml_subjects(text, base_iri))
    return PositionedGraph(
        file=file, graph=graph, text=text, media_type=media_type, _subjects=subjects
    )


def _read_turtle_like(
    text: str, media_type: str, base_iri: str, file: str | None, graph: Graph
) -> PositionedGraph:
    parser = PositionedParser(graph, base_iri=base_iri)
    try:
        parser.loadBuf(as_turtle(text, media_type))
    except BadSyntax as error:
        # The engine's parser has judged already, so this is a matter between the two.
        offset = min(error._i, len(text))  # noqa: SLF001 - rdflib offers it nowhere else
        line, column = Lines(text).place(offset)
        fault = Fault(
            message=error._why,  # noqa: SLF001
            file=file,
            line=line,
            column=column,
            remedy="mend the syntax here or just before, where something may be missing",
        )
        raise DataError("the document cannot be read", [fault]) from error
    return PositionedGraph(
        file=file,
        graph=graph,
        text=text,
        media_type=media_type,
        prefixes=parser.prefixes,
        _triples=parser.triples,
        _subjects=parser.subjects,
        _verbs=parser.verbs,
    )


def _read_json_ld(
    text: str, base_iri: str, file: str | None, graph: Graph, contexts: Mapping[str, str]
) -> PositionedGraph:
    lines = Lines(text)
    try:
        placed = place_document(text, base_iri=base_iri, contexts=contexts)
    except JsonFault as error:
        line, column = lines.place(min(error.offset, len(text)))
        remedy = "mend the JSON here or just before, where something may be missing"
        fault = Fault(message=error.message, file=file, line=line, column=column, remedy=remedy)
        raise DataError("the document cannot be read", [fault]) from error
    parsed = parse(placed.text.encode(), media_type="application/ld+json", base_iri=base_iri)
    if parsed.complaints:
        # Its place would be one in the text with the labels that were put in.
        remedy = "see the JSON-LD 1.1 recommendation for what may stand there"
        if "LoadDocumentCallback" in parsed.complaints[0].message:
            message = "the document names a context that is not fetched"
            remedy = f"write the context into the document, or name <{CONTEXT_IRIS[0]}>"
        else:
            message = parsed.complaints[0].message
        raise DataError(
            "the document cannot be read",
            [Fault(message=message, file=file, line=1, column=1, remedy=remedy)],
        )
    names = _add_fresh(graph, parsed.triples)
    triples, subjects, pointers = _json_ld_places(placed, graph, names)
    return PositionedGraph(
        file=file,
        graph=graph,
        text=text,
        media_type="application/ld+json",
        _triples=triples,
        _subjects=subjects,
        _pointers=pointers,
    )


def _add_fresh(graph: Graph, triples: Sequence[str]) -> Mapping[str, Node]:
    """Add triples with blank nodes of their own; the node of each label, and IRIs by text."""
    own = Graph(bind_namespaces="none")
    add_ntriples(own, (f"{triple} ." for triple in triples))
    fresh: dict[str, Node] = {}

    def renamed(node: Node) -> Node:
        if isinstance(node, BNode):
            return fresh.setdefault(f"_:{node}", BNode())
        if isinstance(node, URIRef):
            fresh.setdefault(str(node), node)
        return node

    for subject, predicate, value in own:
        graph.add((renamed(subject), renamed(predicate), renamed(value)))
    return fresh


def _json_ld_places(
    placed: PlacedDocument, graph: Graph, names: Mapping[str, Node]
) -> tuple[dict[Triple, Offsets], dict[Node, Offsets], dict[int, str]]:
    triples: dict[Triple, Offsets] = {}
    pointers: dict[int, str] = {}
    labels = {node: label for label, node in names.items()}
    for (subject_name, predicate_name), places in placed.values.items():
        subject, predicate = names.get(subject_name), names.get(predicate_name)
        if subject is None or predicate is None:
            continue
        remaining = list(places)
        for value in graph.objects(subject, predicate):
            text = labels.get(value, str(value))
            fitting = [p for p in remaining if p.text == text]
            # A number or a relative IRI may be written in another form than it has.
            found = fitting[0] if fitting else remaining[0] if len(places) == 1 else None
            if found is not None:
                triples[subject, predicate, value] = (found.at.start, found.at.end)
                pointers[found.at.start] = found.at.pointer
    subjects: dict[Node, Offsets] = {}
    for name, at in placed.subjects.items():
        node = names.get(name)
        if node is not None:
            subjects[node] = (at.start, at.end)
            pointers.setdefault(at.start, at.pointer)
    return triples, subjects, pointers


def _rdf_xml_subjects(text: str, base_iri: str) -> Iterator[tuple[Node, Offsets]]:
    for match in reversed(list(_ABOUT.finditer(text))):
        relative = f"#{match[3]}" if match[1] == "ID" else match[3]
        node = URIRef(urljoin(base_iri, relative))
        yield node, (match.start(), match.end())


def _refuse_faults(faults: Sequence[Fault]) -> None:
    if faults:
        raise DataError("the document cannot be read", faults)
