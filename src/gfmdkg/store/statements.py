"""Statements: quads as lines of text, and as values.

A statement is one quad as a line of N-Quads without its full stop, in the store's own spelling
(``"1.0"^^xsd:decimal`` is ``1``), blank nodes by the label that they have in the store.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from gfmdkg.store.canonical_nodes import canonical_quads
from gfmdkg.store.complaints import unreadable
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.terms.values import BlankNode, Iri, Literal, Term

__all__ = [
    "Statement",
    "decode",
    "is_same_but_for_labels",
    "locate",
    "normalise",
    "quads_of",
    "spell",
    "statements_about",
    "statements_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A quad as values; ``graph`` is ``""`` for the default graph."""

    subject: Iri | BlankNode
    predicate: str
    object: Term
    graph: str


def decode(statements: Iterable[str]) -> list[Statement]:
    """The statements as values, in the same order."""
    return [
        Statement(
            subject=_node(quad.subject),
            predicate=quad.predicate.value,
            object=_term(quad.object),
            graph=quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else "",
        )
        for quad in quads_of(statements)
    ]


def normalise(quads: Iterable[ox.Quad]) -> list[str]:
    """Quads as statements in the store's spelling, sorted."""
    store = OxigraphStore.in_memory()
    store.extend(quads)
    return sorted(map(str, store.quads()))


def statements_of(store: OxigraphStore, graph: str) -> set[str]:
    """The statements of one graph."""
    return {str(quad) for quad in store.quads(graph)}


def statements_about(store: OxigraphStore, subject: str) -> list[str]:
    """The statements of named graphs about a resource, and about blank nodes below it; sorted."""
    found: set[str] = set()
    waiting, seen = [subject], {subject}
    while waiting:
        for quad in store.quads_about(waiting.pop()):
            if isinstance(quad.graph_name, ox.DefaultGraph):
                continue
            found.add(str(quad))
            nested = str(quad.object)
            if isinstance(quad.object, ox.BlankNode) and nested not in seen:
                seen.add(nested)
                waiting.append(nested)
    return sorted(found)


def locate(store: OxigraphStore, quads: Iterable[ox.Quad]) -> tuple[list[str], list[str]]:
    """Statements of the store that quads mean, and those that it does not have.

    A quad of the default graph means its triple in every named graph.
    """
    found: list[str] = []
    missing: list[str] = []
    default = ox.DefaultGraph()
    for text in normalise(quads):
        (quad,) = quads_of([text])
        if quad.graph_name != default:
            (found if store.contains(quad) else missing).append(text)
            continue
        places = store.named_graphs_with(quad)
        found += map(str, places)
        missing += () if places else (text,)
    return found, missing


def is_same_but_for_labels(left: Collection[str], right: Collection[str]) -> bool:
    """Whether two sets of statements differ in the labels of blank nodes at most."""

    def canonical(statements: Collection[str]) -> set[str]:
        return set(map(str, canonical_quads(quads_of(sorted(statements)))))

    return len(left) == len(right) and canonical(left) == canonical(right)


def quads_of(statements: Iterable[str]) -> list[ox.Quad]:
    """The statements as quads of the engine, in the same order."""
    text = "".join(f"{statement} .\n" for statement in statements)
    try:
        return list(ox.parse(text, ox.RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise unreadable(error, None) from error


def spell(statements: Iterable[str]) -> list[str]:
    """Statements in the store's own spelling, sorted; raises ``SyntaxError``."""
    text = "".join(f"{statement} .\n" for statement in statements)
    return normalise(ox.parse(text, ox.RdfFormat.N_QUADS))


def _node(node: ox.NamedNode | ox.BlankNode | ox.Triple) -> Iri | BlankNode:
    if isinstance(node, ox.BlankNode):
        return BlankNode(node.value)
    assert isinstance(node, ox.NamedNode)  # noqa: S101 - no triple terms in this graph
    return Iri(node.value)


def _term(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Term:
    if isinstance(node, ox.Literal):
        return Literal(node.value, datatype=node.datatype.value, language=node.language)
    return _node(node)
