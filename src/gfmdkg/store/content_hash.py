"""A hash of a graph's content that does not depend on the order of its quads.

The sum, modulo 2^256, of the SHA-256 of each statement as patches have it: equal sets of quads
give equal sums, and adding or removing a quad changes the sum by that quad alone. It names
content, as a checksum does; it is no proof against somebody who crafts collisions.
"""

import hashlib
from collections.abc import Iterable

from gfmdkg.store.patches import Patch
from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["hash_changed", "hash_content", "hash_extended", "sum_statements"]

_MODULUS = 1 << 256


class _Summing:
    """A binary sink that hashes whole lines, of one graph, as they come."""

    def __init__(self, graph: str) -> None:
        self.total = 0
        self._end = f" <{graph}>".encode() if graph else b""
        self._rest = b""

    def write(self, data: bytes) -> int:
        *lines, self._rest = (self._rest + data).split(b"\n")
        end = self._end
        self.total += _sum(line.removesuffix(b" .") + end for line in lines)
        return len(data)

    def flush(self) -> None:
        """Nothing is buffered save an unfinished line."""


def hash_content(store: OxigraphStore, *, has_union: bool) -> str:
    """The content hash of all quads in the store, as 64 hexadecimal digits.

    A default graph that is the union of the others adds nothing to them and is left out.
    Blank nodes count by their labels, so those must be stable where the hash has to be.
    """
    total = 0
    for graph in (*store.graph_names(), *(() if has_union else ("",))):
        sink = _Summing(graph)
        store.dump(sink, media_type="application/n-triples", graph=graph)  # type: ignore[arg-type]
        total += sink.total
    return _spell(total)


def hash_changed(content_hash: str, patch: Patch) -> str:
    """The hash of some content after a patch of which every statement makes a difference to it.

    It is the same that ``hash_content`` gives, and takes as long as the patch is large.
    """
    return hash_extended(content_hash, sum_statements(patch.added) - sum_statements(patch.removed))


def hash_extended(content_hash: str, hash_sum: int) -> str:
    """The hash of some content with statements that it did not have and that sum to this."""
    return _spell(int(content_hash, 16) + hash_sum)


def sum_statements(statements: Iterable[str]) -> int:
    """What statements, in the store's spelling, add to the sum."""
    return _sum(map(str.encode, statements))


def _sum(statements: Iterable[bytes]) -> int:
    sha256, as_int = hashlib.sha256, int.from_bytes
    return sum(as_int(sha256(statement).digest(), "big") for statement in statements)


def _spell(total: int) -> str:
    return f"{total % _MODULUS:064x}"
