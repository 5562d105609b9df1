"""Templates and exports as CSV and XLSX.

A workbook has drop-downs, notes, and keys that are not changed by accident.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from gfmdkg.curation.tables.cells import cell_name
from gfmdkg.curation.tables.columns import Column, RecordType, ValueKind
from gfmdkg.curation.tables.exporting import ExportedTable, empty_table
from gfmdkg.errors import DataError, Fault
from gfmdkg.namespaces import SCHEME_BASE
from gfmdkg.rdf.spreadsheet import encode_text, guard_text
from gfmdkg.terms.index import TermIndex

__all__ = ["write_csv", "write_csv_table", "write_template", "write_xlsx_tables"]

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
    tables = list(map(empty_table, record_types))
    if file_format == "csv":
        return write_csv_table(tables[0], with_notes=True)
    return write_xlsx_tables(tables, terms)


def _notes(table: ExportedTable) -> tuple[str, ...]:
    """The row of notes below the headings; its mark makes the import pass over it."""
    texts = [
        f"{column.full_note} Example: {column.example}" if column.example else column.full_note
        for column, _ in table.columns
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

    columns = [column for column, _ in table.columns]
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

    for number, column in enumerate(columns, start=1):
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
                for text, column in zip(row, columns, strict=True)
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


def _list_key(column: Column) -> str:
    if column.kind is ValueKind.BOOLEAN:
        return "yes-no"
    return " or ".join(scheme.removeprefix(SCHEME_BASE) for scheme in column.schemes)


def _drop_down(lists: _ListValues, column: Column, number: int) -> Any:
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
