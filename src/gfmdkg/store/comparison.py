"""What one state of a store has more and less than another, as a patch, and a hash of what it has.

The hash is the sum, modulo 2^256, of the SHA-256 of each statement as patches have it: equal sets
of quads give equal sums, and adding or removing a quad changes the sum by that quad alone. It
names content, as a checksum does; it is no proof against somebody who crafts collisions.
"""

import hashlib
from collections.abc import Iterable
from itertools import chain

import pyoxigraph as ox

from gfmdkg.store.patches import Patch, statements_of, triples_of
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = [
    "compare_around",
    "compare_if_small",
    "compare_stores",
    "count_growth",
    "hash_changed",
    "hash_content",
    "hash_extended",
    "sum_statements",
]

# More are not compared as a whole unasked: it takes about 5 µs a quad.
_COMPARED_QUADS_LIMIT = 500_000


def compare_stores(before: OxigraphStore, after: OxigraphStore, *, has_union: bool) -> Patch:
    """What ``after`` has more and less than ``before``.

    The default graph is left out where it is the union of the others. Both are read graph by
    graph, so memory is bounded by the largest.
    """
    names = {*before.graph_names(), *after.graph_names(), *(() if has_union else ("",))}
    added: set[str] = set()
    removed: set[str] = set()
    for name in names:
        old, new = statements_of(before, name), statements_of(after, name)
        added |= new - old
        removed |= old - new
    return Patch.of(added, removed)


def compare_if_small(
    before: OxigraphStore, after: OxigraphStore, *, has_union: bool
) -> Patch | None:
    """The same; ``None`` where a store is too large to be compared as a whole."""
    most = _COMPARED_QUADS_LIMIT * (1 + has_union)
    if len(before) > most or len(after) > most:
        return None
    return compare_stores(before, after, has_union=has_union)


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
            found.update(
                str(quad)
                for quad in store.quads_of(triple)
                if not (has_union and isinstance(quad.graph_name, ox.DefaultGraph))
            )
    return Patch.of(new - old, old - new)


def count_growth(before: OxigraphStore, after: OxigraphStore, patch: Patch) -> int:
    """How many quads more there are after a patch, those of the default graph included."""
    return sum(
        len(after.quads_of(triple)) - len(before.quads_of(triple))
        for triple in triples_of((*patch.added, *patch.removed))
    )


def hash_content(store: OxigraphStore, *, has_union: bool) -> str:
    """The content hash of all quads in the store, as 64 hexadecimal digits.

    A default graph that is the union of the others adds nothing to them and is left out.
    Blank nodes count by their labels, so those must be stable where the hash has to be.
    """
    graphs = (*store.graph_names(), *(() if has_union else ("",)))
    quads = chain.from_iterable(map(store.quads, graphs))
    return hash_extended("0", sum_statements(map(str, quads)))


def hash_changed(content_hash: str, patch: Patch) -> str:
    """The hash of some content after a patch of which every statement makes a difference to it.

    It is the same that ``hash_content`` gives, and takes as long as the patch is large.
    """
    return hash_extended(content_hash, sum_statements(patch.added) - sum_statements(patch.removed))


def hash_extended(content_hash: str, hash_sum: int) -> str:
    """The hash of some content with statements that it did not have and that sum to this."""
    return f"{(int(content_hash, 16) + hash_sum) % (1 << 256):064x}"


def sum_statements(statements: Iterable[str]) -> int:
    """What statements, in the store's spelling, add to the sum."""
    sha256, as_int = hashlib.sha256, int.from_bytes
    return sum(as_int(sha256(statement.encode()).digest(), "big") for statement in statements)
