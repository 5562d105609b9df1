"""The documentation page of the tables, from the column map itself."""

from gfmdkg.curation.tables.columns import Column, RecordType, ValueKind
from gfmdkg.curation.tables.record_types import RECORD_TYPES
from gfmdkg.namespaces import compact

__all__ = ["tables_page"]

_INTRODUCTION = """\
# Tables

Recommendations, citations, actors, instruments and sessions can be written in a spreadsheet.

```sh
gfmdkg table template -o templates.xlsx           # all five, a sheet each
gfmdkg table template instruments -o new.csv      # one, as CSV
gfmdkg table import new.csv -o new.ttl            # to Turtle; every fault with its cell
gfmdkg table export instruments -o instruments.xlsx
```

## How a table is read

- The first row has the headings. Columns may stand in any order, and any but the key columns
  may be left out. A row whose first cell begins with `#` is a note and is passed over.
- A workbook has one sheet for each kind of record, named as below; hidden sheets are not read.
  A CSV file is told by its headings, or by `--type`. It is UTF-8, with commas, semicolons or
  tabs between the cells.
- **Names.** A cell that names something takes any name the graph knows: the label in any
  language, an acronym, the last part of the IRI (`cmw`, `{report}/p13`), a code, the IRI. Records
  of the same file may name each other. A name that two things share is a fault that lists both.
- **Several values** stand with ` | ` between them. In every cell `\\|` is a bar that belongs to
  the text, `\\\\` a backslash, and a backslash before a space at the edge of a value keeps it.
- **Languages.** A heading with a language in brackets, `title (fr)`, tags its texts so. Any
  language tag will do; the templates begin with those in use.
- **Codes are text.** `8.10` is not 8.1: where a spreadsheet made a number or a date of a cell
  that should be text, that is a fault, for what was typed cannot be known. The templates format
  every cell as text.
- **Dates** are written 1990-12-18 (1990-12 or 1990 where the column allows it); a date cell of a
  workbook will do. Times have their zone: 2017-04-06T11:30:00+02:00. **Truth values** are yes, no,
  true or false. **Decimals** have a point.
- **Formulas** in a workbook are faults: their last value may be stale or missing. Paste the value.
  In CSV a cell that begins with `=`, `+`, `-` or `@` is text. The export puts an apostrophe before
  such a cell so that no spreadsheet runs it, and the import takes that apostrophe away again.
- The IRI of a record follows from its key columns by the rule given below, never from a title.
  A row with the key of a record that exists describes that record: what its columns say takes the
  place of what the graph says there.
- Exporting and importing again changes nothing. What a table cannot hold is reported, not dropped.
"""


def tables_page() -> str:
    """The page as Markdown, without the mark of generated pages."""
    return _INTRODUCTION + "".join(map(_section, RECORD_TYPES))


def _section(record_type: RecordType) -> str:
    lines = [
        f"\n## {record_type.sheet.capitalize()}\n",
        f"Sheet `{record_type.sheet}`. IRI: {record_type.identity}.\n",
        "| column | value | what | example |\n|---|---|---|---|",
    ]
    lines += [_row(column) for column in record_type.columns]
    return "\n".join(lines) + "\n"


def _row(column: Column) -> str:
    mark = "*" if column.required or column.needed else ""
    name = ", ".join(f"`{heading}`" for heading in column.headings) + mark
    example = f"`{_cell(column.example)}`" if column.example else ""
    return f"| {name} | {_cell(_value(column))} | {_cell(column.full_note)} | {example} |"


def _value(column: Column) -> str:
    if column.kind is ValueKind.NAME:
        schemes = [f"[{s.slug}](../ontology/vocab/{s.slug}.ttl)" for s in column.schemes]
        classes = [f"`{compact(name)}`" for name in column.types]
        return "name: " + ", ".join(schemes + classes)
    if column.kind is ValueKind.DATE and column.partial:
        return "date, month or year"
    return column.kind.value


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
