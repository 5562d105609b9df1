"""XLSX: read sheet by sheet and row by row, without running or guessing anything."""

import datetime as dt
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from gfmdkg.curation.tables.cells import CellValue, Formula, RowCells
from gfmdkg.curation.tables.xlsx_guard import check_workbook, refuse
from gfmdkg.errors import DataError

__all__ = ["decode_text", "encode_text", "open_sheets"]

_COLUMNS = 256
# ECMA-376 part 1, 22.9.2.19 (ST_Xstring): characters that XML cannot hold, as _xHHHH_.
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TO_ENCODE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
# What openpyxl lets out when a part is missing or damaged.
_DAMAGE = (BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError,
           EOFError, OSError)  # fmt: skip


def encode_text(text: str) -> str:
    r"""Text as a workbook holds it.

    >>> encode_text("a\rb_x0041_")
    'a_x000D_b_x005F_x0041_'
    """
    return _TO_ENCODE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def decode_text(text: str) -> str:
    r"""The text that a workbook holds so.

    >>> decode_text("a_x000D_b_x005F_x0041_")
    'a\rb_x0041_'
    """
    return _ENCODED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


@contextmanager
def open_sheets(
    stream: BinaryIO, *, file: str | None
) -> Iterator[list[tuple[str, Iterator[RowCells]]]]:
    """The sheets of a workbook that are shown, by their names, with their rows.

    Formulas are not evaluated, and what a program stored as their last value is not used: it
    may be stale or missing. Raises ``DataError`` for what is no workbook, or a damaged one.
    """
    check_workbook(stream, file=file)
    stream.seek(0)
    # Half of the start-up time of a command that reads no workbook.
    import openpyxl

    # Extensions and styles that it does not know are no concern of who reads values.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    try:
        workbook = openpyxl.load_workbook(stream, read_only=True, keep_links=False)
    except _DAMAGE as error:
        raise refuse(f"the workbook is damaged: {error}", file) from error
    try:
        yield [
            (sheet.title, _rows(sheet, file))
            for sheet in workbook.worksheets
            if sheet.sheet_state == "visible"
        ]
    finally:
        workbook.close()


def _rows(sheet: object, file: str | None) -> Iterator[RowCells]:
    sheet.reset_dimensions()  # type: ignore[attr-defined] # what the file claims may be wrong
    rows = iter(sheet.iter_rows(max_col=_COLUMNS))  # type: ignore[attr-defined]
    number = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except DataError:
            raise
        except _DAMAGE as error:
            raise refuse(f"a sheet of the workbook is damaged: {error}", file) from error
        number += 1
        values = [_value(cell) for cell in row]
        while values and values[-1] == "":
            values.pop()
        yield RowCells(number, number, tuple(values))


def _value(cell: object) -> CellValue:
    value = cell.value  # type: ignore[attr-defined]
    if value is None:
        return ""
    kind = cell.data_type  # type: ignore[attr-defined]
    if kind in ("f", "e"):
        return Formula(str(getattr(value, "text", value)))
    if isinstance(value, str):
        return decode_text(value)
    if isinstance(value, bool | int | float | dt.datetime | dt.date | dt.time):
        return value
    return Formula(str(value))
