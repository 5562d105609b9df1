"""Reading documents into quads whose blank nodes keep their labels from one run to the next."""

from collections.abc import Iterable

import pyoxigraph as ox

from gfmdkg.errors import DataError, Fault
from gfmdkg.formats.canonical_nodes import canonical_quads
from gfmdkg.namespaces import BASE, GRAPH_BASE
from gfmdkg.store.answers import GRAPH_FORMATS
from gfmdkg.store.complaints import unreadable
from gfmdkg.store.parsing import NESTED_ENTITIES, TOO_LARGE, nested_entity

__all__ = ["read_dataset", "read_labelled", "read_quads"]


def read_quads(
    source: bytes, *, media_type: str, graph: str, file: str | None = None
) -> list[ox.Quad]:
    """The quads of a document, all in the named graph ``graph``.

    Blank nodes are named canonically within the document and after the graph,
    so the same document always gives the same quads, and two documents never share a node.
    Raises ``DataError`` with the place of a syntax error.
    """
    node = ox.NamedNode(graph)
    quads = _parse(source, media_type=media_type, base_iri=graph, file=file)
    merged = (ox.Quad(quad.subject, quad.predicate, quad.object, node) for quad in quads)
    return _named(merged, graph)


def read_dataset(
    source: bytes,
    *,
    media_type: str,
    graph: str | None,
    nodes: str = BASE,
    file: str | None = None,
) -> list[ox.Quad]:
    """The quads of a document in the graphs that it names; ``graph`` takes those without.

    ``None`` leaves them in the default graph. Blank nodes are canonicalised and named after
    ``nodes``. Raises ``DataError`` with the place of a syntax error.
    """
    quads = _parse(source, media_type=media_type, base_iri=graph or BASE, file=file)
    default = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    placed = (
        ox.Quad(quad.subject, quad.predicate, quad.object, default)
        if isinstance(quad.graph_name, ox.DefaultGraph)
        else quad
        for quad in quads
    )
    return _named(placed, nodes)


def read_labelled(source: bytes, *, graph: str) -> list[ox.Quad]:
    """The quads of N-Triples in a named graph, blank nodes by the labels that they have.

    The caller sees to it that no other graph has those labels.
    """
    node = ox.NamedNode(graph)
    triples = _parse(source, media_type="application/n-triples", base_iri=graph, file=None)
    return [ox.Quad(t.subject, t.predicate, t.object, node) for t in triples]


def _parse(source: bytes, *, media_type: str, base_iri: str, file: str | None) -> list[ox.Quad]:
    if nested_entity(source, media_type=media_type) is not None:
        fault = Fault(message=NESTED_ENTITIES, file=file)
        raise DataError("the document cannot be read", [fault])
    try:
        return list(ox.parse(source, GRAPH_FORMATS[media_type], base_iri=base_iri))
    except SyntaxError as error:
        raise unreadable(error, file) from error
    except MemoryError as error:
        fault = Fault(message=TOO_LARGE, file=file)
        raise DataError("the document cannot be read", [fault]) from error


def _named(quads: Iterable[ox.Quad], graph: str) -> list[ox.Quad]:
    """The quads with blank nodes that are named after the graph."""
    prefix = graph.removeprefix(GRAPH_BASE).translate(str.maketrans("/:.#?&=%", "--------"))
    return canonical_quads(quads, prefix=f"{prefix}-")
