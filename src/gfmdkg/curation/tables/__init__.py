"""Tables that curators fill in: templates, import and export of CSV and XLSX."""

from gfmdkg.curation.tables.changes import table_changes
from gfmdkg.curation.tables.document import (
    Conversion,
    TableDocument,
    convert_table,
    read_pieces,
    read_table,
)
from gfmdkg.curation.tables.exporting import ExportedTable, export_table
from gfmdkg.curation.tables.page import describe_columns
from gfmdkg.curation.tables.record_types import RECORD_TYPES, record_type
from gfmdkg.curation.tables.source import TABLE_EXTENSIONS, TABLE_MEDIA_TYPES, is_table
from gfmdkg.curation.tables.workbook import write_csv_table, write_template, write_xlsx_tables

__all__ = [
    "RECORD_TYPES",
    "TABLE_EXTENSIONS",
    "TABLE_MEDIA_TYPES",
    "Conversion",
    "ExportedTable",
    "TableDocument",
    "convert_table",
    "describe_columns",
    "export_table",
    "is_table",
    "read_pieces",
    "read_table",
    "record_type",
    "table_changes",
    "write_csv_table",
    "write_template",
    "write_xlsx_tables",
]
