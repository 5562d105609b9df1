"""One triple, one graph of ours: where else a triple stands already."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from gfmdkg.namespaces import is_our_graph
from gfmdkg.store.patches import graph_of
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["leave_out", "stated_elsewhere"]


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
    came = sorted(
        (
            quad
            for quad in set(quads)
            if is_our_graph(graph_of(quad)) and store.contains(quad) and not before.contains(quad)
        ),
        key=str,
        reverse=True,
    )
    left: dict[str, str] = {}
    for quad in came:
        for statement, other in stated_elsewhere(store, [quad]):
            store.apply(added=(), removed=[quad])
            left[statement] = other
    return left
