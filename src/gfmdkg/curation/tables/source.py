"""Tables, CSV or XLSX, read row by row as cells, without running or guessing anything.

A workbook is an archive of XML from anybody, so it is checked before it is opened.
"""

import csv
import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from gfmdkg.errors import DataError, Fault, RequestError
from gfmdkg.rdf.media import TABLE_EXTENSIONS
from gfmdkg.rdf.spreadsheet import decode_text, unguard_text

__all__ = [
    "CellFault",
    "CellValue",
    "Formula",
    "RowCells",
    "Sheet",
    "cell_name",
    "is_blank",
    "is_table",
    "join_values",
    "open_sheets",
    "split_values",
]

_PART = re.compile(r"(?:\\[|\\\s]|[^|])+")
_PROTECTED = re.compile(r"\\([|\\\s])")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a workbook; its value is not known for certain."""

    text: str


CellValue = str | int | float | bool | dt.datetime | dt.date | dt.time | Formula
"""What a cell holds; a CSV file has strings only. An empty cell is the empty string."""


@dataclass(frozen=True, slots=True)
class RowCells:
    """One row; ``number`` counts from 1, ``line`` is where it begins in a text file.

    In a workbook, ``sheet`` is the name of its sheet, and ``line`` the same as ``number``.
    """

    number: int
    line: int
    values: tuple[CellValue, ...]
    sheet: str | None = None

    def cell(self, position: int) -> str:
        """The name of the cell at this position, from 0: ``B7``, or ``instruments!B7``."""
        return cell_name(self.number, position + 1, sheet=self.sheet)

    @property
    def is_empty(self) -> bool:
        """Whether nothing but space is in it."""
        return all(map(is_blank, self.values))

    @property
    def is_note(self) -> bool:
        """Whether it is a remark: its first cell begins with a hash."""
        first = self.values[0] if self.values else ""
        return isinstance(first, str) and first.lstrip().startswith("#")


class CellFault(RequestError):
    """A value that cannot be read; ``code`` names the kind of fault as findings do."""

    problem = "bad-cell"

    def __init__(
        self, code: str, message: str, *, remedy: str | None = None, value: str | None = None
    ) -> None:
        self.code, self.remedy, self.value = code, remedy, value
        super().__init__(message)


def is_blank(value: CellValue) -> bool:
    """Whether nothing but space is in a cell."""
    return isinstance(value, str) and not value.strip()


def cell_name(row: int, column: int, *, sheet: str | None = None) -> str:
    """The name that a spreadsheet gives to a cell; both count from 1.

    >>> cell_name(7, 28, sheet="actors")
    'actors!AB7'
    """
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{sheet}!{letters}{row}" if sheet else f"{letters}{row}"


def split_values(text: str) -> list[str]:
    r"""The values of a cell: ``|`` between them, ``\|`` a bar, ``\\`` a backslash.

    Space around a value goes, save one that a backslash protects; empty values go too.

    >>> split_values(r"a | b\|c |  | d\\e")
    ['a', 'b|c', 'd\\e']
    """
    values = (_PROTECTED.sub(r"\1", _strip(part)) for part in _PART.findall(text))
    return [value for value in values if value]


def _strip(part: str) -> str:
    bare = part.strip()
    ends_protected = (len(bare) - len(bare.rstrip("\\"))) % 2 == 1
    return part.lstrip()[: len(bare) + 1] if ends_protected else bare


def join_values(values: list[str]) -> str:
    r"""The cell that ``split_values`` reads as these values.

    >>> join_values(["a|b", " c"])
    'a\\|b | \\ c'
    """
    return " | ".join(map(_escape, values))


def _escape(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("|", "\\|")
    if escaped[:1].isspace():
        escaped = "\\" + escaped
    if len(value) > 1 and escaped[-1:].isspace():
        escaped = f"{escaped[:-1]}\\{escaped[-1]}"
    return escaped


Sheet = tuple[str | None, Iterator[RowCells]]
"""A sheet's name and its rows; a CSV file is one sheet without a name."""

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = (",", ";", "\t")
_FIELD_LIMIT = 1_000_000
_LINE_LIMIT = 4 * _FIELD_LIMIT
_COLUMNS = 256
_PARTS = 2_000
_UNPACKED_BYTES = 512 * 1024 * 1024
_TEXTS_BYTES = 128 * 1024 * 1024
_CHUNK = 64 * 1024
_SAVE_ANEW = "save it anew as .xlsx with a spreadsheet program, or send CSV"
# What openpyxl lets out when a part is missing or damaged.
_DAMAGE = (zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError,
           AttributeError, EOFError, OSError)  # fmt: skip


def is_table(name: str) -> bool:
    """Whether a file of this name is read as a table."""
    return name.lower().endswith(tuple(f".{extension}" for extension in TABLE_EXTENSIONS))


@contextmanager
def open_sheets(source: Path | bytes, *, file: str | None) -> Iterator[Sequence[Sheet]]:
    """The sheets of a file with their rows; its first bytes tell whether it is CSV or XLSX.

    Sheets that are hidden are left out. Raises ``DataError`` for a file that cannot be opened
    or is neither, and while rows are read for what is damaged.
    """
    try:
        stream = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as error:
        raise _refuse(error.strerror or str(error), file) from error
    with stream:
        start = stream.read(4)
        stream.seek(0)
        if start == _OLD_EXCEL:
            raise _refuse("this is an old or encrypted Excel file", file, "save it as .xlsx")
        if start.startswith(_UTF_16):
            raise _refuse("the table is in UTF-16", file, "save it as “CSV UTF-8”")
        if start == _ZIP:
            with _open_workbook(stream, file) as sheets:
                yield sheets
        else:
            yield [(None, _csv_rows(stream, file))]


def _refuse(
    message: str, file: str | None, remedy: str | None = None, *, line: int | None = None
) -> DataError:
    fault = Fault(message=message, file=file, line=line, remedy=remedy)
    return DataError("the table cannot be read", [fault])


# CSV


def _csv_rows(stream: BinaryIO, file: str | None) -> Iterator[RowCells]:
    """The rows of a CSV file in UTF-8; the delimiter is taken from the first line."""
    lines = _lines(stream, file)
    first = next(lines, "")
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(chain((first,) if first else (), lines), delimiter=delimiter, strict=True)
    begin = 1
    try:
        for number, values in enumerate(reader, start=1):
            yield RowCells(number, begin, tuple(map(unguard_text, values)))
            begin = reader.line_num + 1
    except csv.Error as error:
        remedy = "close the quotation; a quote inside a quoted cell is written twice"
        raise _refuse(f"the row cannot be read: {error}", file, remedy, line=begin) from error


def _lines(stream: BinaryIO, file: str | None) -> Iterator[str]:
    """The decoded lines of a file, with the byte order mark taken off."""
    lines = iter(lambda: stream.readline(_LINE_LIMIT), b"")
    for number, line in enumerate(lines, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            message = f"byte {error.start + 1} of the line is not UTF-8"
            raise _refuse(message, file, "save the table as “CSV UTF-8”", line=number) from error


# XLSX


@contextmanager
def _open_workbook(stream: BinaryIO, file: str | None) -> Iterator[Sequence[Sheet]]:
    """The sheets of a workbook that are shown.

    Formulas are not evaluated, and what a program stored as their last value is not used: it
    may be stale or missing.
    """
    _check_workbook(stream, file)
    stream.seek(0)
    # Half of the start-up time of a command that reads no workbook.
    import openpyxl

    # Extensions and styles that it does not know are no concern of who reads values.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    try:
        workbook = openpyxl.load_workbook(stream, read_only=True, keep_links=False)
    except _DAMAGE as error:
        raise _refuse(f"the workbook is damaged: {error}", file, _SAVE_ANEW) from error
    try:
        shown = (sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible")
        yield [(sheet.title, _sheet_rows(sheet, file)) for sheet in shown]
    finally:
        workbook.close()


def _sheet_rows(sheet: Any, file: str | None) -> Iterator[RowCells]:
    sheet.reset_dimensions()  # what the file claims may be wrong
    try:
        for number, row in enumerate(sheet.iter_rows(max_col=_COLUMNS), start=1):
            values = [_value(cell) for cell in row]
            while values and values[-1] == "":
                values.pop()
            yield RowCells(number, number, tuple(values), sheet.title)
    except _DAMAGE as error:
        raise _refuse(f"a sheet of the workbook is damaged: {error}", file, _SAVE_ANEW) from error


def _value(cell: Any) -> CellValue:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        return Formula(str(getattr(value, "text", value)))
    if isinstance(value, str):
        return decode_text(value)
    if isinstance(value, bool | int | float | dt.datetime | dt.date | dt.time):
        return value
    return Formula(str(value))


def _check_workbook(stream: BinaryIO, file: str | None) -> None:
    """Raise ``DataError`` for a workbook that is none, unpacks too large, or declares entities.

    Sizes are those that the archive states; what is packed beyond them is never read.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            fault = next(_faults(archive), None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _refuse(f"this is no workbook: {error}", file, _SAVE_ANEW) from error
    if fault is not None:
        raise _refuse(fault, file, _SAVE_ANEW)


def _faults(archive: zipfile.ZipFile) -> Iterator[str]:
    parts = archive.infolist()
    if len(parts) > _PARTS:
        yield f"the workbook has {len(parts)} parts, more than {_PARTS}"
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _UNPACKED_BYTES:
        yield f"the workbook unpacks to {unpacked >> 20} MiB, more than 512"
    # The table of texts is the one part that has to be held in memory.
    texts = sum(p.file_size for p in parts if p.filename.lower().endswith("sharedstrings.xml"))
    if texts > _TEXTS_BYTES:
        yield f"the workbook's texts unpack to {texts >> 20} MiB, more than 128"
    yield from _prologue_faults(archive)
    if "[Content_Types].xml" not in archive.namelist():
        yield "this is an archive, but no workbook"


class _Seen(Exception):
    """What ends the look at a prologue: a fault, or the root without one."""


def _prologue_faults(archive: zipfile.ZipFile) -> Iterator[str]:
    """A document type declaration is where entities are declared; no spreadsheet writes one."""

    def declared(*_: object) -> None:
        raise _Seen("has a document type declaration")

    def reached(*_: object) -> None:
        raise _Seen

    for part in archive.infolist():
        if not part.filename.endswith((".xml", ".rels", ".vml")):
            continue
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = declared
        parser.StartElementHandler = reached
        try:
            with archive.open(part) as content:
                while chunk := content.read(_CHUNK):
                    parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except _Seen as seen:
            if seen.args:
                yield f"{part.filename} in the workbook {seen}"
        except expat.ExpatError as error:
            yield f"{part.filename} in the workbook is no XML: {error}"
