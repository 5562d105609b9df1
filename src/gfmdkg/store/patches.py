"""Patches: what one version of the graph has more and less than another, as RDF Patch.

A patch has statements (``store/statements.py``) with the labels of the store's blank nodes. So
the same patch, applied to the same quads, gives the same quads, labels included.

The text format is RDF Patch (https://afs.github.io/rdf-patch/), a statement a row: ``H name
value .`` is a header, ``TX .`` and ``TC .`` enclose the transaction, ``D`` and ``A`` rows
delete and add a quad. Terms are written in full, so prefix rows are not read.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Self

import pyoxigraph as ox

from gfmdkg.errors import DataError, Fault
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.store.statements import decode, quads_of, spell

__all__ = [
    "COMPARED_QUADS_LIMIT",
    "Patch",
    "compare_stores",
]

COMPARED_QUADS_LIMIT = 500_000
"""Stores with more quads are not compared as a whole: it takes about 10 µs a quad."""

_ROW = re.compile(r"(A|D)\s+(.*?)\s*\.\s*", re.DOTALL)
_HEADER = re.compile(r"H\s+(\S+)\s+(.*?)\s*\.\s*")
_IGNORED = re.compile(r"(TX|TC|TB)\s*\.?\s*")
_ESCAPED = re.compile(r'[\\"\n\r\t]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Statements to add and to remove; each is sorted and has nothing twice."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, added: Iterable[str], removed: Iterable[str]) -> Self:
        """The patch of these statements, in any order."""
        return cls(added=tuple(sorted(set(added))), removed=tuple(sorted(set(removed))))

    @classmethod
    def compose(cls, patches: Iterable["Patch"]) -> Self:
        """The net effect of patches that are applied one after the other."""
        added: set[str] = set()
        removed: set[str] = set()
        for patch in patches:
            for statement in patch.removed:
                added.discard(statement) if statement in added else removed.add(statement)
            for statement in patch.added:
                removed.discard(statement) if statement in removed else added.add(statement)
        return cls.of(added, removed)

    @classmethod
    def parse(cls, text: str, *, file: str | None = None) -> Self:
        """Read RDF Patch. Raises ``DataError`` with the line of every row that cannot be read.

        Where a statement is both added and deleted, the later row counts.
        """
        effect: dict[str, bool] = {}
        headers: dict[str, str] = {}
        faults: list[Fault] = []
        for number, line in enumerate(text.split("\n"), start=1):
            row = line.strip()
            if not row or row.startswith("#") or _IGNORED.fullmatch(row):
                continue
            if header := _HEADER.fullmatch(row):
                headers[header[1]] = header[2].strip('"')
            elif match := _ROW.fullmatch(row):
                try:
                    effect |= dict.fromkeys(spell([match[2]]), match[1] == "A")
                except SyntaxError as error:
                    faults.append(_fault(error.msg, file, number))
            else:
                faults.append(_fault(f"“{row[:60]}” is no row of RDF Patch", file, number))
        if faults:
            raise DataError("the patch cannot be read", faults)
        patch = cls.of(
            (s for s, is_added in effect.items() if is_added),
            (s for s, is_added in effect.items() if not is_added),
        )
        return cls(added=patch.added, removed=patch.removed, headers=headers)

    def to_text(self, headers: Mapping[str, object] | None = None) -> str:
        r"""The patch as RDF Patch: headers, deletions, additions.

        >>> patch = Patch(added=('<http://s> <http://p> "1" <http://g>',))
        >>> patch.to_text({"version": 7}).splitlines()
        ['H version "7" .', 'TX .', 'A <http://s> <http://p> "1" <http://g> .', 'TC .']
        """
        rows = [f'H {name} "{_escape(str(value))}" .' for name, value in (headers or {}).items()]
        rows.append("TX .")
        rows += [f"D {statement} ." for statement in self.removed]
        rows += [f"A {statement} ." for statement in self.added]
        return "\n".join((*rows, "TC .", ""))

    @property
    def inverse(self) -> "Patch":
        """The patch that undoes this one."""
        return Patch(added=self.removed, removed=self.added)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def graphs(self) -> frozenset[str]:
        """The graphs that it touches; ``""`` is the default graph."""
        return frozenset(s.graph for s in decode((*self.added, *self.removed)))

    def without_graphs(self, graphs: Collection[str]) -> "Patch":
        """The same without what concerns these graphs."""

        def keep(statements: tuple[str, ...]) -> tuple[str, ...]:
            pairs = zip(statements, decode(statements), strict=True)
            return tuple(text for text, s in pairs if s.graph not in graphs)

        return Patch(added=keep(self.added), removed=keep(self.removed))

    def apply(self, store: OxigraphStore) -> None:
        """Remove and add; what is gone or there already is passed over."""
        store.apply(added=quads_of(self.added), removed=quads_of(self.removed))

    def obstacles(self, store: OxigraphStore) -> "Patch":
        """The part that ``apply`` would pass over: there already, or gone already."""
        present, absent = quads_of(self.added), quads_of(self.removed)
        return Patch(
            added=tuple(str(quad) for quad in present if store.contains(quad)),
            removed=tuple(str(quad) for quad in absent if not store.contains(quad)),
        )

    def apply_to_union(self, store: OxigraphStore) -> None:
        """Apply to a store whose default graph is the union of the named ones, and keep it so."""
        self.apply(store)
        default = ox.DefaultGraph()

        def merged(quad: ox.Quad) -> ox.Quad:
            return ox.Quad(quad.subject, quad.predicate, quad.object, default)

        gone = [quad for quad in quads_of(self.removed) if not store.named_graphs_with(quad)]
        store.apply(added=map(merged, quads_of(self.added)), removed=map(merged, gone))


def compare_stores(
    before: OxigraphStore | None,
    after: OxigraphStore,
    *,
    graphs: Collection[str] | None = None,
    has_union: bool,
) -> Patch | None:
    """What ``after`` has more and less than ``before``, which may be nothing.

    Only ``graphs`` are compared where they are given. The default graph is left out where it
    is the union of the others. ``None`` where the whole is over ``COMPARED_QUADS_LIMIT``.
    """
    if graphs is None:
        if max(len(after), len(before or ())) > COMPARED_QUADS_LIMIT * (1 + has_union):
            return None
        names = {*after.graph_names(), *(before.graph_names() if before else ()), ""}
    else:
        names = set(graphs)
    if has_union:
        names.discard("")
    added: list[str] = []
    removed: list[str] = []
    for name in sorted(names):
        gone, new = _differences(before.quads(name) if before else iter(()), after.quads(name))
        removed += map(str, gone)
        added += map(str, new)
    return Patch.of(added, removed)


def _differences(
    before: Iterator[ox.Quad], after: Iterator[ox.Quad]
) -> tuple[set[ox.Quad], set[ox.Quad]]:
    """What is in one alone. Equal orders make it cheap; any order gives the right answer.

    Both are read in step, and what one has met and the other has not yet waits in a set. The
    engine's order is the same for both, so about as many quads wait as there are differences.
    """
    gone: set[ox.Quad] = set()
    new: set[ox.Quad] = set()
    for left, right in zip_longest(before, after):
        if left == right:
            continue
        if left is not None:
            new.discard(left) if left in new else gone.add(left)
        if right is not None:
            gone.discard(right) if right in gone else new.add(right)
    return gone, new


def _escape(text: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], text)


def _fault(message: str, file: str | None, line: int) -> Fault:
    return Fault(message=message, file=file, line=line)
