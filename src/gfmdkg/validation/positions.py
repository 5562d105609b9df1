"""Documents as rdflib graphs that know the line and column of every triple."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.plugins.parsers.notation3 import join
from rdflib.term import Node

from gfmdkg.namespaces import RDF, XSD
from gfmdkg.rdf.sparql_tokens import Token, TokenKind
from gfmdkg.rdf.turtle_tokens import Lines, Misplaced, tokenize
from gfmdkg.validation.data_graph import exact_literal, memory_graph, stored_forms
from gfmdkg.validation.findings import Span

__all__ = [
    "LINE_FORMATS",
    "PLACED",
    "POSITIONED",
    "Offsets",
    "PlacedTriple",
    "PositionedGraph",
    "read_positioned",
]

LINE_FORMATS = frozenset({"application/n-triples", "application/n-quads"})
"""Formats with one statement a line."""
POSITIONED = LINE_FORMATS | {"text/turtle", "application/trig"}
"""The media types of Turtle and its relatives."""
PLACED = POSITIONED | {"application/ld+json"}
"""The media types in which a triple has a place."""

PlacedTriple = tuple[Node, Node, Node]
Offsets = tuple[int, int]
"""Where something stands in a text: first character, and the one after its last."""

_FIRST, _REST, _NIL = URIRef(RDF + "first"), URIRef(RDF + "rest"), URIRef(RDF + "nil")
_TYPE = URIRef(RDF + "type")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CHARACTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_MOST_LEVELS = 200


def span_of(lines: Lines, offsets: Offsets) -> Span:
    """The span from the first character to before the second."""
    start, end = (lines.place(offset) for offset in offsets)
    return Span(*start, *end)


@dataclass(kw_only=True)
class PositionedGraph:
    """A document's triples and where they stand.

    ``spans`` and ``subjects`` are empty for the formats without positions. The blank nodes in
    them are those of ``graph``.
    """

    file: str | None
    graph: Graph
    text: str
    media_type: str = "text/turtle"
    prefixes: Mapping[str, str] = field(default_factory=dict)
    _triples: Mapping[PlacedTriple, Offsets] = field(default_factory=dict)
    _subjects: Mapping[Node, Offsets] = field(default_factory=dict)
    _verbs: Mapping[tuple[Node, Node], Offsets] = field(default_factory=dict)
    _pointers: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text."""
        return Lines(self.text)

    def _span(self, offsets: Offsets | None) -> Span | None:
        return None if offsets is None else span_of(self.lines, offsets)

    @property
    def spans(self) -> Mapping[PlacedTriple, Span]:
        """Every triple with the span of its object."""
        return {t: span_of(self.lines, offsets) for t, offsets in self._triples.items()}

    def subject_span(self, subject: Node) -> Span | None:
        """The span of the first statement about this subject."""
        return self._span(self._subjects.get(subject))

    def span(self, subject: Node, predicate: Node, value: Node) -> Span | None:
        """The span of a triple, in its written form or in the form in which the store has it."""
        triple = (subject, predicate, value)
        offsets = self._triples.get(triple)
        if offsets is None and isinstance(value, Literal):
            offsets = self._stored.get(triple)
        return self._span(offsets)

    @property
    def subjects(self) -> Collection[Node]:
        """What this document says something about."""
        return self._subjects.keys()

    @property
    def triples(self) -> Collection[PlacedTriple]:
        """The document's triples, in the order of the text where the format tells their places.

        Of RDF/XML they are those of ``graph``.
        """
        return self._triples.keys() if self.media_type in PLACED else set(self.graph)

    def declaration_span(self, prefix: str) -> Span | None:
        """The span of the IRI in a prefix's last declaration, in Turtle and its relatives."""
        declared = re.compile(rf"@?prefix\s+{re.escape(prefix)}:\s*(<[^<>]*>)", re.IGNORECASE)
        found = list(declared.finditer(self.text))
        return span_of(self.lines, found[-1].span(1)) if found else None

    def pointer(self, span: Span) -> str | None:
        """The JSON Pointer of what begins where a span does, in a JSON-LD document."""
        return self._pointers.get(self.lines.offset(span.line, span.column))

    def text_of(self, span: Span) -> str:
        """The piece of the document's text."""
        start = self.lines.offset(span.line, span.column)
        return self.text[start : self.lines.offset(span.end_line, span.end_column)]

    def value_spans(self, subject: Node, predicate: Node) -> Sequence[tuple[Node, Span]]:
        """The values of a property of a subject with their spans, in the order of the text."""
        said = self._by_subject.get(subject, ())
        return [(value, span_of(self.lines, at)) for p, value, at in said if p == predicate]

    def any_span(self, subject: Node, term: Node) -> Span | None:
        """The span of the first triple about the subject that has this predicate or object."""
        for predicate, _, at in self._by_subject.get(subject, ()):
            if predicate == term:
                return self._span(self._verbs.get((subject, predicate), at))
            span = self.span(subject, predicate, term)
            if span is not None:
                return span
        return None

    def folded_span(self, subject: Node, term: Node) -> Span | None:
        """The span of the first text about the subject that has these letters, in any case."""
        if not isinstance(term, Literal):
            return None
        said, wanted = self._by_subject.get(subject, ()), str(term).casefold()
        texts = ((str(value), at) for _, value, at in said if isinstance(value, Literal))
        return self._span(next((at for text, at in texts if text.casefold() == wanted), None))

    def object_span(self, value: Node) -> Span | None:
        """The span of the first triple that has this object."""
        return self._span(next((at for t, at in self._triples.items() if t[2] == value), None))

    @cached_property
    def _by_subject(self) -> Mapping[Node, Sequence[tuple[Node, Node, Offsets]]]:
        found: dict[Node, list[tuple[Node, Node, Offsets]]] = {}
        for (subject, predicate, value), at in self._triples.items():
            found.setdefault(subject, []).append((predicate, value, at))
        return found

    @cached_property
    def _stored(self) -> Mapping[PlacedTriple, Offsets]:
        """The places of literals by the form in which the store has them."""
        written = {t: at for t, at in self._triples.items() if isinstance(t[2], Literal)}
        forms = stored_forms({o for _, _, o in written})  # type: ignore[misc]
        return {(s, p, forms[o]): at for (s, p, o), at in written.items()}  # type: ignore[index]


def read_positioned(
    text: str, *, media_type: str, base_iri: str, file: str | None
) -> PositionedGraph:
    """Read a sound document of one of ``POSITIONED``; literals keep the form they have there.

    Raises ``Misplaced`` for what RDF 1.1 has not.
    """
    walk = _Walk(text, base_iri=base_iri)
    return PositionedGraph(
        file=file,
        graph=memory_graph(walk.triples),
        text=text,
        media_type=media_type,
        prefixes=walk.prefixes,
        _triples=walk.triples,
        _subjects=walk.subjects,
        _verbs=walk.verbs,
    )


class _Walk:
    """A walk over the tokens of one document, which the engine's parser has found sound before.

    The names of graphs are passed over.

    ``triples`` maps a triple to the offsets of its object, of a list's item for
    ``rdf:first``, of the whole list for ``rdf:rest``; ``subjects`` maps a subject to the
    offsets of its first statement, brackets for an unnamed node; ``verbs`` maps subject and
    predicate to the offsets of the predicate; ``prefixes`` are as they stand at the end.
    Literals keep the form in which they are written. Raises ``Misplaced``.
    """

    def __init__(self, text: str, *, base_iri: str) -> None:
        self.triples: dict[PlacedTriple, Offsets] = {}
        self.subjects: dict[Node, Offsets] = {}
        self.verbs: dict[tuple[Node, Node], Offsets] = {}
        self.prefixes: dict[str, str] = {}
        self._base = base_iri
        self._labelled: dict[str, BNode] = {}
        self._depth = 0
        self._tokens = tokenize(text)
        self._end = Token(TokenKind.ERROR, "", len(text), len(text))
        self._token = next(self._tokens, self._end)
        while self._token is not self._end:
            self._part()

    def _part(self) -> None:
        match self._token.text.lower():
            case "@prefix" | "prefix":
                self._take()
                name = self._take().text
                self.prefixes[name.removesuffix(":")] = self._iri(self._take())
            case "@base" | "base":
                self._take()
                self._base = self._iri(self._take())
            case "." | "{" | "}" | "graph":
                self._take()
            case _:
                self._statement()

    def _statement(self) -> None:
        """A subject with its predicates and objects, or the name of a graph."""
        start = self._token.start
        subject, (_, subject_end) = self._term()
        end = self._properties(subject, subject_end)
        if self._is("{"):
            self.subjects.pop(subject, None)
        elif end > subject_end and self.subjects.get(subject, (start,))[0] == start:
            self.subjects[subject] = (start, end)

    def _properties(self, subject: Node, end: int) -> int:
        """Predicates with their objects; where the last object ends, or ``end`` without one."""
        while True:
            while self._is(";"):
                self._take()
            if self._token is self._end or self._is(".", "]", "{", "}"):
                return end
            verb = self._take()
            predicate = _TYPE if verb.text == "a" else self._resource(verb)
            self.verbs.setdefault((subject, predicate), (verb.start, verb.end))
            while True:
                value, offsets = self._term()
                self.triples.setdefault((subject, predicate, value), offsets)
                end = offsets[1]
                if not self._is(","):
                    break
                self._take()
            if not self._is(";"):
                return end

    def _term(self) -> tuple[Node, Offsets]:
        token = self._take()
        node: Node
        match token.kind, token.text:
            case TokenKind.OPERATOR, "[":
                return self._unnamed(token)
            case TokenKind.OPERATOR, "(":
                return self._list(token)
            case TokenKind.STRING, _:
                return self._string(token)
            case TokenKind.NUMBER, text:
                kind = "double" if "e" in text.lower() else "decimal" if "." in text else "integer"
                node = exact_literal(text, datatype=XSD + kind)
            case TokenKind.WORD, "true" | "false":
                node = exact_literal(token.text, datatype=XSD + "boolean")
            case _:
                node = self._resource(token)
        return node, (token.start, token.end)

    def _unnamed(self, opening: Token) -> tuple[Node, Offsets]:
        node = BNode()
        self._go_down(opening)
        self._properties(node, 0)
        offsets = opening.start, self._close("]").end
        self.subjects.setdefault(node, offsets)
        return node, offsets

    def _list(self, opening: Token) -> tuple[Node, Offsets]:
        items: list[tuple[Node, Offsets]] = []
        self._go_down(opening)
        while not self._is(")"):
            items.append(self._term())
        whole = opening.start, self._close(")").end
        cells: list[Node] = [*(BNode() for _ in items), _NIL]
        for index, (item, offsets) in enumerate(items):
            cell = cells[index]
            self.triples[cell, _FIRST, item] = offsets
            self.triples[cell, _REST, cells[index + 1]] = whole
            self.subjects[cell] = offsets if index else whole
        return cells[0], whole

    def _string(self, token: Token) -> tuple[Node, Offsets]:
        width = 3 if token.text.startswith(('"""', "'''")) else 1
        lexical, end = _unescape(token.text[width:-width]), token.end
        language = datatype = None
        if self._token.kind is TokenKind.LANGUAGE:
            tag = self._take()
            language, end = tag.text[1:], tag.end
        elif self._is("^^"):
            self._take()
            name = self._take()
            datatype, end = self._resource(name), name.end
        literal = exact_literal(lexical, datatype=datatype, language=language)
        return literal, (token.start, end)

    def _resource(self, token: Token) -> URIRef | BNode:
        if token.kind is TokenKind.IRI:
            return URIRef(self._iri(token))
        if token.kind is TokenKind.BLANK_NODE:
            return self._labelled.setdefault(token.text, BNode())
        prefix, colon, local = token.text.partition(":")
        if token.kind is not TokenKind.WORD or not colon:
            raise Misplaced("a term is expected here that RDF 1.1 knows", token.start)
        return URIRef(self.prefixes[prefix] + _ESCAPE.sub(r"\3", local))

    def _iri(self, token: Token) -> str:
        return join(self._base, _unescape(token.text[1:-1]))

    # The tokens

    def _take(self) -> Token:
        token, self._token = self._token, next(self._tokens, self._end)
        return token

    def _is(self, *marks: str) -> bool:
        return self._token.kind is TokenKind.OPERATOR and self._token.text in marks

    def _go_down(self, opening: Token) -> None:
        """Go a level down; a file that is read here nests no deeper than JSON-LD may."""
        self._depth += 1
        if self._depth > _MOST_LEVELS:
            raise Misplaced(f"more than {_MOST_LEVELS} levels of nesting", opening.start)

    def _close(self, mark: str) -> Token:
        self._depth -= 1
        if not self._is(mark):
            raise Misplaced(f"a closing {mark} is expected here", self._token.start)
        return self._take()


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_unescape_one, text) if "\\" in text else text


def _unescape_one(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _CHARACTERS.get(match[3], match[3])
