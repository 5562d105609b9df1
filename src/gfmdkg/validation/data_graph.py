"""States of a store as rdflib and the checks see them, with literals exactly as they are."""

import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from gfmdkg.errors import DataError
from gfmdkg.namespaces import XSD
from gfmdkg.rdf.solutions import Select
from gfmdkg.rdf.values import Term
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.reading import parse
from gfmdkg.store.walking import TripleView, store_of

__all__ = [
    "Scope",
    "StoreNames",
    "data_graph",
    "exact_literal",
    "memory_graph",
    "node_text",
    "node_turtle",
    "ntriples",
    "our_term",
    "rdflib_term",
    "rdflib_triples",
    "read_ntriples",
    "referrers",
    "select_all",
    "stored_forms",
]

_STRING = XSD + "string"
# All labels are read only to suggest a similar one, which may not take longer than this many.
_MOST = 50_000

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
    if language is not None or datatype is None or str(datatype) == _STRING:
        return _Exact(lexical, lang=language)
    return _Exact(lexical, datatype=URIRef(datatype), normalize=False)


def memory_graph(triples: Iterable[tuple[Node, Node, Node]] = ()) -> Graph:
    """A graph of its own with some triples, in the fastest of rdflib's stores."""
    graph = Graph(store="SimpleMemory", bind_namespaces="none")
    graph += triples
    return graph


def read_ntriples(data: bytes) -> Iterator[tuple[Node, Node, Node]]:
    """The triples of N-Triples or N-Quads, graph names dropped; blank nodes keep their labels.

    Raises ``DataError`` with the place of what is no statement.
    """
    parsed = parse(data, media_type="application/n-quads", base_iri="")
    if parsed.complaints:
        raise DataError("the triples cannot be read", parsed.complaints[:1])
    return rdflib_triples(parsed.triples)


def rdflib_triples(
    triples: Iterable[Iterable[Term]],
) -> Iterator[tuple[Node, Node, Node]]:
    """Triples as rdflib has them, with each term made once."""
    made = cache(rdflib_term)
    return ((made(s), made(p), made(o)) for s, p, o in triples)


def node_text(node: Node) -> str:
    """A node as ``Finding.focus_node`` names it: an IRI, ``_:`` and a label, or a text."""
    return f"_:{node}" if isinstance(node, BNode) else str(node)


def node_turtle(node: Node) -> str:
    """A node as Turtle writes it without prefixes; a blank node has no name in a report."""
    return "[]" if isinstance(node, BNode) else node.n3()


def referrers(graph: Graph, node: Node) -> Iterator[Node]:
    """A node and all from which triples lead to it, the nearest first."""
    found = {node: None}
    waiting = [node]
    for each in waiting:
        yield each
        new = dict.fromkeys(s for s in graph.subjects(None, each) if s not in found)
        found |= new
        waiting += new


def ntriples(graph: Iterable[tuple[Node, Node, Node]]) -> bytes:
    """The triples as N-Triples, a line each."""
    lines = (" ".join(str(our_term(node)) for node in triple) + " .\n" for triple in graph)
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
        case ox.Literal(value=lexical, language=language, datatype=datatype):
            return exact_literal(lexical, language=language, datatype=datatype.value)
        case _:
            raise ValueError("a triple term is none of rdflib's")


def our_term(node: Node) -> Term:
    """The inverse of ``rdflib_term``."""
    if isinstance(node, Literal):
        datatype = None if node.datatype is None else ox.NamedNode(node.datatype)
        return ox.Literal(str(node), language=node.language or None, datatype=datatype)
    return ox.BlankNode(str(node)) if isinstance(node, BNode) else ox.NamedNode(str(node))


def stored_forms(literals: Iterable[Literal]) -> Mapping[Literal, Node]:
    """Each literal with the form in which the store gives it back.

    The store normalises (``"1.0"^^xsd:decimal`` becomes ``"1"``, ``@en-US`` ``@en-us``), by
    rules that are its own; so it is asked, rather than imitated.
    """
    written = list(literals)
    if not written:
        return {}
    names = [ox.NamedNode(f"x:{n}") for n in range(len(written))]
    terms = [our_term(literal) for literal in written]
    store = store_of({(name, ox.NamedNode("x:v"), t) for name, t in zip(names, terms, strict=True)})
    stored = {s: o for s, _, o in TripleView(store).triples(None, None, None)}
    return {
        literal: rdflib_term(stored[name]) for literal, name in zip(written, names, strict=True)
    }


# States of a store


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which graphs of a store are data, and whether its default graph is the union of all.

    ``is_data`` takes the IRI of a named graph; shapes are applied to these graphs, and to the
    default graph where it is no union. Checks see everything.
    """

    is_data: Callable[[str], bool] = lambda _: True
    is_union: bool = True

    def data(self, store: OxigraphStore) -> TripleView:
        """What the shapes see."""
        return TripleView(store, has_graph=self.is_data, has_default=not self.is_union)

    def everything(self, store: OxigraphStore) -> TripleView:
        """What the checks see."""
        return TripleView(store, only_default=self.is_union)


def data_graph(
    store: OxigraphStore,
    *,
    scope: Scope,
    context: bytes = b"",
    written: Sequence[tuple[str, Graph]] = (),
) -> Graph:
    """The triples that the shapes are applied to.

    ``context`` is N-Triples to be seen beside the store; a named graph that is ``written``
    counts as it is there, not as it is stored.
    """
    own = {name for name, _ in written}
    unwritten = replace(scope, is_data=lambda name: scope.is_data(name) and name not in own)
    data = Graph(bind_namespaces="none")
    data += rdflib_triples(unwritten.data(store).triples(None, None, None))
    data += read_ntriples(context)
    for name, graph in written:
        data += graph if scope.is_data(name) else ()
    return data


def select_all(store: OxigraphStore, *, scope: Scope, context: bytes = b"") -> Select:
    """A function that runs a SELECT on the union of all graphs and the context."""
    if scope.is_union and not context:
        return store.select
    view = store_of(set(TripleView(store).triples(None, None, None)))
    if context:
        view.load(context, media_type="application/n-triples", graph="")
    return view.select


class StoreNames(Graph):
    """A view of a store as a graph that can only be read, a pattern at a time.

    A pattern without subject and object that has more than 50,000 triples gives none.
    """

    def __init__(self, view: TripleView) -> None:
        super().__init__(store="SimpleMemory", bind_namespaces="none")
        self._view = view

    def triples(self, triple: Any, *_: Any) -> Iterator[Any]:  # type: ignore[override]
        """The triples of a pattern."""
        subject, predicate, object_ = (None if t is None else our_term(t) for t in triple)
        found = self._view.triples(subject, predicate, object_)
        if subject is None and object_ is None:
            first = list(islice(found, _MOST + 1))
            found = iter(first if len(first) <= _MOST else ())
        for terms in found:
            yield tuple(rdflib_term(term) for term in terms)
