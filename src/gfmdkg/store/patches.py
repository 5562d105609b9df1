"""Patches: what one version of the graph has more and less than another, as RDF Patch.

A statement is one quad as a line of N-Quads without its full stop, in the store's own spelling
(``"1.0"^^xsd:decimal`` is ``1``), blank nodes by the label that they have in the store. So the
same patch, applied to the same quads, gives the same quads, labels included.

The text format is RDF Patch (https://afs.github.io/rdf-patch/), a statement a row: ``H name
value .`` is a header, ``TX .`` and ``TC .`` enclose the transaction, ``D`` and ``A`` rows
delete and add a quad. Terms are written in full, so prefix rows are not read.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import pyoxigraph as ox

from gfmdkg.errors import DataError, Fault
from gfmdkg.rdf.canonical_nodes import canonical_quads
from gfmdkg.rdf.values import Term
from gfmdkg.store.rdf_store import OxigraphStore, parsing

__all__ = [
    "Fact",
    "Patch",
    "facts_in",
    "graph_of",
    "is_same_but_for_labels",
    "locate",
    "normalise",
    "quads_of",
    "statements_about",
    "statements_of",
    "subjects_of",
    "triples_of",
]

_ROW = re.compile(r"(A|D)\s++(.*)\.", re.DOTALL)
_IGNORED = re.compile(r"(TX|TC|TB)\s*+\.?|H\s++\S++\s++.*\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Statements to add and to remove; each is sorted and has nothing twice."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

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
        faults: list[Fault] = []
        for number, line in enumerate(text.split("\n"), start=1):
            row = line.strip()
            if not row or row.startswith("#") or _IGNORED.fullmatch(row):
                continue
            if match := _ROW.fullmatch(row):
                try:
                    quads = ox.parse(f"{match[2].rstrip()} .\n", ox.RdfFormat.N_QUADS)
                    effect |= dict.fromkeys(normalise(quads), match[1] == "A")
                except SyntaxError as error:
                    faults.append(Fault(message=error.msg, file=file, line=number))
            else:
                message = f"“{row[:60]}” is no row of RDF Patch"
                faults.append(Fault(message=message, file=file, line=number))
        if faults:
            raise DataError("the patch cannot be read", faults)
        return cls.of(
            (s for s, is_added in effect.items() if is_added),
            (s for s, is_added in effect.items() if not is_added),
        )

    def to_text(self, headers: Mapping[str, object] | None = None) -> str:
        r"""The patch as RDF Patch: headers, deletions, additions.

        >>> patch = Patch(added=('<http://s> <http://p> "1" <http://g>',))
        >>> patch.to_text({"version": 7}).splitlines()
        ['H version "7" .', 'TX .', 'A <http://s> <http://p> "1" <http://g> .', 'TC .']
        """
        rows = [f"H {name} {ox.Literal(str(value))} ." for name, value in (headers or {}).items()]
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
        return frozenset(map(graph_of, quads_of((*self.added, *self.removed))))

    def without_graphs(self, graphs: Collection[str]) -> "Patch":
        """The same without what concerns these graphs."""

        def keep(statements: tuple[str, ...]) -> tuple[str, ...]:
            pairs = zip(statements, quads_of(statements), strict=True)
            return tuple(text for text, quad in pairs if graph_of(quad) not in graphs)

        return Patch(added=keep(self.added), removed=keep(self.removed))

    def apply(self, store: OxigraphStore, *, is_union: bool = False) -> None:
        """Remove and add; what is gone or there already is passed over.

        A default graph that ``is_union`` of the named ones stays so.
        """
        added, removed = quads_of(self.added), quads_of(self.removed)
        store.apply(added=added, removed=removed)
        if is_union:
            gone = [quad for quad in removed if not store.named_graphs_with(quad)]
            store.apply(
                added=[ox.Quad(*quad.triple) for quad in added],
                removed=[ox.Quad(*quad.triple) for quad in gone],
            )

    def obstacles(self, store: OxigraphStore) -> "Patch":
        """The part that ``apply`` would pass over: there already, or gone already."""
        present, absent = quads_of(self.added), quads_of(self.removed)
        return Patch(
            added=tuple(str(quad) for quad in present if store.contains(quad)),
            removed=tuple(str(quad) for quad in absent if not store.contains(quad)),
        )


def graph_of(quad: ox.Quad) -> str:
    """The IRI of a quad's graph; ``""`` for the default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


Fact = tuple[str, str, Term]
"""The IRIs of a subject and a predicate, and a value."""


def facts_in(graph: str, facts: Iterable[Fact]) -> list[ox.Quad]:
    """Facts as quads of a named graph."""
    node = ox.NamedNode(graph)
    return [ox.Quad(ox.NamedNode(s), ox.NamedNode(p), o, node) for s, p, o in facts]


def normalise(quads: Iterable[ox.Quad]) -> list[str]:
    """Quads as statements in the store's spelling, sorted."""
    store = OxigraphStore.in_memory()
    store.extend(quads)
    return sorted(map(str, store.quads()))


def statements_of(store: OxigraphStore, graph: str) -> set[str]:
    """The statements of one graph."""
    return {str(quad) for quad in store.quads(graph)}


def statements_about(store: OxigraphStore, subject: str) -> list[str]:
    """The statements of named graphs about a resource, and about blank nodes below it; sorted."""
    found: set[str] = set()
    waiting, seen = [subject], {subject}
    while waiting:
        for quad in store.quads_about(waiting.pop()):
            if isinstance(quad.graph_name, ox.DefaultGraph):
                continue
            found.add(str(quad))
            nested = str(quad.object)
            if isinstance(quad.object, ox.BlankNode) and nested not in seen:
                seen.add(nested)
                waiting.append(nested)
    return sorted(found)


def locate(store: OxigraphStore, quads: Iterable[ox.Quad]) -> tuple[list[str], list[str]]:
    """Statements of the store that quads mean, and those that it does not have.

    A quad of the default graph means its triple in every named graph.
    """
    found: list[str] = []
    missing: list[str] = []
    default = ox.DefaultGraph()
    for text in normalise(quads):
        (quad,) = quads_of([text])
        if quad.graph_name != default:
            (found if store.contains(quad) else missing).append(text)
            continue
        places = store.named_graphs_with(quad)
        found += map(str, places)
        missing += () if places else (text,)
    return found, missing


def is_same_but_for_labels(left: Collection[str], right: Collection[str]) -> bool:
    """Whether two sets of statements differ in the labels of blank nodes at most."""

    def canonical(statements: Collection[str]) -> set[str]:
        return set(map(str, canonical_quads(quads_of(sorted(statements)))))

    is_same = set(left) == set(right)  # mostly so, and told at once
    return is_same or (len(left) == len(right) and canonical(left) == canonical(right))


def subjects_of(statements: Iterable[str]) -> set[str]:
    """What statements are about: IRIs, and labels of blank nodes after ``_:``."""
    return {
        quad.subject.value if isinstance(quad.subject, ox.NamedNode) else str(quad.subject)
        for quad in quads_of(statements)
    }


def triples_of(statements: Iterable[str]) -> set[ox.Triple]:
    """The triples of statements, whatever their graphs."""
    return {quad.triple for quad in quads_of(statements)}


def quads_of(statements: Iterable[str]) -> list[ox.Quad]:
    """The quads that statements are, in the same order."""
    text = "".join(f"{statement} .\n" for statement in statements)
    with parsing(None):
        return list(ox.parse(text, ox.RdfFormat.N_QUADS))
