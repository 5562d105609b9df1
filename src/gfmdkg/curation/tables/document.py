"""A table as triples, each of which knows its cell."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from gfmdkg.curation.tables.cells import Cell
from gfmdkg.curation.tables.columns import RecordType
from gfmdkg.curation.tables.layout import Layout
from gfmdkg.curation.tables.reading import Record, TableReader
from gfmdkg.curation.tables.record_types import record_type as find_type
from gfmdkg.curation.tables.source import TableSource
from gfmdkg.formats.turtle_writer import TurtleBlocks
from gfmdkg.namespaces import RDF, graph_iri
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import Term, Triple
from gfmdkg.validation.findings import Finding

if TYPE_CHECKING:
    from gfmdkg.validation.positions import PositionedGraph

_TYPE = RDF + "type"

__all__ = ["Conversion", "TableDocument", "convert_table", "read_pieces", "read_table"]

_RECORDS_AT_ONCE = 1_000


@dataclass(slots=True, kw_only=True)
class TableDocument:
    """What a table says, and where.

    ``file`` names it in findings, ``triples`` are in the order of its cells and ``findings``
    are the faults of the cells themselves. It may be a piece of a table, with some of the
    records.
    """

    file: str
    triples: list[Triple] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()
    records: int = 0
    _rows: "array[int]" = field(default_factory=lambda: array("L"))
    _lines: "array[int]" = field(default_factory=lambda: array("L"))
    _columns: "array[int]" = field(default_factory=lambda: array("H"))
    _sheets: "array[int]" = field(default_factory=lambda: array("H"))
    _layouts: list[tuple[str | None, Layout]] = field(default_factory=list)
    _layout_of: dict[str, Layout] | None = None

    @property
    def text(self) -> str:
        """The triples as N-Triples, one a line: line n is the triple whose cell is ``cell(n)``.

        N-Triples is Turtle, so whatever finds places in Turtle finds the cells.
        """
        return "".join(f"{s} {p} {o} .\n" for s, p, o in self.triples)

    def cell(self, line: int) -> Cell:
        """The cell that the triple on this line of ``text`` comes from; lines count from 1."""
        n = line - 1
        sheet = self._layouts[self._sheets[n]][0]
        return Cell(sheet, self._rows[n], self._columns[n] + 1, self._lines[n])

    @property
    def record_types(self) -> tuple[RecordType, ...]:
        """The record types of its tables."""
        return tuple(layout.record_type for _, layout in self._layouts)

    def covers(self, subject: str, predicate: str, language: str | None) -> bool:
        """Whether it lists this record in a table with a column for this property."""
        if self._layout_of is None:
            sheets = zip(self.triples, self._sheets, strict=True)
            self._layout_of = {_text(triple[0]): self._layouts[n][1] for triple, n in sheets}
        layout = self._layout_of.get(subject)
        if layout is None:
            return False
        return predicate == _TYPE or any(
            column.predicate == predicate and tag == language
            for column, tag in layout.columns.values()
        )

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

    def add(self, record: Record) -> None:
        """Take one more record of the table."""
        if not self._layouts or self._layouts[-1][1] is not record.layout:
            self._layouts.append((record.row.sheet, record.layout))
        sheet = len(self._layouts) - 1
        subject = ox.NamedNode(record.iri)
        self.records += 1
        for statement in record.statements:
            self._rows.append(record.row.number)
            self._lines.append(record.row.line)
            self._columns.append(statement.column)
            self._sheets.append(sheet)
            self.triples.append((subject, _predicate(statement.predicate), statement.value))

    def relocated(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with those on ``text`` moved to the cells.

        A value that is missing is shown in the empty cell that it is missing from, where the
        table has a column for it; what concerns a cell that is at fault itself is left out.
        """
        at_fault = {f.cell for f in self.findings}
        moved = [self._moved(f) if f.file == self.file and f.line else f for f in findings]
        return [f for f in moved if f.file != self.file or f.cell not in at_fault]

    def _moved(self, finding: Finding) -> Finding:
        assert finding.line is not None  # noqa: S101 - the caller has looked
        cell = self.cell(finding.line)
        column = self._missing_from(finding)
        if column is not None:
            cell = replace(cell, column=column + 1)
        heading = self._heading(finding.line, cell.column)
        return replace(
            finding,
            message=f"column “{heading}”: {finding.message}" if heading else finding.message,
            line=cell.line,
            cell=cell.name,
            column=None,
            end_line=None,
            end_column=None,
            fix=None,
            fixable=False,
        )

    def _heading(self, line: int, position: int) -> str | None:
        layout = self._layouts[self._sheets[line - 1]][1]
        column, language = layout.columns.get(position - 1, (None, None))
        return None if column is None else column.heading(language)

    def _missing_from(self, finding: Finding) -> int | None:
        assert finding.line is not None  # noqa: S101 - the caller has looked
        subject, predicate, _ = self.triples[finding.line - 1]
        is_elsewhere = predicate.value == finding.path
        if finding.path is None or is_elsewhere or finding.focus_node != _text(subject):
            return None
        return self._layouts[self._sheets[finding.line - 1]][1].position_of(finding.path)


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


@cache
def _predicate(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def read_table(
    source: Path | bytes,
    terms: TermIndex,
    *,
    file: str | None = None,
    record_type: str | None = None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> TableDocument:
    """Read a CSV or XLSX file against the names of the graph.

    ``record_type`` names what a CSV file holds where its headings leave that open. Faults of
    the file and of its cells are findings of the document, all of them; nothing is raised for
    them. Raises ``NotFound`` for a record type that there is not.
    """
    (document,) = read_pieces(
        source, terms, size=None, file=file, record_type=record_type, progress=progress
    )
    return document


def read_pieces(
    source: Path | bytes,
    terms: TermIndex,
    *,
    size: int | None,
    file: str | None = None,
    record_type: str | None = None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Iterator[TableDocument]:
    """Read a file as ``read_table`` does, in documents of so many records at most.

    There is at least one; each has the faults of its own rows, and the last those of the rest.
    """
    tables = TableSource(source, file=file)
    reader = TableReader(
        source=tables,
        terms=terms,
        record_type=find_type(record_type) if record_type else None,
        progress=progress,
    )
    name = tables.file or "table"
    document = TableDocument(file=name)
    told = heard = 0
    for record in reader.records():
        if document.records == size:
            document.findings = tuple(reader.findings[told:heard])
            told = heard
            yield document
            document = TableDocument(file=name)
        document.add(record)
        heard = len(reader.findings)
    document.findings = tuple(reader.findings[told:])
    yield document


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The canonical Turtle of a table, with its records, triples and faults of cells."""

    turtle: str
    records: int
    triples: int
    findings: tuple[Finding, ...]


def convert_table(
    source: Path | bytes,
    terms: TermIndex,
    *,
    file: str | None = None,
    record_type: str | None = None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Conversion:
    """Turn a table into Turtle; the arguments are those of ``read_table``.

    Memory grows with the Turtle alone. What is sound is written even where there are findings.
    """
    blocks = TurtleBlocks(from_store=True)
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    triples = 0
    for piece in read_pieces(
        source,
        terms,
        size=_RECORDS_AT_ONCE,
        file=file,
        record_type=record_type,
        progress=progress,
    ):
        findings += piece.findings
        for record, group in groupby(piece.triples, key=lambda triple: _text(triple[0])):
            properties: dict[ox.NamedNode, list[Term]] = {}
            for _, predicate, value in dict.fromkeys(group):
                properties.setdefault(predicate, []).append(value)
            texts[record] = blocks.block(ox.NamedNode(record), properties)
            triples += sum(map(len, properties.values()))
    turtle = "\n".join([blocks.header(), *(texts[record] for record in sorted(texts))])
    return Conversion(turtle=turtle, records=len(texts), triples=triples, findings=tuple(findings))
