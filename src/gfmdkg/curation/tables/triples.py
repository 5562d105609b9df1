"""A table as triples, each of which knows its cell, and what they would change."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from gfmdkg.build.sources import MADE_BY_BUILD
from gfmdkg.curation.tables.columns import record_type as find_type
from gfmdkg.curation.tables.reading import Layout, Record, Statement, TableReader
from gfmdkg.namespaces import RDF, graph_iri
from gfmdkg.rdf.turtle import TurtleBlocks
from gfmdkg.rdf.values import Term
from gfmdkg.store.patches import Patch, graph_of, normalise, quads_of
from gfmdkg.store.rdf_store import OxigraphStore
from gfmdkg.terms.index import TermIndex
from gfmdkg.validation.findings import Finding

if TYPE_CHECKING:
    from gfmdkg.validation.positions import PositionedGraph

__all__ = [
    "Conversion",
    "TableDocument",
    "convert_table",
    "read_chunks",
    "read_table",
    "table_changes",
]

_TYPE = ox.NamedNode(RDF + "type")
_IRI = re.compile("<([^<>]*)>")


@dataclass(kw_only=True)
class TableDocument:
    """What a table says, and where.

    ``file`` names it in findings, and ``findings`` are the faults of the cells themselves. It
    may be a chunk of a table, with some of the records.
    """

    file: str
    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def _places(self) -> list[tuple[Record, Statement]]:
        return [(record, said) for record in self.records for said in record.statements]

    @property
    def triples(self) -> list[tuple[ox.NamedNode, ox.NamedNode, Term]]:
        """The triples, in the order of the cells."""
        return [
            (ox.NamedNode(record.iri), ox.NamedNode(said.predicate), said.value)
            for record, said in self._places
        ]

    @property
    def text(self) -> str:
        """The triples as N-Triples, one a line.

        N-Triples is Turtle, so whatever finds places in Turtle finds the cells.
        """
        return "".join(f"{s} {p} {o} .\n" for s, p, o in self.triples)

    @property
    def graph(self) -> str:
        """The IRI of the named graph that its triples are tried in."""
        return graph_iri(quote(self.file))

    def positioned(self) -> "PositionedGraph":
        """``text`` as a graph that knows the places."""
        # rdflib takes 0.2 s to import, and a table can be turned into Turtle without it.
        from gfmdkg.validation.documents import read_document

        return read_document(
            self.text, media_type="application/n-triples", base_iri=self.graph, file=self.file
        )

    def relocated(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with those on ``text`` moved to the cells.

        A value that is missing is shown in the empty cell that it is missing from, where the
        table has a column for it; what concerns a cell that is at fault itself is left out.
        """
        at_fault, places = {f.cell for f in self.findings}, self._places
        moved = [
            self._moved(f, *places[f.line - 1]) if f.file == self.file and f.line else f
            for f in findings
        ]
        return [f for f in moved if f.file != self.file or f.cell not in at_fault]

    @staticmethod
    def _moved(finding: Finding, record: Record, said: Statement) -> Finding:
        position = said.column
        if finding.path not in (None, said.predicate) and finding.focus_node == record.iri:
            # Of a path of several properties, the first that has a column.
            path = finding.terms and finding.terms.path
            properties = _IRI.findall(path) if path else [finding.path]
            empty = (record.layout.position_of(each) for each in properties)
            position = next((each for each in empty if each is not None), position)
        column = record.layout.columns.get(position)
        prefix = f"column “{column.heading}”: " if column else ""
        return replace(
            finding,
            message=prefix + finding.message,
            line=record.row.line,
            cell=record.row.cell(position),
            column=None,
            end_line=None,
            end_column=None,
            fix=None,
            fixable=False,
        )


def read_table(
    source: Path | bytes,
    terms: TermIndex,
    *,
    file: str | None = None,
    record_type: str | None = None,
) -> TableDocument:
    """Read a CSV or XLSX file as ``read_chunks`` does, in one."""
    (document,) = read_chunks(source, terms, size=None, file=file, record_type=record_type)
    return document


def read_chunks(
    source: Path | bytes,
    terms: TermIndex,
    *,
    size: int | None = 1_000,
    file: str | None = None,
    record_type: str | None = None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Iterator[TableDocument]:
    """Read a CSV or XLSX file against the names of the graph, ``size`` records at a time.

    ``record_type`` names what a CSV file holds where its headings leave that open. Faults of
    the file and of its cells are findings, all of them; nothing is raised for them. There is
    at least one document; each has the faults of its own rows, and the last those of the rest.
    Raises ``NotFound`` for a record type that there is not.
    """
    if file is None and isinstance(source, Path):
        file = source.as_posix()
    reader = TableReader(
        source=source,
        file=file,
        terms=terms,
        record_type=find_type(record_type) if record_type else None,
        progress=progress,
    )
    name = file or "table"
    document = TableDocument(file=name)
    for record in reader.records():
        if len(document.records) == size:
            yield document
            document = TableDocument(file=name)
        document.records.append(record)
        document.findings += reader.findings
        reader.findings.clear()
    document.findings += reader.findings
    yield document


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The canonical Turtle of a table, with its records, triples and faults of cells."""

    turtle: str
    records: int
    triples: int
    findings: tuple[Finding, ...]


def convert_table(chunks: Iterable[TableDocument]) -> Conversion:
    """Turn a table into Turtle.

    Memory grows with the Turtle alone. What is sound is written even where there are findings.
    """
    blocks = TurtleBlocks()
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    triples = 0
    for chunk in chunks:
        findings += chunk.findings
        for record in chunk.records:
            properties: dict[ox.NamedNode, dict[Term, None]] = {}
            for said in record.statements:
                properties.setdefault(ox.NamedNode(said.predicate), {})[said.value] = None
            texts[record.iri] = blocks.block(ox.NamedNode(record.iri), properties)
            triples += sum(map(len, properties.values()))
    turtle = "\n".join([blocks.header(), *(texts[record] for record in sorted(texts))])
    return Conversion(turtle=turtle, records=len(texts), triples=triples, findings=tuple(findings))


def table_changes(document: TableDocument, published: OxigraphStore, *, graph: str) -> Patch:
    """The difference between a table and the named graphs of a store.

    A row stands for the whole record as far as the table has columns: what the graph says
    there and the row does not is removed. Records that the table does not list, properties
    without a column, and languages that the table has no column for stay as they are. What a
    record gains is added where its class is stated, and to ``graph`` for one that is new.

    Only the records of the document are looked up, so a chunk of a table costs no more than
    it has records. Ask only for a document without findings: a cell at fault would count as an
    empty one.
    """
    layouts = {ox.NamedNode(record.iri): record.layout for record in document.records}
    given = quads_of(normalise(ox.Quad(s, p, o) for s, p, o in document.triples))
    added: list[ox.Quad] = []
    removed: list[ox.Quad] = []
    for record, quads in groupby(given, key=lambda quad: quad.subject):
        wanted = {(said.predicate, said.object) for said in quads}
        about = [q for q in published.quads_about(record.value) if graph_of(q)]
        present = {(said.predicate, said.object) for said in about}
        home = ox.NamedNode(_home(about) or graph)
        added += (ox.Quad(record, *fact, home) for fact in wanted - present)
        layout = layouts[record]
        if any((_TYPE, ox.NamedNode(name)) in present for name in layout.record_type.classes):
            removed += (
                said
                for said in about
                if graph_of(said) not in MADE_BY_BUILD
                and (said.predicate, said.object) not in wanted
                and _has_column(layout, said)
            )
    return Patch.of(map(str, added), map(str, removed))


def _has_column(layout: Layout, said: ox.Quad) -> bool:
    """Whether a table has a place for what is said of a record."""
    language = said.object.language if isinstance(said.object, ox.Literal) else None
    return said.predicate == _TYPE or any(
        column.predicate == said.predicate.value and column.language == language
        for column in layout.columns.values()
    )


def _home(about: Iterable[ox.Quad]) -> str | None:
    """The graph that says what a record is, else the one that says most of it."""
    graphs: Counter[str] = Counter()
    for said in about:
        if graph_of(said) not in MADE_BY_BUILD:
            graphs[graph_of(said)] += 1000 if said.predicate == _TYPE else 1
    return min(graphs, key=lambda name: (-graphs[name], name)) if graphs else None
