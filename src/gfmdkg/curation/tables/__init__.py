"""Tables that curators fill in: templates, import and export of CSV and XLSX."""

from gfmdkg.curation.tables.changes import TableChanges, replaced_statements, table_changes
from gfmdkg.curation.tables.conversion import Conversion, convert_table
from gfmdkg.curation.tables.document import TableDocument, read_pieces, read_table
from gfmdkg.curation.tables.exporting import ExportedTable, export_table
from gfmdkg.curation.tables.page import tables_page
from gfmdkg.curation.tables.record_types import RECORD_TYPES, record_type
from gfmdkg.curation.tables.source import TABLE_SUFFIXES, is_table
from gfmdkg.curation.tables.writing import write_csv_table, write_template, write_xlsx_tables

__all__ = [
    "RECORD_TYPES",
    "TABLE_SUFFIXES",
    "Conversion",
    "ExportedTable",
    "TableChanges",
    "TableDocument",
    "convert_table",
    "export_table",
    "is_table",
    "read_pieces",
    "read_table",
    "record_type",
    "replaced_statements",
    "table_changes",
    "tables_page",
    "write_csv_table",
    "write_template",
    "write_xlsx_tables",
]
