"""Keeping the default graph equal to the union of all named graphs.

The engine can show such a union by itself, as fast as a real graph, but it then gives a
triple once for each graph that holds it, and a query without GRAPH would count double. So
the union is materialised when a version is made
(``docs/decisions/0003-union-default-graph.md`` has the measurements).
"""

from collections.abc import Iterable

import pyoxigraph as ox

from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.store.patches import triples_of
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["LOCAL_GRAPH", "materialise_union", "settle_union"]

LOCAL_GRAPH = GRAPH_BASE + "local"
"""The named graph that takes what an update inserted without naming a graph."""

# Above this many quads one transaction would take too much memory, so table files are written.
_ONE_TRANSACTION_QUADS = 500_000

_IN_DEFAULT_ONLY = "SELECT ?s ?p ?o { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"
_IN_NAMED_ONLY = "SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }"


def materialise_union(store: OxigraphStore) -> None:
    """Fill an empty default graph with the triples of all named graphs."""
    if len(store) <= _ONE_TRANSACTION_QUADS:
        store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
        return
    default = ox.DefaultGraph()
    store.extend(ox.Quad(q.subject, q.predicate, q.object, default) for q in store.quads())


def settle_union(
    store: OxigraphStore, before: OxigraphStore, *, about: Iterable[str] | None = None
) -> None:
    """Make the union hold again after an update, as somebody who sees the union means it.

    ``before`` is the state before the update, in which the union held. What was inserted
    without GRAPH moves into the named graph ``LOCAL_GRAPH``; what was deleted without GRAPH
    goes from every named graph that had it; what was written with GRAPH is followed.

    ``about`` are the only statements that may differ, where these are known; without them the
    whole store is looked through.
    """
    if about is None:
        in_default = store.select_quads(_IN_DEFAULT_ONLY)
        in_named = store.select_quads(_IN_NAMED_ONLY)
    else:
        in_default, in_named = _unsettled(store, about)
    default, local = ox.DefaultGraph(), ox.NamedNode(LOCAL_GRAPH)
    added: list[ox.Quad] = []
    removed: list[ox.Quad] = []
    for quads, home in ((in_default, local), (in_named, default)):
        for quad in quads:
            if before.contains(quad):
                removed.append(quad)
            else:
                added.append(ox.Quad(quad.subject, quad.predicate, quad.object, home))
    store.apply(added=added, removed=removed)


def _unsettled(
    store: OxigraphStore, statements: Iterable[str]
) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """The quads of these triples that stand in the default graph alone, or in named ones alone."""
    in_default: list[ox.Quad] = []
    in_named: list[ox.Quad] = []
    for triple in triples_of(statements):
        quads = store.quads_of(triple)
        is_default = [isinstance(quad.graph_name, ox.DefaultGraph) for quad in quads]
        if not any(is_default):
            in_named += quads
        elif all(is_default):
            in_default += quads
    return in_default, in_named
