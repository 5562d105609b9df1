"""Tables as bytes of a file."""

import io
from collections.abc import Sequence

from gfmdkg.curation.tables.columns import RecordType
from gfmdkg.curation.tables.csv_file import write_csv
from gfmdkg.curation.tables.exporting import ExportedTable
from gfmdkg.curation.tables.workbook import empty_table, notes, write_workbook
from gfmdkg.terms.index import TermIndex

__all__ = ["write_csv_table", "write_template", "write_xlsx_tables"]


def write_csv_table(table: ExportedTable, *, with_notes: bool = False) -> bytes:
    """A table as CSV in UTF-8, with a byte order mark for Excel's sake."""
    output = io.StringIO(newline="")
    rows = [table.headings, *([notes(table)] if with_notes else []), *table.rows]
    write_csv(rows, output)
    return output.getvalue().encode("utf-8-sig")


def write_xlsx_tables(tables: Sequence[ExportedTable], terms: TermIndex) -> bytes:
    """Tables as one workbook, a sheet each. Raises ``DataError`` for a value that is too long."""
    output = io.BytesIO()
    write_workbook(tables, output, terms)
    return output.getvalue()


def write_template(record_types: Sequence[RecordType], file_format: str, terms: TermIndex) -> bytes:
    """An empty table with its notes: ``csv`` for the first record type, ``xlsx`` for all."""
    tables = [empty_table(record_type) for record_type in record_types]
    if file_format == "csv":
        return write_csv_table(tables[0], with_notes=True)
    return write_xlsx_tables(tables, terms)
