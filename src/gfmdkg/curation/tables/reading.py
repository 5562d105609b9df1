"""From rows to records: every cell that is filled becomes triples, every fault a finding."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pyoxigraph as ox

from gfmdkg.curation.tables.cells import Cell, CellFault, RowCells
from gfmdkg.curation.tables.columns import Column, RecordType
from gfmdkg.curation.tables.identity import class_of, derive, mint
from gfmdkg.curation.tables.layout import Layout, guess_type, read_headings, type_of_sheet
from gfmdkg.curation.tables.names import Names
from gfmdkg.curation.tables.record_types import RECORD_TYPES
from gfmdkg.curation.tables.source import TableSource
from gfmdkg.curation.tables.values import parse_cell
from gfmdkg.errors import DataError
from gfmdkg.namespaces import RDF, SKOS
from gfmdkg.terms.index import LabelEntry, TermIndex
from gfmdkg.terms.values import Term
from gfmdkg.validation.findings import Finding, Severity

__all__ = ["FINDINGS_KEPT", "Record", "Statement", "TableReader"]

FINDINGS_KEPT = 10_000
_PROGRESS_ROWS = 1_000
_TYPE = RDF + "type"
_NAMES = frozenset({SKOS + "prefLabel", SKOS + "altLabel"})
# The classes whose records some column can name.
_NAMED_TYPES = frozenset(t for known in RECORD_TYPES for c in known.columns for t in c.types)


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
    row: RowCells
    layout: Layout
    statements: tuple[Statement, ...]


@dataclass(slots=True, kw_only=True)
class TableReader:
    """Reads the tables of one file; findings fill while ``records`` runs.

    ``record_type`` says what a CSV file holds; without it the headings do. ``progress`` hears
    the number of rows read so far. After 10,000 findings the rest is not read, and a last one says
    so. With ``only_names`` the keys and names of records that others can refer to are read.
    """

    source: TableSource
    terms: TermIndex
    record_type: RecordType | None = None
    progress: Callable[[int], None] = lambda _rows: None
    only_names: bool = False
    findings: list[Finding] = field(default_factory=list)
    rows_read: int = 0
    _seen: dict[str, str] = field(default_factory=dict)
    _tables: int = 0

    def records(self) -> Iterator[Record]:
        """The records in the order of the file; rows at fault give what of them is sound.

        A row whose key is at fault gives nothing. Raises nothing for a file at fault: that
        is a finding too.
        """
        try:
            names = Names(self.terms, local=None if self.only_names else self._own_names)
            with self.source.sheets() as sheets:
                is_workbook = any(name is not None for name, _ in sheets)
                for name, rows in sheets:
                    yield from self._sheet(name, rows, names, alone=len(sheets) == 1)
                if is_workbook and not self._tables and not self.findings:
                    self._tell("no-table", "no sheet of the workbook holds a table")
        except DataError as error:
            self.findings += [Finding.from_fault(fault, code="syntax") for fault in error.faults]
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
            if len(self.findings) > FINDINGS_KEPT:
                return
            if row.is_empty or row.is_note:
                continue
            record = self._record(row, layout, names)
            if record is not None:
                yield record

    def _layout(self, name: str | None, rows: Iterator[RowCells], *, alone: bool) -> Layout | None:
        record_type = type_of_sheet(name) if name else self.record_type
        header = next((row for row in rows if not row.is_empty), None)
        if header is None:
            if alone:
                self._tell("no-table", "the table is empty", "begin with a template")
            return None
        if record_type is None and (alone or self.record_type is not None):
            record_type = self.record_type or guess_type(header.values)
            if record_type is None:
                remedy = "keep the headings of the template, or say what it is with --type"
                self._tell("no-table", "the headings are of no table, or of several", remedy)
                return None
        if record_type is None:
            cell = Cell(name, 1, 1, 1)
            message = f"the sheet “{name}” is named after no kind of record and was not read"
            remedy = "call it recommendations, citations, actors, instruments or sessions"
            self._tell("unknown-sheet", message, remedy, cell, severity=Severity.WARNING)
            return None
        self._tables += 1
        layout, faults = read_headings(record_type, header.values)
        for position, fault in faults:
            self._fault(fault, header.cell(position))
        is_complete = all(layout.position(key.name) is not None for key in record_type.keys)
        if self.only_names:
            is_complete = is_complete and not _NAMED_TYPES.isdisjoint(record_type.classes)
            columns = layout.columns.items()
            kept = {n: c for n, c in columns if c[0].key or c[0].predicate in _NAMES}
            layout = replace(layout, columns=kept)
        return layout if is_complete else None

    def _record(self, row: RowCells, layout: Layout, names: Names) -> Record | None:
        keys: dict[str, Term] = {}
        statements: list[Statement] = []
        for position, (column, language) in layout.columns.items():
            terms = self._terms(row, position, column, language, names)
            if column.key and len(terms) == 1:
                keys[column.name] = terms[0]
            if column.predicate:
                statements += [Statement(column.predicate, term, position) for term in terms]
        self._check_rest(row, layout)
        iri = self._identify(row, layout, keys)
        if iri is None:
            return None
        key = self._key_position(layout)
        given = {s.predicate for s in statements}
        statements += [
            Statement(p, v, self._home(layout, p, key))
            for p, v in derive(layout.record_type, keys)
            if p not in given
        ]
        first = Statement(_TYPE, ox.NamedNode(class_of(layout.record_type, iri)), key)
        return Record(iri, row, layout, (first, *statements))

    def _terms(
        self, row: RowCells, position: int, column: Column, language: str | None, names: Names
    ) -> list[Term]:
        value = row.values[position] if position < len(row.values) else ""
        if isinstance(value, str) and not value.strip():
            if column.key:
                fault = CellFault(
                    "missing-key",
                    f"“{column.name}” is empty, so the record has no name of its own",
                    remedy=column.note,
                    value="",
                )
                self._fault(fault, row.cell(position))
            return []
        terms, faults = parse_cell(value, column, language, names)
        for fault in faults:
            self._fault(fault, row.cell(position), column)
        return terms

    def _check_rest(self, row: RowCells, layout: Layout) -> None:
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
                self._fault(fault, row.cell(position))

    def _identify(self, row: RowCells, layout: Layout, keys: Mapping[str, Term]) -> str | None:
        if len(keys) < len(layout.record_type.keys):
            return None  # the fault is a finding already
        cell = row.cell(self._key_position(layout))
        try:
            iri = mint(layout.record_type, keys)
        except CellFault as fault:
            position = layout.position("number")
            if position is not None:
                cell = row.cell(position)
            self._fault(fault, cell)
            return None
        earlier = self._seen.setdefault(iri, cell.name)
        if earlier != cell.name:
            repeated = CellFault(
                "repeated-key",
                f"this is the same record as in {earlier}",
                remedy="join the two rows, or correct the key of one",
                value=iri,
            )
            self._fault(repeated, cell)
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

    def _own_names(self) -> TermIndex:
        """The names of the file's own records, for cells that refer to one another."""
        reader = replace(self, only_names=True, progress=lambda _: None, findings=[], _seen={})
        return TermIndex.from_entries(e for r in reader.records() for e in _names_of(r))

    # Findings

    def _fault(self, fault: CellFault, cell: Cell, column: Column | None = None) -> None:
        self._tell(
            fault.code,
            f"column “{column.name}”: {fault.message}" if column else fault.message,
            fault.remedy,
            cell,
            value=fault.value,
            path=column.predicate if column else None,
        )

    def _tell(
        self,
        code: str,
        message: str,
        remedy: str | None = None,
        cell: Cell | None = None,
        *,
        severity: Severity = Severity.VIOLATION,
        value: str | None = None,
        path: str | None = None,
    ) -> None:
        if len(self.findings) > FINDINGS_KEPT:
            return
        finding = Finding(
            severity=severity,
            code=code,
            message=message,
            remedy=remedy,
            file=self.source.file,
            line=cell.line if cell else None,
            cell=cell.name if cell else None,
            value=value,
            path=path,
        )
        if len(self.findings) == FINDINGS_KEPT:
            finding = replace(
                finding,
                severity=Severity.VIOLATION,
                code="too-many",
                message=f"more than {FINDINGS_KEPT} faults; the rest was not read",
                remedy="mend these first",
                value=None,
                path=None,
            )
        self.findings.append(finding)


def _names_of(record: Record) -> Iterator[LabelEntry]:
    """The titles and other names of a record; without any it is still known by its slug."""
    names = [s.value for s in record.statements if s.predicate in _NAMES]
    types = (class_of(record.layout.record_type, record.iri),)
    for name in names or [ox.Literal(record.iri.rpartition("/")[2])]:
        if isinstance(name, ox.Literal):
            yield LabelEntry(
                iri=record.iri, kind="pref", text=name.value, language=name.language, types=types
            )
