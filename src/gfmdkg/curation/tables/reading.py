"""From rows to records: every cell that is filled becomes triples, every fault a finding."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from gfmdkg.curation.tables.cells import Cell, CellValue, RowCells
from gfmdkg.curation.tables.columns import Column, RecordType
from gfmdkg.curation.tables.faults import CellFault
from gfmdkg.curation.tables.identity import class_of, derive, mint
from gfmdkg.curation.tables.layout import Layout, guess_type, read_headings, type_of_sheet
from gfmdkg.curation.tables.local_names import can_be_named, names_of_row
from gfmdkg.curation.tables.names import Names
from gfmdkg.curation.tables.sink import FindingSink
from gfmdkg.curation.tables.source import TableSource
from gfmdkg.curation.tables.values import parse_cell
from gfmdkg.errors import DataError
from gfmdkg.namespaces import RDF
from gfmdkg.terms.index import LabelEntry, TermIndex
from gfmdkg.terms.values import Iri, Term
from gfmdkg.validation.findings import Finding, Severity

__all__ = ["Record", "Statement", "TableReader"]

_PROGRESS_ROWS = 1_000
_TYPE = RDF + "type"


@dataclass(frozen=True, slots=True)
class Statement:
    """One triple of a record; ``column`` is the position, from 0, of the cell it comes from."""

    predicate: str
    value: Term
    column: int


@dataclass(frozen=True, slots=True)
class Record:
    """What one row says. ``layout`` is that of its sheet."""

    iri: str
    sheet: str | None
    row: int
    line: int
    layout: Layout
    statements: tuple[Statement, ...]

    def cell(self, column: int) -> Cell:
        """The place of the cell at this position, from 0."""
        return Cell(self.sheet, self.row, column + 1, self.line)


@dataclass(slots=True, kw_only=True)
class TableReader:
    """Reads the tables of one file; findings fill while ``records`` runs.

    ``record_type`` says what a CSV file holds; without it the headings do. ``progress`` hears
    the number of rows read so far. After so many findings as a sink keeps the rest is not read, and
    a last finding says so.
    """

    source: TableSource
    terms: TermIndex
    record_type: RecordType | None = None
    progress: Callable[[int], None] = lambda _rows: None
    rows_read: int = 0
    _seen: dict[str, str] = field(default_factory=dict)
    _tables: int = 0
    _sink: FindingSink = field(init=False)

    def __post_init__(self) -> None:
        self._sink = FindingSink(self.source.file)

    @property
    def findings(self) -> list[Finding]:
        """What is wrong so far."""
        return self._sink.findings

    def records(self) -> Iterator[Record]:
        """The records in the order of the file; rows at fault give what of them is sound.

        A row whose key is at fault gives nothing. Raises nothing for a file at fault: that
        is a finding too.
        """
        try:
            with (
                closing(Names(self.terms, local=self._index_file)) as names,
                self.source.sheets() as sheets,
            ):
                is_workbook = any(name is not None for name, _ in sheets)
                for name, rows in sheets:
                    yield from self._sheet(name, rows, names, alone=len(sheets) == 1)
                if is_workbook and not self._tables and not self.findings:
                    self._sink.whole_file("no sheet of the workbook holds a table")
        except DataError as error:
            self._sink.findings += [
                Finding.from_fault(fault, code="syntax") for fault in error.faults
            ]
        self.progress(self.rows_read)

    # Sheets and rows

    def _sheet(
        self, name: str | None, rows: Iterator[RowCells], names: Names, *, alone: bool
    ) -> Iterator[Record]:
        layout = self._layout(name, rows, alone=alone)
        if layout is None:
            return
        for row in rows:
            self.rows_read += 1
            if self.rows_read % _PROGRESS_ROWS == 0:
                self.progress(self.rows_read)
            if self._sink.is_full:
                return
            if row.is_empty or row.is_note:
                continue
            record = self._record(name, row, layout, names)
            if record is not None:
                yield record

    def _layout(self, name: str | None, rows: Iterator[RowCells], *, alone: bool) -> Layout | None:
        record_type = type_of_sheet(name) if name else self.record_type
        header = next((row for row in rows if not row.is_empty), None)
        if header is None:
            if alone:
                self._sink.whole_file("the table is empty", "begin with a template")
            return None
        if record_type is None and (alone or self.record_type is not None):
            record_type = self.record_type or guess_type(header.values)
            if record_type is None:
                remedy = "keep the headings of the template, or say what it is with --type"
                self._sink.whole_file("the headings are of no table, or of several", remedy)
                return None
        if record_type is None:
            cell = Cell(name, 1, 1, 1)
            message = f"the sheet “{name}” is named after no kind of record and was not read"
            remedy = "call it recommendations, citations, actors, instruments or sessions"
            self._sink.add(Severity.WARNING, "unknown-sheet", message, remedy, cell)
            return None
        self._tables += 1
        layout, faults = read_headings(record_type, header.values)
        for position, fault in faults:
            self._sink.fault(fault, Cell(name, header.number, position + 1, header.line))
        is_complete = all(layout.position(key.name) is not None for key in record_type.keys)
        return layout if is_complete else None

    def _record(
        self, sheet: str | None, row: RowCells, layout: Layout, names: Names
    ) -> Record | None:
        keys: dict[str, Term] = {}
        statements: list[Statement] = []
        for position, (column, language) in layout.columns.items():
            value = row.values[position] if position < len(row.values) else ""
            terms = self._terms(value, column, language, names, sheet, row, position)
            if column.key and len(terms) == 1:
                keys[column.name] = terms[0]
            if column.predicate:
                statements += [Statement(column.predicate, term, position) for term in terms]
        self._check_rest(sheet, row, layout)
        iri = self._identify(sheet, row, layout, keys)
        if iri is None:
            return None
        key = self._key_position(layout)
        given = {s.predicate for s in statements}
        statements += [
            Statement(p, v, self._home(layout, p, key))
            for p, v in derive(layout.record_type, keys)
            if p not in given
        ]
        first = Statement(_TYPE, Iri(class_of(layout.record_type, iri)), key)
        return Record(iri, sheet, row.number, row.line, layout, (first, *statements))

    def _terms(
        self,
        value: CellValue,
        column: Column,
        language: str | None,
        names: Names,
        sheet: str | None,
        row: RowCells,
        position: int,
    ) -> list[Term]:
        if isinstance(value, str) and not value.strip():
            if column.key:
                fault = CellFault(
                    "missing-key",
                    f"“{column.name}” is empty, so the record has no name of its own",
                    remedy=column.note,
                    value="",
                )
                self._sink.fault(fault, Cell(sheet, row.number, position + 1, row.line))
            return []
        terms, faults = parse_cell(value, column, language, names)
        for fault in faults:
            self._sink.fault(fault, Cell(sheet, row.number, position + 1, row.line), column)
        return terms

    def _check_rest(self, sheet: str | None, row: RowCells, layout: Layout) -> None:
        """What stands outside the columns would be lost without a word."""
        for position, value in enumerate(row.values):
            is_empty = isinstance(value, str) and not value.strip()
            if position not in layout.headed and not is_empty:
                fault = CellFault(
                    "stray-cell",
                    f"“{value}” stands in no column of the table",
                    remedy="remove it, or quote a cell that has the delimiter in its text",
                    value=str(value),
                )
                self._sink.fault(fault, Cell(sheet, row.number, position + 1, row.line))

    def _identify(
        self, sheet: str | None, row: RowCells, layout: Layout, keys: Mapping[str, Term]
    ) -> str | None:
        if len(keys) < len(layout.record_type.keys):
            return None  # the fault is a finding already
        cell = Cell(sheet, row.number, self._key_position(layout) + 1, row.line)
        try:
            iri = mint(layout.record_type, keys)
        except CellFault as fault:
            position = layout.position("number")
            if position is not None:
                cell = Cell(sheet, row.number, position + 1, row.line)
            self._sink.fault(fault, cell)
            return None
        earlier = self._seen.setdefault(iri, cell.name)
        if earlier != cell.name:
            repeated = CellFault(
                "repeated-key",
                f"this is the same record as in {earlier}",
                remedy="join the two rows, or correct the key of one",
                value=iri,
            )
            self._sink.fault(repeated, cell)
            return None
        return iri

    @staticmethod
    def _key_position(layout: Layout) -> int:
        position = layout.position(layout.record_type.keys[-1].name)
        assert position is not None  # noqa: S101 - a layout without keys is not read
        return position

    @staticmethod
    def _home(layout: Layout, predicate: str, otherwise: int) -> int:
        position = layout.position_of(predicate)
        return otherwise if position is None else position

    # The records of the file itself

    def _index_file(self) -> TermIndex:
        """The names of the file's own records, for cells that refer to one another."""
        return TermIndex.from_entries(self._entries())

    def _entries(self) -> Iterator[LabelEntry]:
        scout = TableReader(source=self.source, terms=self.terms, record_type=self.record_type)
        names = Names(self.terms)
        with self.source.sheets() as sheets:
            for name, rows in sheets:
                layout = scout._layout(name, rows, alone=len(sheets) == 1)
                is_named = layout is not None and can_be_named(layout.record_type)
                for row in rows if is_named else ():
                    if not row.is_empty and not row.is_note:
                        yield from names_of_row(row, layout, names)
