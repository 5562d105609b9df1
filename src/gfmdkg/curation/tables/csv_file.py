"""CSV: read row by row, and written so that a spreadsheet does not run what is in it."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from typing import BinaryIO, TextIO

from gfmdkg.curation.tables.cells import RowCells
from gfmdkg.errors import DataError, Fault

__all__ = ["read_csv", "write_csv"]

# A cell that begins so is a formula to a spreadsheet, whatever its quotes. One apostrophe in
# front makes it text; in front of apostrophes too, so that it can be taken away again.
_RISKY = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_DELIMITERS = (",", ";", "\t")
_FIELD_LIMIT = 1_000_000


def read_csv(stream: BinaryIO, *, file: str | None) -> Iterator[RowCells]:
    """The rows of a CSV file in UTF-8; the delimiter is taken from the first line.

    Raises ``DataError`` with the line for bytes that are no UTF-8 and for a quotation that
    is never closed.
    """
    lines = _lines(stream, file)
    first = next(lines, "")
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(chain((first,) if first else (), lines), delimiter=delimiter, strict=True)
    number, begin = 0, 1
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = Fault(
                message=f"the row cannot be read: {error}",
                file=file,
                line=begin,
                remedy="close the quotation; a quote inside a quoted cell is written twice",
            )
            raise DataError("the table cannot be read", [fault]) from error
        number += 1
        yield RowCells(number, begin, tuple(map(_unguard, values)))
        begin = reader.line_num + 1


def _lines(stream: BinaryIO, file: str | None) -> Iterator[str]:
    """The decoded lines of a file, with the byte order mark taken off."""
    for number in count(1):
        line = stream.readline(_FIELD_LIMIT * 4)
        if not line:
            return
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            fault = Fault(
                message=f"byte {error.start + 1} of the line is not UTF-8",
                file=file,
                line=number,
                remedy="save the table as “CSV UTF-8”",
            )
            raise DataError("the table cannot be read", [fault]) from error


def _unguard(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def _guard(text: str) -> str:
    return f"'{text}" if _RISKY.match(text) else text


def write_csv(rows: Iterable[Sequence[str]], output: TextIO) -> None:
    """Write rows; open ``output`` with ``newline=""`` and the encoding ``utf-8-sig``.

    Without the byte order mark Excel takes the file for one in an old encoding.
    """
    writer = csv.writer(output, lineterminator="\r\n")
    for row in rows:
        writer.writerow(map(_guard, row))
