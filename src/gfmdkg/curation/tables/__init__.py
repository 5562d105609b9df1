"""Tables that curators fill in: templates, import and export of CSV and XLSX."""

from gfmdkg.curation.tables.changes import table_changes
from gfmdkg.curation.tables.columns import SHEETS, ValueKind, record_type, record_types
from gfmdkg.curation.tables.document import (
    TableDocument,
    convert_table,
    read_pieces,
    read_table,
)
from gfmdkg.curation.tables.exporting import export_table
from gfmdkg.curation.tables.source import TABLE_EXTENSIONS, TABLE_MEDIA_TYPES, is_table
from gfmdkg.curation.tables.workbook import write_csv_table, write_template, write_xlsx_tables

__all__ = [
    "SHEETS",
    "TABLE_EXTENSIONS",
    "TABLE_MEDIA_TYPES",
    "TableDocument",
    "ValueKind",
    "convert_table",
    "export_table",
    "is_table",
    "read_pieces",
    "read_table",
    "record_type",
    "record_types",
    "table_changes",
    "write_csv_table",
    "write_template",
    "write_xlsx_tables",
]
