"""Where a triple stands: in one graph of ours, and in the default graph, the union of all.

The engine can show such a union by itself, but joins and aggregates are slower over it, and it
gives a triple once for each graph that holds it, so that a query without GRAPH would count
double. So the union is materialised when a version is made
(``docs/decisions/0003-union-default-graph.md`` has the measurements).
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from gfmdkg.namespaces import GRAPH_BASE, is_our_graph
from gfmdkg.store.patches import graph_of, triples_of
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["LOCAL_GRAPH", "leave_out", "settle_union", "stated_elsewhere", "with_union"]

LOCAL_GRAPH = GRAPH_BASE + "local"
"""The named graph that takes what an update inserted without naming a graph."""


def with_union(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads of named graphs, each with what the union gets of it."""
    for quad in quads:
        yield quad
        # In the default graph: to be told so takes the engine as long again as all the rest.
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


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


def stated_elsewhere(store: OxigraphStore, quads: Iterable[ox.Quad]) -> Iterator[tuple[str, str]]:
    """The statements among some whose triple another graph of ours holds, each with that graph.

    Each is looked up when it is asked for, so that what was removed by then no longer counts.
    """
    for quad in quads:
        graphs = {graph_of(each) for each in store.named_graphs_with(quad) if each != quad}
        others = sorted(filter(is_our_graph, graphs))
        if others:
            yield str(quad), others[0]


def leave_out(
    store: OxigraphStore, before: OxigraphStore, quads: Iterable[ox.Quad]
) -> dict[str, str]:
    """Take what came into graphs of ours out again where another of them holds it.

    Of a triple that came into several, the first by name keeps it. Gives what went, each with
    the graph that has it.
    """
    came = [
        quad
        for quad in set(quads)
        if is_our_graph(graph_of(quad)) and store.contains(quad) and not before.contains(quad)
    ]
    left: dict[str, str] = {}
    for quad in sorted(came, key=str, reverse=True):
        for statement, other in stated_elsewhere(store, [quad]):
            store.apply(added=(), removed=[quad])
            left[statement] = other
    return left
