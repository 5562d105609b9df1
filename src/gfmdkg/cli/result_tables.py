"""Rows of plain cells as a readable table, JSON, CSV or TSV."""

import csv
import io
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["FORMAT_NAMES", "write_table"]

FORMAT_NAMES = ("table", "json", "csv", "tsv")

_PAGE_WIDTH = 120
_COLUMNS_THAT_FOLD_WELL = 3


def write_table(
    columns: Sequence[str],
    rows: Iterable[Iterable[object]],
    format_name: str,
    *,
    output: TextIO | None = None,
) -> None:
    """Write rows under their columns to ``output`` (stdout unless given).

    A cell is written as ``str`` has it, ``None`` as nothing; in JSON each row is an object,
    and numbers, booleans and ``None`` stay what they are.
    """
    target = output or sys.stdout
    if format_name == "table":
        _write_readable(columns, rows, target)
    elif format_name == "json":
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        target.write(json.dumps(records, ensure_ascii=False, indent=2, default=str) + "\n")
    else:
        dialect = csv.excel if format_name == "csv" else csv.excel_tab
        buffer = io.StringIO()
        writer = csv.writer(buffer, dialect, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
        target.write(buffer.getvalue())


def _write_readable(
    columns: Sequence[str], rows: Iterable[Iterable[object]], target: TextIO
) -> None:
    # The other formats need no library for terminals, which is half of what a command loads.
    from rich.console import Console

    # Where the output is no terminal there is no edge to fold at.
    width = shutil.get_terminal_size().columns if target.isatty() else _PAGE_WIDTH
    console = Console(file=target, highlight=False, width=width, soft_wrap=False)
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    lines = [list(columns), *cells]
    natural = sum(max(len(line[n]) for line in lines) + 2 for n in range(len(columns)))
    if natural <= width or len(columns) <= _COLUMNS_THAT_FOLD_WELL:
        console.print(_as_table(columns, cells))
    else:
        for record in cells:
            console.print(_as_record(columns, record))
            console.print()


def _as_table(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))  # Text, for square brackets in a cell are no markup
    return table


def _as_record(columns: Sequence[str], cells: Sequence[str]) -> "Table":
    """One row that is too wide for a line, a line for each of its cells that is not empty."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for column, cell in zip(columns, cells, strict=True):
        if cell:
            grid.add_row(column, Text(cell))
    return grid
