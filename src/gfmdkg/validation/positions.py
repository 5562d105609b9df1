"""Documents as rdflib graphs that know the line and column of every triple."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.namespaces import RDF
from gfmdkg.validation.data_graph import stored_forms
from gfmdkg.validation.turtle import Offsets, Triple
from gfmdkg.validation.turtle_tokens import Lines

__all__ = [
    "PLACED",
    "POSITIONED",
    "PositionedGraph",
    "Span",
]

POSITIONED = frozenset(
    {"text/turtle", "application/n-triples", "application/trig", "application/n-quads"}
)
"""The media types of Turtle and its relatives."""
PLACED = POSITIONED | {"application/ld+json"}
"""The media types in which a triple has a place."""

_TYPE = URIRef(RDF + "type")


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
        declared = re.compile(rf"@?prefix\s+{re.escape(prefix)}:\s*(<[^<>]*>)", re.IGNORECASE)
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
