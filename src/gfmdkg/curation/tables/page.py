"""The columns of the tables in the guide, from the column map itself."""

from gfmdkg.curation.tables.columns import Column, RecordType, ValueKind
from gfmdkg.curation.tables.record_types import RECORD_TYPES
from gfmdkg.namespaces import compact

__all__ = ["describe_columns"]


def describe_columns() -> str:
    """A section for each kind of record, as Markdown."""
    return "\n".join(map(_section, RECORD_TYPES))


def _section(record_type: RecordType) -> str:
    lines = [
        f"## {record_type.sheet.capitalize()}\n",
        f"Sheet `{record_type.sheet}`. IRI: {record_type.identity}.\n",
        "| column | value | what | example |\n|---|---|---|---|",
    ]
    lines += [_row(column) for column in record_type.columns]
    return "\n".join(lines) + "\n"


def _row(column: Column) -> str:
    mark = "*" if column.is_needed else ""
    name = ", ".join(f"`{heading}`" for heading in column.headings) + mark
    example = f"`{_cell(column.example)}`" if column.example else ""
    return f"| {name} | {_cell(_value(column))} | {_cell(column.full_note)} | {example} |"


def _value(column: Column) -> str:
    if column.kind is ValueKind.NAME:
        schemes = [f"[{slug}](../ontology/vocab/{slug}.ttl)" for slug in column.schemes]
        classes = [f"`{compact(name)}`" for name in column.types]
        return "name: " + ", ".join(schemes + classes)
    if column.kind is ValueKind.DATE and column.partial:
        return "date, month or year"
    return column.kind.value


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
