"""Templates and exports as CSV and XLSX.

A workbook has drop-downs, notes, and keys that are not changed by accident.
"""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gfmdkg.curation.tables.cells import cell_name
from gfmdkg.curation.tables.columns import Column, RecordType, ValueKind
from gfmdkg.curation.tables.csv_file import write_csv
from gfmdkg.curation.tables.exporting import ExportedTable
from gfmdkg.curation.tables.xlsx_file import encode_text
from gfmdkg.errors import DataError, Fault
from gfmdkg.terms.index import TermIndex

__all__ = ["write_csv_table", "write_template", "write_xlsx_tables"]

_NOTE_MARK = "# "
_LISTS = "lists"
_CELL_LIMIT = 32_767
_LAST_ROW = 1_048_576
_RISKY = re.compile(r"[=+\-@]")
_WIDTHS = (14, 48)
_HEADER_ROWS = 2


def write_csv_table(table: ExportedTable, *, with_notes: bool = False) -> bytes:
    """A table as CSV in UTF-8, with a byte order mark for Excel's sake."""
    output = io.StringIO(newline="")
    rows = [table.headings, *([_notes(table)] if with_notes else []), *table.rows]
    write_csv(rows, output)
    return output.getvalue().encode("utf-8-sig")


def write_template(record_types: Sequence[RecordType], file_format: str, terms: TermIndex) -> bytes:
    """An empty table with its notes: ``csv`` for the first record type, ``xlsx`` for all."""
    tables = [
        ExportedTable(
            record_type=kind,
            headings=tuple(h for column in kind.columns for h in column.headings),
            rows=(),
        )
        for kind in record_types
    ]
    if file_format == "csv":
        return write_csv_table(tables[0], with_notes=True)
    return write_xlsx_tables(tables, terms)


def _notes(table: ExportedTable) -> tuple[str, ...]:
    """The row of notes below the headings; its mark makes the import pass over it."""
    texts = []
    for heading in table.headings:
        column = _column(table.record_type, heading)
        example = f" Example: {column.example}" if column.example else ""
        texts.append(column.full_note + example)
    return (_NOTE_MARK + texts[0], *texts[1:])


def _column(record_type: RecordType, heading: str) -> Column:
    found = record_type.find(heading)
    assert found is not None  # noqa: S101 - the headings are the record type's own
    return found[0]


def write_xlsx_tables(tables: Sequence[ExportedTable], terms: TermIndex) -> bytes:
    """Tables as one workbook, a sheet each, and a hidden one with the lists of the drop-downs.

    Headings, notes and the keys of existing records are protected, without a password, so
    that they are changed on purpose only. Every value is stored as a string, which no
    spreadsheet runs. Raises ``DataError`` for a value longer than a cell can be.
    """
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    lists = _Lists(tables, terms)
    for table in tables:
        _write_sheet(workbook.create_sheet(table.record_type.sheet), table, lists)
    lists.write(workbook.create_sheet(_LISTS))
    output = io.BytesIO()
    workbook.save(output)
    return output.getvalue()


def _write_sheet(sheet: Any, table: ExportedTable, lists: "_Lists") -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter

    columns = [_column(table.record_type, heading) for heading in table.headings]
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
        lists.offer(sheet, column, number)
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


class _Lists:
    """The values that drop-downs offer: the labels of each scheme, on a sheet of their own."""

    def __init__(self, tables: Sequence[ExportedTable], terms: TermIndex) -> None:
        self._values: dict[tuple[str, ...], list[str]] = {}
        for table in tables:
            for column in table.record_type.columns:
                if column.kind is ValueKind.BOOLEAN:
                    self._values[("yes-no",)] = ["yes", "no"]
                elif column.scheme_iris:
                    labels = (terms.label(iri) or iri for iri in terms.members(column.scheme_iris))
                    self._values.setdefault(
                        _list_key(column), sorted(set(labels), key=str.casefold)
                    )

    def offer(self, sheet: Any, column: Column, number: int) -> None:
        """Give a column its drop-down. Other names of the same things may be typed as well."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        key = _list_key(column)
        values = self._values.get(key)
        if not values:
            return
        letter = get_column_letter(list(self._values).index(key) + 1)
        validation = DataValidation(
            type="list",
            formula1=f"{_LISTS}!${letter}$2:${letter}${len(values) + 1}",
            allow_blank=True,
            showErrorMessage=False,
        )
        here = get_column_letter(number)
        validation.add(f"{here}{_HEADER_ROWS + 1}:{here}{_LAST_ROW}")
        sheet.data_validations.append(validation)

    def write(self, sheet: Any) -> None:
        sheet.sheet_state = "hidden"
        sheet.protection.sheet = True
        lists: Mapping[tuple[str, ...], list[str]] = self._values
        sheet.append([" or ".join(key) for key in lists])
        for number in range(max(map(len, lists.values()), default=0)):
            sheet.append([v[number] if number < len(v) else None for v in lists.values()])


def _list_key(column: Column) -> tuple[str, ...]:
    if column.kind is ValueKind.BOOLEAN:
        return ("yes-no",)
    return column.schemes
