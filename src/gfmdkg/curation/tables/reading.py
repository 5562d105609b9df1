"""From rows to records: every cell that is filled becomes triples, every fault a finding."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyoxigraph as ox
from rapidfuzz import process

from gfmdkg.curation.tables.columns import (
    SHEETS,
    RecordType,
    TableColumn,
    find_record_type,
    record_types,
)
from gfmdkg.curation.tables.source import CellFault, CellValue, RowCells, is_blank, open_sheets
from gfmdkg.curation.tables.values import CellNames, ColumnValue, parse_cell
from gfmdkg.errors import DataError
from gfmdkg.namespaces import RDF, SKOS
from gfmdkg.rdf.values import Term
from gfmdkg.terms.index import NameFact, TermIndex
from gfmdkg.validation.findings import Finding, Severity

__all__ = ["FINDINGS_KEPT", "Layout", "Record", "Statement", "TableReader"]

FINDINGS_KEPT = 10_000
_PROGRESS_ROWS = 1_000
_ALIKE = 60
_TYPE = RDF + "type"
_NAMES = frozenset({SKOS + "prefLabel", SKOS + "altLabel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A table's record type, and its columns by position from 0, with their languages.

    ``headed`` are the positions that have a heading, be it one at fault.
    """

    record_type: RecordType
    columns: Mapping[int, TableColumn]
    headed: frozenset[int]

    def position_of(self, predicate: str) -> int | None:
        """Where the first column of a property stands."""
        found = (n for n, column in self.columns.items() if column.predicate == predicate)
        return next(found, None)

    @property
    def key_position(self) -> int:
        """Where the last of the key columns stands, which is where a record as a whole is shown."""
        last = self.record_type.keys[-1]
        return next(n for n, column in self.columns.items() if column.name == last.name)


@dataclass(frozen=True, slots=True)
class Statement:
    """One triple of a record; ``column`` is the position, from 0, of the cell it comes from."""

    predicate: str
    value: Term
    column: int


@dataclass(frozen=True, slots=True)
class Record:
    """What one row says; ``row`` tells its place alone. ``layout`` is that of its sheet."""

    iri: str
    row: RowCells
    layout: Layout
    statements: tuple[Statement, ...]


@dataclass(slots=True, kw_only=True)
class TableReader:
    """Reads the tables of one file; findings fill while ``records`` runs, and may be taken away.

    ``record_type`` says what a CSV file holds; without it the headings do. ``progress`` hears
    the number of rows read so far. After 10,000 findings the rest is not read, and a last one says
    so. With ``only_names`` the keys and names of records that others can refer to are read.
    """

    source: Path | bytes
    file: str | None
    terms: TermIndex
    record_type: RecordType | None = None
    progress: Callable[[int], None] = lambda _rows: None
    only_names: bool = False
    findings: list[Finding] = field(default_factory=list, init=False)
    _count: int = field(default=0, init=False)
    _rows_read: int = field(default=0, init=False)
    _tables: int = field(default=0, init=False)
    _seen: dict[str, str] = field(default_factory=dict, init=False)

    def records(self) -> Iterator[Record]:
        """The records in the order of the file; rows at fault give what of them is sound.

        A row whose key is at fault gives nothing. Raises nothing for a file at fault: that
        is a finding too.
        """
        try:
            names = CellNames(self.terms, local=None if self.only_names else self._own)
            with open_sheets(self.source, file=self.file) as sheets:
                for name, rows in sheets:
                    yield from self._sheet(name, rows, names, alone=len(sheets) == 1)
                is_workbook = any(name is not None for name, _ in sheets)
                if is_workbook and not self._tables and not self._count:
                    self._tell(CellFault("no-table", "no sheet of the workbook holds a table"))
        except DataError as error:
            self.findings += [Finding.from_fault(fault, code="syntax") for fault in error.faults]
        self.progress(self._rows_read)

    def _own(self) -> TermIndex:
        """The names of the file's own records, for cells that refer to one another."""
        reader = replace(self, only_names=True, progress=lambda _rows: None)
        return TermIndex.from_facts(f for r in reader.records() for f in _names_of(r))

    # Sheets and headings

    def _sheet(
        self, name: str | None, rows: Iterator[RowCells], names: CellNames, *, alone: bool
    ) -> Iterator[Record]:
        layout = self._layout(name, rows, alone=alone)
        if layout is None:
            return
        for row in rows:
            self._rows_read += 1
            if self._rows_read % _PROGRESS_ROWS == 0:
                self.progress(self._rows_read)
            if self._count > FINDINGS_KEPT:
                return
            if row.is_empty or row.is_note:
                continue
            record = self._record(row, layout, names)
            if record is not None:
                yield record

    def _layout(self, name: str | None, rows: Iterator[RowCells], *, alone: bool) -> Layout | None:
        """How the sheet is laid out; ``None`` for one that is not read."""
        header = next((row for row in rows if not row.is_empty), None)
        if header is None:
            if alone:
                fault = CellFault("no-table", "the table is empty", remedy="begin with a template")
                self._tell(fault)
            return None
        record_type = self._type_of(name, header.values, alone=alone)
        if record_type is None:
            return None
        self._tables += 1
        layout, faults = _read_headings(record_type, header.values)
        for position, fault in faults:
            self._tell(fault, header, position)
        is_complete = all(fault.code != "missing-column" for _, fault in faults)
        if self.only_names:
            named = {type_ for t in record_types() for c in t.columns for type_ in c.types}
            is_complete = is_complete and not named.isdisjoint(record_type.classes)
            columns = layout.columns.items()
            kept = {n: c for n, c in columns if c.key or c.predicate in _NAMES}
            layout = replace(layout, columns=kept)
        return layout if is_complete else None

    def _type_of(
        self, name: str | None, headings: Sequence[CellValue], *, alone: bool
    ) -> RecordType | None:
        """What a sheet holds: by its name, else as the caller says, else by its headings."""
        known = self.record_type if name is None else find_record_type(name) or self.record_type
        if known is not None:
            return known
        if alone:
            found = _guess_type(headings)
            if found is None:
                remedy = "keep the headings of the template, or say what it is with --type"
                message = "the headings are of no table, or of several"
                self._tell(CellFault("no-table", message, remedy=remedy))
            return found
        fault = CellFault(
            "unknown-sheet",
            f"the sheet “{name}” is named after no kind of record and was not read",
            remedy=f"call it {', '.join(SHEETS[:-1])} or {SHEETS[-1]}",
        )
        self._tell(fault, RowCells(1, 1, (), name), severity=Severity.WARNING)
        return None

    # Rows

    def _record(self, row: RowCells, layout: Layout, names: CellNames) -> Record | None:
        keys: dict[str, str] = {}
        statements: list[Statement] = []
        for position, column in layout.columns.items():
            terms = self._terms(row, position, column, names)
            if column.key and terms:
                keys[column.name] = terms[0].value
            if column.predicate:
                statements += [Statement(column.predicate, term, position) for term in terms]
        self._check_rest(row, layout)
        iri = self._identify(row, layout, keys)
        if iri is None:
            return None
        key = layout.key_position
        given = {s.predicate for s in statements}
        for predicate, value in layout.record_type.derive(keys).items():
            if predicate not in given:
                position_of = layout.position_of(predicate)
                statements.append(
                    Statement(predicate, value, key if position_of is None else position_of)
                )
        first = Statement(_TYPE, ox.NamedNode(layout.record_type.class_of(iri)), key)
        return Record(iri, replace(row, values=()), layout, (first, *statements))

    def _terms(
        self, row: RowCells, position: int, column: TableColumn, names: CellNames
    ) -> list[ColumnValue]:
        value = row.values[position] if position < len(row.values) else ""
        if is_blank(value):
            if column.key:
                fault = CellFault(
                    "missing-key",
                    f"“{column.name}” is empty, so the record has no name of its own",
                    remedy=column.note,
                    value="",
                )
                self._tell(fault, row, position)
            return []
        terms, faults = parse_cell(value, column, names)
        for fault in faults:
            self._tell(fault, row, position, column)
        return terms

    def _check_rest(self, row: RowCells, layout: Layout) -> None:
        """What stands outside the columns would be lost without a word."""
        for position, value in enumerate(row.values):
            if position not in layout.headed and not is_blank(value):
                fault = CellFault(
                    "stray-cell",
                    f"“{value}” stands in no column of the table",
                    remedy="remove it, or quote a cell that has the delimiter in its text",
                    value=str(value),
                )
                self._tell(fault, row, position)

    def _identify(self, row: RowCells, layout: Layout, keys: Mapping[str, str]) -> str | None:
        if len(keys) < len(layout.record_type.keys):
            return None  # the fault is a finding already
        position = layout.key_position
        try:
            iri = layout.record_type.mint(keys)
        except CellFault as fault:
            self._tell(fault, row, position)
            return None
        cell = row.cell(position)
        earlier = self._seen.setdefault(iri, cell)
        if earlier != cell:
            repeated = CellFault(
                "repeated-key",
                f"this is the same record as in {earlier}",
                remedy="join the two rows, or correct the key of one",
                value=iri,
            )
            self._tell(repeated, row, position)
            return None
        return iri

    def _tell(
        self,
        fault: CellFault,
        row: RowCells | None = None,
        position: int = 0,
        column: TableColumn | None = None,
        *,
        severity: Severity = Severity.VIOLATION,
    ) -> None:
        """Keep a fault as a finding; ``column`` is that of a value which is at fault."""
        self._count += 1
        if self._count > FINDINGS_KEPT:
            if self._count > FINDINGS_KEPT + 1:
                return
            message = f"more than {FINDINGS_KEPT} faults; the rest was not read"
            fault = CellFault("too-many", message, remedy="mend these first")
            column, severity = None, Severity.VIOLATION
        self.findings.append(
            Finding(
                severity=severity,
                code=fault.code,
                message=f"column “{column.name}”: {fault.message}" if column else fault.message,
                remedy=fault.remedy,
                file=self.file,
                line=row.line if row else None,
                cell=row.cell(position) if row else None,
                value=fault.value,
                path=column.predicate if column else None,
            )
        )


def _guess_type(headings: Sequence[CellValue]) -> RecordType | None:
    """The record type whose keys, and then most of the headings, are there, if it is one alone."""
    texts = [heading for heading in headings if isinstance(heading, str)]

    def score(kind: RecordType) -> tuple[bool, int]:
        found = {column.name for text in texts if (column := kind.find(text))}
        return all(key.name in found for key in kind.keys), len(found)

    best, second, *_ = sorted(record_types(), key=score, reverse=True)
    return best if score(best) > score(second) else None


def _read_headings(
    record_type: RecordType, headings: Sequence[CellValue]
) -> tuple[Layout, list[tuple[int, CellFault]]]:
    """The layout, and what is wrong with headings, by position from 0."""
    columns: dict[int, TableColumn] = {}
    faults: list[tuple[int, CellFault]] = []
    texts = {n: str(h).strip() for n, h in enumerate(headings) if not is_blank(h)}
    for position, heading in texts.items():
        found = record_type.find(heading)
        if found is None:
            faults.append((position, _unknown(record_type, heading)))
        elif found in columns.values():
            remedy = "keep one, with “ | ” between several values of a cell"
            message = f"the column “{heading}” is there twice"
            fault = CellFault("repeated-column", message, remedy=remedy, value=heading)
            faults.append((position, fault))
        else:
            columns[position] = found
    present = {column.name for column in columns.values()}
    for key in record_type.keys:
        if key.name not in present:
            sheet = record_type.sheet
            fault = CellFault(
                "missing-column",
                f"the column “{key.name}” is missing, which every table of {sheet} needs",
                remedy=f"begin with the template: gfmdkg table template {sheet}",
                value=key.name,
            )
            faults.append((0, fault))
    layout = Layout(record_type=record_type, columns=columns, headed=frozenset(texts))
    return layout, faults


def _unknown(record_type: RecordType, heading: str) -> CellFault:
    known = [h for column in record_type.columns for h in column.headings]
    nearest = [
        name for name, score, _ in process.extract(heading, known, limit=3) if score > _ALIKE
    ]
    offer = f"nearest: {', '.join(nearest)}" if nearest else f"known are {', '.join(known)}"
    message = f"a table of {record_type.sheet} has no column “{heading}”"
    return CellFault("unknown-column", message, remedy=offer, value=heading)


def _names_of(record: Record) -> Iterator[NameFact]:
    """The titles and other names of a record; without any it is still known by its slug."""
    names = [s.value for s in record.statements if s.predicate in _NAMES]
    for name in names or [ox.Literal(record.iri.rpartition("/")[2])]:
        if isinstance(name, ox.Literal):
            yield record.iri, "pref", name.value, name.language
            yield record.iri, "type", record.layout.record_type.class_of(record.iri), None
