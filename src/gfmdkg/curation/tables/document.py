"""A table as triples, each of which knows its cell."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from gfmdkg.curation.tables.cells import Cell
from gfmdkg.curation.tables.columns import RecordType
from gfmdkg.curation.tables.layout import Layout
from gfmdkg.curation.tables.reading import Record, TableReader
from gfmdkg.curation.tables.record_types import record_type as find_type
from gfmdkg.curation.tables.source import TableSource
from gfmdkg.formats.turtle_writer import Triple, write_turtle
from gfmdkg.namespaces import RDF, graph_iri
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.values import Iri, to_sparql
from gfmdkg.validation import SourceFile
from gfmdkg.validation.findings import Finding, Report

_TYPE = RDF + "type"

__all__ = ["TableDocument", "read_table"]


@dataclass(slots=True, kw_only=True)
class TableDocument:
    """What a table says, and where.

    ``file`` names it in findings, ``triples`` are in the order of its cells and ``findings``
    are the faults of the cells themselves.
    """

    file: str
    triples: tuple[Triple, ...]
    findings: tuple[Finding, ...]
    records: int
    _rows: "array[int]" = field(default_factory=lambda: array("L"))
    _lines: "array[int]" = field(default_factory=lambda: array("L"))
    _columns: "array[int]" = field(default_factory=lambda: array("H"))
    _sheets: "array[int]" = field(default_factory=lambda: array("H"))
    _layouts: list[tuple[str | None, Layout]] = field(default_factory=list)
    _layout_of: dict[str, Layout] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The triples as N-Triples, one a line: line n is the triple whose cell is ``cell(n)``.

        N-Triples is Turtle, so whatever finds places in Turtle finds the cells.
        """
        return "".join(
            f"{to_sparql(s)} {to_sparql(p)} {to_sparql(o)} .\n" for s, p, o in self.triples
        )

    def turtle(self) -> str:
        """The triples as canonical Turtle."""
        return write_turtle(self.triples, from_store=True)

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
        layout = self._layout_of.get(subject)
        if layout is None:
            return False
        return predicate == _TYPE or any(
            column.predicate == predicate and tag == language
            for column, tag in layout.columns.values()
        )

    def source(self) -> SourceFile:
        """The document as what a validator takes; ``relocate`` its report afterwards."""
        return SourceFile(
            path=self.file,
            text=self.text,
            graph=graph_iri(quote(self.file)),
            media_type="application/n-triples",
        )

    def relocate(self, report: Report) -> Report:
        """The report with the findings on ``text`` moved to the cells, and those of the cells.

        A value that is missing is shown in the empty cell that it is missing from, where the
        table has a column for it; where the cell is at fault itself, that is told alone.
        """
        at_fault = {f.cell for f in self.findings}
        moved = [self._moved(f) if f.file == self.file and f.line else f for f in report.findings]
        kept = [f for f in moved if f.file != self.file or f.cell not in at_fault]
        whole = Report.of([*kept, *self.findings], mode=report.mode, reason=report.reason)
        # The text that was validated is not what the curator sees.
        shown = {name: text for name, text in report.sources.items() if name != self.file}
        return whole.with_sources(shown)

    def _moved(self, finding: Finding) -> Finding:
        assert finding.line is not None  # noqa: S101 - the caller has looked
        cell = self.cell(finding.line)
        column = self._missing_from(finding)
        if column is not None:
            cell = replace(cell, column=column + 1)
        return replace(
            finding,
            line=cell.line,
            cell=cell.name,
            column=None,
            end_line=None,
            end_column=None,
            fix=None,
            fixable=False,
        )

    def _missing_from(self, finding: Finding) -> int | None:
        assert finding.line is not None  # noqa: S101 - the caller has looked
        subject, predicate, _ = self.triples[finding.line - 1]
        is_elsewhere = predicate.value == finding.path
        if finding.path is None or is_elsewhere or finding.focus_node != _text(subject):
            return None
        return self._layouts[self._sheets[finding.line - 1]][1].position_of(finding.path)


def _text(term: object) -> str:
    return term.value if isinstance(term, Iri) else ""


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
    tables = TableSource(source, file=file)
    reader = TableReader(
        source=tables,
        terms=terms,
        record_type=find_type(record_type) if record_type else None,
        progress=progress,
    )
    document = TableDocument(file=tables.file or "table", triples=(), findings=(), records=0)
    document.triples = tuple(_collect(reader.records(), document))
    document.findings = tuple(reader.findings)
    return document


def _collect(records: Iterable[Record], document: TableDocument) -> Iterator[Triple]:
    sheets: dict[int, int] = {}
    shared: dict[str, Iri] = {}
    for record in records:
        document.records += 1
        sheet = sheets.get(id(record.layout))
        if sheet is None:
            sheet = sheets[id(record.layout)] = len(document._layouts)  # noqa: SLF001
            document._layouts.append((record.sheet, record.layout))  # noqa: SLF001
        subject = Iri(record.iri)
        document._layout_of[record.iri] = record.layout  # noqa: SLF001
        for statement in record.statements:
            document._rows.append(record.row)  # noqa: SLF001
            document._lines.append(record.line)  # noqa: SLF001
            document._columns.append(statement.column)  # noqa: SLF001
            document._sheets.append(sheet)  # noqa: SLF001
            predicate = shared.setdefault(statement.predicate, Iri(statement.predicate))
            yield subject, predicate, statement.value
