"""What two states of a store have not in common."""

import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

import pyoxigraph as ox

from gfmdkg.store.rdf_store import OxigraphStore

__all__ = ["Delta"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """The quads that one state has more, and less, than the one before.

    Where the default graph is the union of the named ones, its quads need not be listed.
    """

    added: tuple[ox.Quad, ...] = ()
    removed: tuple[ox.Quad, ...] = ()

    @classmethod
    def of(cls, *, added: bytes = b"", removed: bytes = b"") -> Self:
        """The delta of two N-Quads documents; blank nodes are those of the store."""
        return cls(added=_parse(added), removed=_parse(removed))

    @classmethod
    def of_statements(cls, *, added: Iterable[str] = (), removed: Iterable[str] = ()) -> Self:
        """The same from lines of N-Quads without their full stops, as patches have them."""
        documents = ["".join(f"{s} .\n" for s in given).encode() for given in (added, removed)]
        return cls.of(added=documents[0], removed=documents[1])

    @classmethod
    def between(
        cls, before: OxigraphStore, after: OxigraphStore, *, graphs: Collection[str] | None = None
    ) -> Self:
        """The delta of two states of one store, or of some graphs of theirs (``""`` the default).

        Both are read graph by graph, so memory is bounded by the largest; about 1 µs a quad.
        """
        names = {"", *before.graph_names(), *after.graph_names()} if graphs is None else graphs
        added: list[bytes] = []
        removed: list[bytes] = []
        for name in sorted(names):
            old, new = _dump(before, name), _dump(after, name)
            if old == new:  # both are in the order of the index
                continue
            old_lines, new_lines = set(old.splitlines()), set(new.splitlines())
            added += (_in_graph(line, name) for line in new_lines - old_lines)
            removed += (_in_graph(line, name) for line in old_lines - new_lines)
        return cls.of(added=b"\n".join(added), removed=b"\n".join(removed))

    @property
    def is_empty(self) -> bool:
        """Whether the states are the same."""
        return not self.added and not self.removed


def _dump(store: OxigraphStore, graph: str) -> bytes:
    output = io.BytesIO()
    store.dump(output, media_type="application/n-triples", graph=graph)
    return output.getvalue()


def _in_graph(line: bytes, graph: str) -> bytes:
    if not graph:
        return line
    return line.rstrip()[:-1] + f" {ox.NamedNode(graph)} .".encode()


def _parse(document: bytes) -> tuple[ox.Quad, ...]:
    return tuple(ox.parse(document, ox.RdfFormat.N_QUADS))
