"""A list as a table: CSV, TSV and XLSX."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from gfmdkg.catalog import Cell, ColumnType, Resource
from gfmdkg.curation.tables.xlsx_file import encode_text
from gfmdkg.facets import Field, ListIndex
from gfmdkg.http.list_cells import field_cells
from gfmdkg.terms.index import TermIndex

__all__ = ["table_rows", "write_delimited", "write_xlsx"]

_SEPARATOR = " | "
_CELL_LIMIT = 32_767
_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
_MOMENTS = re.compile(rb"(<dcterms:(created|modified)[^<>]*>)[^<]*(</dcterms:)")


def table_rows(
    index: ListIndex, positions: Iterable[int], fields: Sequence[Field], terms: TermIndex
) -> Iterator[list[Cell]]:
    """The headings, then a row for each item.

    A resource has two columns, its IRI and its label; several values stand in one cell.
    """
    yield [heading for shown in fields for heading in _headings(shown)]
    for position in positions:
        row: list[Cell] = []
        for shown in fields:
            row += _cells(shown, field_cells(index, position, shown, terms))
        yield row


def _headings(shown: Field) -> tuple[str, ...]:
    if shown.column.type is ColumnType.RESOURCE:
        return (shown.name, f"{shown.name}Label")
    return (shown.name,)


def _cells(shown: Field, cells: Sequence[Cell]) -> tuple[Cell, ...]:
    if shown.column.type is ColumnType.RESOURCE:
        found = [cell for cell in cells if isinstance(cell, Resource)]
        return (
            _SEPARATOR.join(cell.iri for cell in found),
            _SEPARATOR.join(cell.label or "" for cell in found),
        )
    return (_SEPARATOR.join(map(str, cells)),) if shown.many else (cells[0],)


def write_delimited(rows: Iterable[Sequence[Cell]], delimiter: str) -> bytes:
    """The rows with this delimiter, as RFC 4180 has them."""
    output = io.StringIO()
    writer = csv.writer(output, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return output.getvalue().encode()


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def write_xlsx(rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """The rows as a workbook; equal rows give equal bytes.

    Numbers and truth values stay what they are, and no text becomes a formula.
    """
    # Half of the start-up time of a service that writes no workbook.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    for number, row in enumerate(rows):
        cells = []
        for cell in row:
            if isinstance(cell, bool | int | float) or cell is None:
                cells.append(WriteOnlyCell(sheet, cell))
                continue
            made = WriteOnlyCell(sheet, encode_text(str(cell))[:_CELL_LIMIT])
            made.data_type = "s"
            if number == 0:
                made.font = bold
            cells.append(made)
        sheet.append(cells)
    output = io.BytesIO()
    workbook.save(output)
    return _without_moments(output)


def _without_moments(workbook: io.BytesIO) -> bytes:
    """The same workbook without the time at which it was written."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(workbook) as source,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            body = source.read(entry)
            if entry.filename == "docProps/core.xml":
                body = _MOMENTS.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", body)
            fixed = zipfile.ZipInfo(entry.filename, date_time=_FIRST_MOMENT)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, body)
    return output.getvalue()
