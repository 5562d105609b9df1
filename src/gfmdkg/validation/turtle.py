"""Turtle and N-Triples read into rdflib with the place of every triple.

rdflib's own parser does the tokens; what builds triples is done here, because only there is
known which piece of text a triple came from. The parser's internals are not a public
interface of rdflib, so the tests of this module are what an upgrade of rdflib has to pass.
"""

import re
from collections.abc import MutableSequence
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.plugins.parsers.notation3 import RDFSink, SinkParser
from rdflib.term import Node

from gfmdkg.namespaces import RDF, XSD
from gfmdkg.validation.data_graph import exact_literal

__all__ = ["Offsets", "PositionedParser", "Triple"]

Triple = tuple[Node, Node, Node]
Offsets = tuple[int, int]
"""Where something stands in a text: first character, and the one after its last."""

_FIRST, _REST, _NIL = URIRef(RDF + "first"), URIRef(RDF + "rest"), URIRef(RDF + "nil")
_TYPE = URIRef(RDF + "type")
_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)*")
_NUMBER = re.compile(
    r"(?P<double>[-+]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][-+]?[0-9]+)"
    r"|(?P<decimal>[-+]?[0-9]*\.[0-9]+)|(?P<integer>[-+]?[0-9]+)"
)
_NUMBER_START = frozenset("0123456789+-.")
_MOST_LEVELS = 200
_QUOTES = frozenset("\"'")


class ExactSink(RDFSink):
    """Puts triples into a graph with the literals as they are written."""

    def newLiteral(  # noqa: N802 - rdflib's name
        self, s: str, dt: URIRef | None, lang: str | None
    ) -> Literal:
        """A literal that keeps its lexical form."""
        return exact_literal(s, datatype=dt, language=lang)


class PositionedParser(SinkParser):
    """Reads one document into ``graph`` and remembers where each triple stands.

    ``triples`` maps a triple to the offsets of its object, of a list's item for
    ``rdf:first``, of the whole list for ``rdf:rest``; ``subjects`` maps a subject to the
    offsets of its first statement, brackets for an unnamed node; ``verbs`` maps subject and
    predicate to the offsets of the predicate. Raises rdflib's ``BadSyntax``.
    """

    def __init__(self, graph: Graph, *, base_iri: str) -> None:
        super().__init__(ExactSink(graph), baseURI=base_iri, turtle=True)
        self._add = graph.add
        self.triples: dict[Triple, Offsets] = {}
        self.subjects: dict[Node, Offsets] = {}
        self.verbs: dict[tuple[Node, Node], Offsets] = {}
        self._object_end = 0
        self._depth = 0

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the document, as they stood at its end."""
        return {prefix: str(namespace) for prefix, namespace in self._bindings.items()}

    def skipSpace(self, argstr: str, i: int) -> int:  # noqa: N802 - rdflib's name
        """The next character that is neither space nor comment, or -1 at the end.

        Unlike rdflib's, it takes a lone carriage return for the white space that it is.
        """
        match = _SPACE.match(argstr, i)
        end = match.end() if match else i
        return end if end < len(argstr) else -1

    def statement(self, argstr: str, i: int) -> int:
        """A subject with its predicates and objects, without the dot."""
        start = self.skipSpace(argstr, i)
        subjects: list[Any] = []
        subject_end = self._term(argstr, start, subjects)
        if subject_end < 0 or isinstance(subjects[0], Literal):
            self.BadSyntax(argstr, start, "a subject is expected here")
        self._object_end = subject_end
        rest = self.property_list(argstr, subject_end, subjects[0])
        is_first = self.subjects.get(subjects[0], (start, 0))[0] == start
        if is_first:
            self.subjects[subjects[0]] = (start, self._object_end)
        return rest

    def property_list(self, argstr: str, i: int, subj: Node) -> int:
        """Predicates with their objects; the offset of what follows the last object or ``;``."""
        while True:
            i = self._next(argstr, i)
            while argstr[i] == ";":
                i = self._next(argstr, i + 1)
            verbs: list[Any] = []
            after = self._verb(argstr, i, verbs)
            if after < 0:
                return i
            self.verbs.setdefault((subj, verbs[0]), (i, after))
            i = after
            while True:
                start = self._next(argstr, i)
                objects: list[Any] = []
                end = self._term(argstr, start, objects)
                if end < 0:
                    self.BadSyntax(argstr, start, "an object is expected here")
                self._record(subj, verbs[0], objects[0], (start, end))
                self._object_end = end
                i = self._next(argstr, end)
                if argstr[i] != ",":
                    break
                i += 1
            if argstr[i] != ";":
                return i

    def _verb(self, argstr: str, i: int, found: MutableSequence[Any]) -> int:
        end = self.tok("a", argstr, i) if argstr[i] == "a" else -1
        if end >= 0:
            found.append(_TYPE)
            return end
        return self.uri_ref2(argstr, i, found) if argstr[i] not in "].}" else -1

    def _next(self, argstr: str, i: int) -> int:
        found = self.skipSpace(argstr, i)
        if found < 0:
            self.BadSyntax(argstr, max(len(argstr) - 1, 0), "the file ends inside a statement")
        return found

    def _term(self, argstr: str, i: int, found: MutableSequence[Any]) -> int:
        """One term at ``i``, which is not white space; the offset after it, or -1."""
        first = argstr[i]
        if first == "[":
            return self._unnamed(argstr, i, found)
        if first == "(":
            return self._list(argstr, i, found)
        if first in _QUOTES:
            return self.nodeOrLiteral(argstr, i, found)
        if first in _NUMBER_START:
            number = _NUMBER.match(argstr, i)
            if number is None or number.lastgroup is None:
                return -1
            found.append(exact_literal(number[0], datatype=XSD + number.lastgroup))
            return number.end()
        for word in ("true", "false") if first in "tf" else ():
            end = self.tok(word, argstr, i)
            if end >= 0:
                found.append(exact_literal(word, datatype=XSD + "boolean"))
                return end
        return self.uri_ref2(argstr, i, found)

    def _unnamed(self, argstr: str, i: int, found: MutableSequence[Any]) -> int:
        node = self.blankNode()
        self._enter(argstr, i)
        end = self._next(argstr, self.property_list(argstr, i + 1, node))
        if argstr[end] != "]":
            self.BadSyntax(argstr, end, "a closing bracket ] is expected here")
        self._depth -= 1
        self.subjects.setdefault(node, (i, end + 1))
        found.append(node)
        return end + 1

    def _enter(self, argstr: str, i: int) -> None:
        """Go a level down; a file that is read here nests no deeper than JSON-LD may."""
        self._depth += 1
        if self._depth > _MOST_LEVELS:
            self.BadSyntax(argstr, i, f"more than {_MOST_LEVELS} levels of nesting")

    def _list(self, argstr: str, i: int, found: MutableSequence[Any]) -> int:
        items: list[tuple[Node, Offsets]] = []
        self._enter(argstr, i)
        start = self._next(argstr, i + 1)
        while argstr[start] != ")":
            terms: list[Any] = []
            end = self._term(argstr, start, terms)
            if end < 0:
                self.BadSyntax(argstr, start, "an item or a closing ) is expected here")
            items.append((terms[0], (start, end)))
            start = self._next(argstr, end)
        self._depth -= 1
        whole = (i, start + 1)
        cells: list[Node] = [self.blankNode() for _ in items]
        for index, (item, offsets) in enumerate(items):
            following = cells[index + 1] if index + 1 < len(cells) else _NIL
            self._record(cells[index], _FIRST, item, offsets)
            self._record(cells[index], _REST, following, whole)
            self.subjects.setdefault(cells[index], whole if index == 0 else offsets)
        found.append(cells[0] if cells else _NIL)
        return start + 1

    def _record(self, subject: Node, predicate: Node, value: Node, offsets: Offsets) -> None:
        triple = (subject, predicate, value)
        self._add(triple)
        self.triples.setdefault(triple, offsets)

    def blankNode(self, uri: str | None = None) -> BNode:  # noqa: N802 - rdflib's name
        """A new blank node, unique over all documents."""
        return self._store.newBlankNode(None, uri)
