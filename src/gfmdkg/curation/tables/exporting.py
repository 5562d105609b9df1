"""Templates, and records of the graph as rows that change nothing when they are imported again.

Both are written as CSV or XLSX. A workbook has drop-downs, notes, and keys that are not changed
by accident.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import pyoxigraph as ox

from gfmdkg.curation.tables.columns import RecordType, TableColumn, ValueKind
from gfmdkg.curation.tables.source import CellFault, cell_name
from gfmdkg.curation.tables.values import CellNames, parse_cell, render_cell
from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import RDF, SCHEME_BASE, compact
from gfmdkg.rdf.query_text import packaged_query
from gfmdkg.rdf.solutions import Solutions
from gfmdkg.rdf.spreadsheet import encode_text, guard_text
from gfmdkg.rdf.values import Term
from gfmdkg.terms.index import TermIndex

__all__ = [
    "ExportedTable",
    "export_table",
    "write_csv",
    "write_csv_table",
    "write_template",
    "write_xlsx_tables",
]

_TYPE = RDF + "type"
_Properties = dict[str, list[Term]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTable:
    """The rows of a table below its columns, which have a language where their texts do.

    ``left_out`` says what has no place in it.
    """

    record_type: RecordType
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """The first row."""
        return tuple(column.heading for column in self.columns)


def export_table(
    record_type: RecordType, select: Callable[[str], Solutions], terms: TermIndex
) -> ExportedTable:
    """All records of a type; ``select`` answers SPARQL.

    What the import would fill in by itself is left empty. A value that no cell can hold, or a
    property without a column, is not dropped in silence: it is in ``left_out``.
    """
    query = packaged_query("gfmdkg.curation.tables", "records.rq")
    records: dict[str, _Properties] = {}
    for record, predicate, value in select(
        query.fill(**{"class": map(ox.NamedNode, record_type.classes)})
    ).rows:
        if (
            isinstance(record, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and value is not None
        ):
            records.setdefault(record.value, {}).setdefault(predicate.value, []).append(value)
    columns = tuple(_columns(record_type, records.values()))
    names = CellNames(terms)
    rows: list[tuple[str, ...]] = []
    left_out: list[str] = []
    for iri, properties in sorted(records.items()):
        try:
            keys = _keys(record_type, iri, properties)
        except ValueError as error:
            left_out.append(f"<{iri}>: {error}")
            continue
        rest = {predicate: list(values) for predicate, values in properties.items()}
        _take(rest, _TYPE, [ox.NamedNode(record_type.class_of(iri))])
        derived = record_type.derive(keys)
        rows.append(
            tuple(
                _cell(rest, column, derived.get(column.predicate), names)
                if column.predicate
                else keys[column.name]
                for column in columns
            )
        )
        left_out += (
            f"<{iri}> {compact(predicate)} “{_text(value)}”: there is no column for it"
            for predicate, values in rest.items()
            for value in values
        )
    return ExportedTable(
        record_type=record_type, columns=columns, rows=tuple(rows), left_out=tuple(left_out)
    )


def _columns(record_type: RecordType, records: Iterable[_Properties]) -> Iterator[TableColumn]:
    """The columns of the template, with one more for each other language that is in use."""
    used: dict[str | None, set[str]] = {}
    for properties in records:
        for predicate, values in properties.items():
            tags = {v.language for v in values if isinstance(v, ox.Literal) and v.language}
            used.setdefault(predicate, set()).update(tags)
    for column in record_type.columns:
        more = used.get(column.predicate, set()) - set(column.languages)
        yield from column.spread(sorted(more))


def _keys(record_type: RecordType, iri: str, properties: _Properties) -> dict[str, str]:
    """The values of the key columns. Raises ``ValueError`` where the IRI does not follow."""
    keys: dict[str, str] = {}
    for column in record_type.keys:
        values = [record_type.slug_key(iri)]
        if column.predicate is not None:
            values = list(map(_text, properties.get(column.predicate, ())))
        if len(values) != 1:
            raise ValueError(f"it has not one “{column.name}”")
        (keys[column.name],) = values
    try:
        minted = record_type.mint(keys)
    except CellFault as fault:
        minted = str(fault)
    if minted != iri:
        raise ValueError("its IRI does not follow from its key columns")
    return keys


def _cell(rest: _Properties, column: TableColumn, derived: Term | None, names: CellNames) -> str:
    """The cell with the values that come back as they were; the others stay in the rest."""
    predicate = column.predicate or ""
    values = [v for v in rest.get(predicate, ()) if getattr(v, "language", None) == column.language]
    if values == [derived]:
        _take(rest, predicate, values)
        return ""
    kept: list[Term] = []
    for value in values if column.many else values[:1]:
        text = render_cell([value], column, names)
        if text and parse_cell(text, column, names) == ([value], []):
            kept.append(value)
    _take(rest, predicate, kept)
    return render_cell(kept, column, names)


def _take(rest: _Properties, predicate: str, values: Sequence[Term]) -> None:
    rest[predicate] = [value for value in rest.get(predicate, ()) if value not in values]


def _text(term: Term) -> str:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    return "a blank node"


_LISTS = "lists"
_CELL_LIMIT = 32_767
_LAST_ROW = 1_048_576
_RISKY = re.compile(r"[=+\-@]")
_WIDTHS = (14, 48)
_HEADER_ROWS = 2
_ListValues = Mapping[str, Sequence[str]]
"""What the drop-downs offer, by the headings of the sheet of lists."""


def write_csv_table(table: ExportedTable, *, with_notes: bool = False) -> bytes:
    """A table as CSV in UTF-8, with a byte order mark for Excel's sake."""
    return write_csv((table.headings, *([_notes(table)] if with_notes else []), *table.rows))


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV that no spreadsheet runs."""
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerows(map(guard_text, row) for row in rows)
    return output.getvalue().encode("utf-8-sig")


def write_template(record_types: Sequence[RecordType], file_format: str, terms: TermIndex) -> bytes:
    """An empty table with its notes: ``csv`` for the first record type, ``xlsx`` for all."""
    tables = [ExportedTable(record_type=t, columns=tuple(_columns(t, ()))) for t in record_types]
    if file_format == "csv":
        return write_csv_table(tables[0], with_notes=True)
    return write_xlsx_tables(tables, terms)


def _notes(table: ExportedTable) -> tuple[str, ...]:
    """The row of notes below the headings; its mark makes the import pass over it."""
    texts = [
        f"{column.full_note} Example: {column.example}" if column.example else column.full_note
        for column in table.columns
    ]
    return (f"# {texts[0]}", *texts[1:])


def write_xlsx_tables(tables: Sequence[ExportedTable], terms: TermIndex) -> bytes:
    """Tables as one workbook, a sheet each, and a hidden one with the lists of the drop-downs.

    Headings, notes and the keys of existing records are protected, without a password, so
    that they are changed on purpose only. Every value is stored as a string, which no
    spreadsheet runs. Raises ``DataError`` for a value longer than a cell can be.
    """
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    lists = _lists(tables, terms)
    for table in tables:
        _write_sheet(workbook.create_sheet(table.record_type.sheet), table, lists)
    sheet = workbook.create_sheet(_LISTS)
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True
    sheet.append(list(lists))
    for row in zip_longest(*lists.values()):
        sheet.append(row)
    output = io.BytesIO()
    workbook.save(output)
    return output.getvalue()


def _write_sheet(sheet: Any, table: ExportedTable, lists: _ListValues) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter

    bold, grey = Font(bold=True), Font(italic=True, color="FF595959")
    fill = PatternFill("solid", fgColor="FFF2F2F2")
    unlocked, top = Protection(locked=False), Alignment(vertical="top", wrap_text=True)

    def cell(text: str, *, font: Font | None = None, is_open: bool = False) -> Any:
        made = WriteOnlyCell(sheet, encode_text(text))
        made.data_type = "s"  # a text that begins with = is no formula
        made.number_format = "@"
        made.alignment = top
        if _RISKY.match(text):
            made.quotePrefix = True
        if font is not None:
            made.font, made.fill = font, fill
        if is_open:
            made.protection = unlocked
        return made

    for number, column in enumerate(table.columns, start=1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = _WIDTHS[column.kind is ValueKind.TEXT]
        dimension.number_format, dimension.protection = "@", unlocked
        dimension.alignment = top
        if lists.get(_list_key(column)):
            sheet.data_validations.append(_drop_down(lists, column, number))
    sheet.freeze_panes = f"A{_HEADER_ROWS + 1}"
    sheet.protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows",
                    "sort", "autoFilter"):  # fmt: skip
        setattr(sheet.protection, allowed, False)  # False: not forbidden
    sheet.append([cell(heading, font=bold) for heading in table.headings])
    sheet.append([cell(text, font=grey) for text in _notes(table)])
    for number, row in enumerate(table.rows, start=_HEADER_ROWS + 1):
        for position, text in enumerate(row, start=1):
            if len(encode_text(text)) > _CELL_LIMIT:
                raise _too_long(table, number, position, len(text))
        sheet.append(
            [
                cell(text, is_open=not column.key) if text or column.key else None
                for text, column in zip(row, table.columns, strict=True)
            ]
        )


def _too_long(table: ExportedTable, row: int, column: int, length: int) -> DataError:
    name = cell_name(row, column, sheet=table.record_type.sheet)
    fault = Fault(
        message=f"{name} would hold {length} characters, a cell holds {_CELL_LIMIT}",
        remedy="export to CSV, which has no such limit",
    )
    return DataError("the workbook cannot be written", [fault])


def _lists(tables: Sequence[ExportedTable], terms: TermIndex) -> _ListValues:
    """The labels of the schemes of all columns, and what stands for truth values."""
    lists: dict[str, Sequence[str]] = {}
    for column in (column for table in tables for column in table.record_type.columns):
        if column.kind is ValueKind.BOOLEAN:
            lists[_list_key(column)] = ["yes", "no"]
        elif column.schemes and _list_key(column) not in lists:
            labels = {terms.label(iri) or iri for iri in terms.members(column.schemes)}
            lists[_list_key(column)] = sorted(labels, key=str.casefold)
    return lists


def _list_key(column: TableColumn) -> str:
    if column.kind is ValueKind.BOOLEAN:
        return "yes-no"
    return " or ".join(scheme.removeprefix(SCHEME_BASE) for scheme in column.schemes)


def _drop_down(lists: _ListValues, column: TableColumn, number: int) -> Any:
    """What gives a column its drop-down. Other names of the same things may be typed as well."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    key = _list_key(column)
    letter, here = get_column_letter(list(lists).index(key) + 1), get_column_letter(number)
    return DataValidation(
        type="list",
        formula1=f"{_LISTS}!${letter}$2:${letter}${len(lists[key]) + 1}",
        allow_blank=True,
        showErrorMessage=False,
        sqref=f"{here}{_HEADER_ROWS + 1}:{here}{_LAST_ROW}",
    )
