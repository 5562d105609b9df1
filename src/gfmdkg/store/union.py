"""Keeping the default graph equal to the union of all named graphs.

The engine can show such a union by itself, but joins and aggregates are slower over it, and it
gives a triple once for each graph that holds it, so that a query without GRAPH would count
double. So the union is materialised when a version is made
(``docs/decisions/0003-union-default-graph.md`` has the measurements).
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.store.patches import triples_of
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["LOCAL_GRAPH", "settle_union", "with_union"]

LOCAL_GRAPH = GRAPH_BASE + "local"
"""The named graph that takes what an update inserted without naming a graph."""


def with_union(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads of named graphs, each with what the union gets of it."""
    default = ox.DefaultGraph()
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object, default)


def settle_union(store: OxigraphStore, before: OxigraphStore, about: Iterable[str]) -> None:
    """Make the union hold again after an update, as somebody who sees the union means it.

    ``before`` is the state before the update, in which the union held, and ``about`` are the
    statements that may differ. What was inserted without GRAPH moves into the named graph
    ``LOCAL_GRAPH``; what was deleted without GRAPH goes from every named graph that had it;
    what was written with GRAPH is followed.
    """
    default, local = ox.DefaultGraph(), ox.NamedNode(LOCAL_GRAPH)
    added: list[ox.Quad] = []
    removed: list[ox.Quad] = []
    for triple in triples_of(about):
        quads = store.quads_of(triple)
        is_default = {isinstance(quad.graph_name, ox.DefaultGraph) for quad in quads}
        if len(is_default) != 1:  # it is nowhere, or in the union and in a named graph
            continue
        (is_nameless,) = is_default
        home = local if is_nameless else default
        for quad in quads:
            if before.contains(quad):
                removed.append(quad)
            else:
                added.append(ox.Quad(quad.subject, quad.predicate, quad.object, home))
    store.apply(added=added, removed=removed)
