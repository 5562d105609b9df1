"""A hash of a graph's content that does not depend on the order of its quads.

The sum, modulo 2^256, of each quad's SHA-256 (its graph, then the N-Triples line): equal
sets of quads give equal sums, and adding or removing a quad changes the sum by that quad
alone. It names content, as a checksum does; it is no proof against somebody who crafts
collisions.
"""

import hashlib
from collections.abc import Iterable

from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["hash_changed", "hash_content"]

_MODULUS = 1 << 256


class _Summing:
    """A binary sink that hashes whole lines, of one graph, as they come."""

    def __init__(self, graph: bytes) -> None:
        self.total = 0
        self._graph = graph
        self._rest = b""

    def write(self, data: bytes) -> int:
        *lines, self._rest = (self._rest + data).split(b"\n")
        graph, sha256, as_int = self._graph, hashlib.sha256, int.from_bytes
        self.total += sum(as_int(sha256(graph + line).digest(), "big") for line in lines)
        return len(data)

    def flush(self) -> None:
        """Nothing is buffered save an unfinished line."""


def hash_content(store: OxigraphStore, *, has_union: bool) -> str:
    """The content hash of all quads in the store, as 64 hexadecimal digits.

    A default graph that is the union of the others adds nothing to them and is left out.
    Blank nodes count by their labels, so those must be stable where the hash has to be.
    """
    return _spell(_sum(store, has_union=has_union))


def hash_changed(content_hash: str, patch: Patch) -> str:
    """The hash of some content after a patch of which every statement makes a difference to it.

    It is the same that ``hash_content`` gives, and takes as long as the patch is large.
    """
    return _spell(int(content_hash, 16) + _sum_of(patch.added) - _sum_of(patch.removed))


def _sum_of(statements: Iterable[str]) -> int:
    store = OxigraphStore.in_memory()
    Patch(added=tuple(statements)).apply(store)
    return _sum(store, has_union=False)


def _sum(store: OxigraphStore, *, has_union: bool) -> int:
    total = 0
    for graph in (*store.graph_names(), *(() if has_union else ("",))):
        sink = _Summing(f"<{graph}> ".encode())
        store.dump(sink, media_type="application/n-triples", graph=graph)  # type: ignore[arg-type]
        total += sink.total
    return total


def _spell(total: int) -> str:
    return f"{total % _MODULUS:064x}"
