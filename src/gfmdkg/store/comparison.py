"""What one state of a store has more and less than another, as a patch."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from gfmdkg.store.delta import Delta
from gfmdkg.store.patches import Patch, triples_of
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = [
    "COMPARED_QUADS_LIMIT",
    "compare_around",
    "compare_stores",
    "count_growth",
    "is_comparable",
]

COMPARED_QUADS_LIMIT = 500_000
"""Stores with more quads are not compared as a whole unasked: it takes about 5 µs a quad."""


def compare_stores(
    before: OxigraphStore | None,
    after: OxigraphStore,
    *,
    has_union: bool,
) -> Patch:
    """What ``after`` has more and less than ``before``, which may be nothing.

    The default graph is left out where it is the union of the others. Takes as long as it
    takes to write both out.
    """
    before = OxigraphStore.in_memory() if before is None else before
    names = {*before.graph_names(), *after.graph_names(), ""}
    if has_union:
        names.discard("")
    delta = Delta.between(before, after, graphs=names)
    return Patch.of(map(str, delta.added), map(str, delta.removed))


def is_comparable(*stores: OxigraphStore | None, has_union: bool) -> bool:
    """Whether stores are small enough to be compared as a whole."""
    most = COMPARED_QUADS_LIMIT * (1 + has_union)
    return all(store is None or len(store) <= most for store in stores)


def compare_around(
    before: OxigraphStore, after: OxigraphStore, statements: Iterable[str], *, has_union: bool
) -> Patch:
    """The same where only the triples of these statements may differ, in whatever graph.

    Takes some look-ups for each statement, however large the stores are.
    """
    old: set[str] = set()
    new: set[str] = set()
    for triple in triples_of(statements):
        for store, found in ((before, old), (after, new)):
            found.update(map(str, _places(store, triple, has_union=has_union)))
    return Patch.of(new - old, old - new)


def count_growth(before: OxigraphStore, after: OxigraphStore, patch: Patch) -> int:
    """How many quads more there are after a patch, those of the default graph included."""
    return sum(
        len(after.quads_of(triple)) - len(before.quads_of(triple))
        for triple in triples_of((*patch.added, *patch.removed))
    )


def _places(store: OxigraphStore, triple: ox.Triple, *, has_union: bool) -> Iterator[ox.Quad]:
    for quad in store.quads_of(triple):
        if not (has_union and isinstance(quad.graph_name, ox.DefaultGraph)):
            yield quad
