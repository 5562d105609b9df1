"""Triples of the store as rdflib terms: fast, and with literals exactly as they are."""

import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import XSD
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.terms.values import Term

__all__ = [
    "exact_literal",
    "from_ntriples",
    "graph_from_nquads",
    "node_text",
    "ntriples",
    "our_term",
    "parse_ntriples",
    "rdflib_term",
    "stored_forms",
    "to_ntriples",
]

_LABEL = r'[^\s<".#]++(?:\.++[^\s<".#]++)*+'
_TERM = rf'(?:<[^>]*>|_:{_LABEL}|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?)'
_STATEMENT = re.compile(rf"\s*({_TERM})\s*({_TERM})\s*({_TERM})\s*(?:{_TERM}\s*)?\.\s*(?:#.*)?")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CHARACTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}

_STRING = XSD + "string"

# rdflib complains on standard error about each ill-formed literal, with a traceback; here
# they become findings, with their place.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message="Parsing weird boolean", module=r"rdflib\.term")


class _Exact(Literal):
    """A literal that can be compared with any other.

    Where SHACL compares two, those that have no order between them are not in order. rdflib
    raises ``TypeError`` then, which would end the validation.
    """

    def __lt__(self, other: object) -> bool:
        return super().__lt__(other) is True

    def __le__(self, other: object) -> bool:
        return super().__le__(other) is True

    def __gt__(self, other: object) -> bool:
        try:
            return super().__gt__(other) is True
        except TypeError:
            return False

    def __ge__(self, other: object) -> bool:
        return super().__ge__(other) is True

    __hash__ = Literal.__hash__


def exact_literal(
    lexical: str, *, datatype: str | None = None, language: str | None = None
) -> Literal:
    """A literal that keeps its lexical form: ``"1.50"`` does not become ``"1.5"``.

    A typed ``xsd:string`` is the plain literal that it is in RDF 1.1, which rdflib would
    otherwise tell apart.
    """
    # A URIRef never equals a str, so both are compared as the latter.
    if datatype is None or str(datatype) == _STRING:
        return _Exact(lexical, lang=language)
    return _Exact(lexical, datatype=URIRef(datatype), normalize=False)


def graph_from_nquads(data: bytes) -> Graph:
    """The triples of an N-Quads or N-Triples dump, graph names dropped, as a graph.

    The blank nodes keep their labels. Raises ``DataError`` with the line that is no statement.
    """
    graph = Graph(bind_namespaces="none")
    # Not splitlines(): that would break a literal at U+2028, which N-Quads does not escape.
    for triple in parse_ntriples(data.decode().split("\n")):
        graph.add(triple)
    return graph


def parse_ntriples(lines: Iterable[str]) -> Iterator[tuple[Node, Node, Node]]:
    """The statements of N-Triples or N-Quads, one a line, with graph names dropped.

    Raises ``DataError`` with the line that is none.
    """
    terms: dict[str, Node] = {}
    for number, line in enumerate(lines, start=1):
        match = _STATEMENT.fullmatch(line)
        if match is None:
            if line.strip() and not line.lstrip().startswith("#"):
                fault = Fault(message="not a statement of N-Triples or N-Quads", line=number)
                raise DataError("the triples cannot be read", [fault])
            continue
        triple = []
        for text in match.groups():
            term = terms.get(text)
            if term is None:
                term = terms[text] = from_ntriples(text)
            triple.append(term)
        yield triple[0], triple[1], triple[2]


def node_text(node: Node) -> str:
    """A node as ``Finding.focus_node`` names it: an IRI, ``_:`` and a label, or a text."""
    return f"_:{node}" if isinstance(node, BNode) else str(node)


def ntriples(graph: Iterable[tuple[Node, Node, Node]]) -> bytes:
    """The triples as N-Triples, a line each."""
    lines = (" ".join(map(to_ntriples, triple)) + " .\n" for triple in graph)
    return "".join(lines).encode()


def rdflib_term(term: Term) -> URIRef | BNode | Literal:
    """A term as rdflib has it, with the lexical form untouched.

    Raises ``ValueError`` for a triple term of RDF 1.2, which rdflib does not know.
    """
    match term:
        case ox.NamedNode(value=value):
            return URIRef(value)
        case ox.BlankNode(value=label):
            return BNode(label)
        case ox.Literal(value=lexical, language=str(language)):
            return exact_literal(lexical, language=language)
        case ox.Literal(value=lexical, datatype=datatype):
            return exact_literal(lexical, datatype=datatype.value)
        case _:
            raise ValueError("rdflib has no triple terms")


def our_term(node: Node) -> Term:
    """The inverse of ``rdflib_term``."""
    if isinstance(node, Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        if node.datatype is None:
            return ox.Literal(str(node))
        return ox.Literal(str(node), datatype=ox.NamedNode(node.datatype))
    return ox.BlankNode(str(node)) if isinstance(node, BNode) else ox.NamedNode(str(node))


def stored_forms(literals: Iterable[Literal]) -> Mapping[Literal, Literal]:
    """Each literal with the form in which the store gives it back.

    The store normalises (``"1.0"^^xsd:decimal`` becomes ``"1"``, ``@en-US`` ``@en-us``), by
    rules that are its own; so it is asked, rather than imitated.
    """
    written = list(literals)
    if not written:
        return {}
    lines = (f"<x:{n}> <x:v> {to_ntriples(literal)} ." for n, literal in enumerate(written))
    store = OxigraphStore.in_memory()
    store.load("\n".join(lines).encode(), media_type="application/n-triples", graph="x:g")
    dump = BytesIO()
    store.dump(dump, media_type="application/n-triples", graph="x:g")
    stored = {s: o for s, _, o in graph_from_nquads(dump.getvalue())}
    result: dict[Literal, Literal] = {}
    for number, literal in enumerate(written):
        form = stored[URIRef(f"x:{number}")]
        result[literal] = form if isinstance(form, Literal) else literal
    return result


def to_ntriples(node: Node) -> str:
    """A term as N-Triples writes it."""
    if isinstance(node, BNode):
        return f"_:{node}"
    if not isinstance(node, Literal):
        return f"<{node}>"
    return _literal_to_ntriples(node)


def _literal_to_ntriples(literal: Literal) -> str:
    text = str(literal)
    for character, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(character, escape)
    if literal.language:
        return f'"{text}"@{literal.language}'
    return f'"{text}"^^<{literal.datatype}>' if literal.datatype else f'"{text}"'


def from_ntriples(text: str) -> Node:
    """The inverse of ``to_ntriples``, for what is well-formed."""
    if text[0] == "<":
        return URIRef(_unescape(text[1:-1]))
    if text[0] == "_":
        return BNode(text[2:])
    match = _LITERAL.fullmatch(text)
    assert match is not None  # noqa: S101 - the statement's pattern holds the literal's
    lexical, language, datatype = match.groups()
    return exact_literal(_unescape(lexical), datatype=datatype, language=language)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_unescape_one, text) if "\\" in text else text


def _unescape_one(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _CHARACTERS.get(match[3], match[3])
