"""XLSX: read sheet by sheet and row by row, without running or guessing anything.

A workbook is an archive of XML made by who knows whom, and is looked at before it is opened.
"""

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from gfmdkg.curation.tables.cells import CellValue, Formula, RowCells
from gfmdkg.errors import DataError, Fault

__all__ = ["decode_text", "encode_text", "open_sheets"]

_COLUMNS = 256
_PARTS = 2_000
_UNPACKED_BYTES = 512 * 1024 * 1024
_TEXTS_BYTES = 128 * 1024 * 1024
_CHUNK = 64 * 1024
_REMEDY = "save it anew as .xlsx with a spreadsheet program, or send CSV"
# ECMA-376 part 1, 22.9.2.19 (ST_Xstring): characters that XML cannot hold, as _xHHHH_.
_ENCODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TO_ENCODE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
# What openpyxl lets out when a part is missing or damaged.
_DAMAGE = (zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError,
           AttributeError, EOFError, OSError)  # fmt: skip


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
    _check_workbook(stream, file=file)
    stream.seek(0)
    # Half of the start-up time of a command that reads no workbook.
    import openpyxl

    # Extensions and styles that it does not know are no concern of who reads values.
    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    try:
        workbook = openpyxl.load_workbook(stream, read_only=True, keep_links=False)
    except _DAMAGE as error:
        raise _refuse(f"the workbook is damaged: {error}", file) from error
    try:
        yield [
            (sheet.title, _rows(sheet, sheet.title, file))
            for sheet in workbook.worksheets
            if sheet.sheet_state == "visible"
        ]
    finally:
        workbook.close()


def _rows(sheet: object, title: str, file: str | None) -> Iterator[RowCells]:
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
            raise _refuse(f"a sheet of the workbook is damaged: {error}", file) from error
        number += 1
        values = [_value(cell) for cell in row]
        while values and values[-1] == "":
            values.pop()
        yield RowCells(number, number, tuple(values), title)


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


def _check_workbook(stream: BinaryIO, *, file: str | None) -> None:
    """Raise ``DataError`` for a workbook that is none, unpacks too large, or declares entities.

    Sizes are those that the archive states; what is packed beyond them is never read.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_sizes(archive, file)
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as content:
                        _check_prologue(content, part.filename, file)  # type: ignore[arg-type]
            is_workbook = "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _refuse(f"this is no workbook: {error}", file) from error
    if not is_workbook:
        raise _refuse("this is an archive, but no workbook", file)


def _refuse(message: str, file: str | None) -> DataError:
    """The error for a workbook that is not read."""
    return DataError(
        "the workbook cannot be read", [Fault(message=message, file=file, remedy=_REMEDY)]
    )


def _check_sizes(archive: zipfile.ZipFile, file: str | None) -> None:
    parts = archive.infolist()
    if len(parts) > _PARTS:
        raise _refuse(f"the workbook has {len(parts)} parts, more than {_PARTS}", file)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _UNPACKED_BYTES:
        raise _refuse(f"the workbook unpacks to {unpacked >> 20} MiB, more than 512", file)
    # The table of texts is the one part that has to be held in memory.
    texts = sum(p.file_size for p in parts if p.filename.lower().endswith("sharedstrings.xml"))
    if texts > _TEXTS_BYTES:
        raise _refuse(f"the workbook's texts unpack to {texts >> 20} MiB, more than 128", file)


class _RootReached(Exception):
    """The prologue is over."""


def _check_prologue(content: BinaryIO, part: str, file: str | None) -> None:
    """A document type declaration is where entities are declared; no spreadsheet writes one."""
    parser = expat.ParserCreate()

    def declared(*_: object) -> None:
        raise _refuse(f"{part} in the workbook has a document type declaration", file)

    def reached(*_: object) -> None:
        raise _RootReached

    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = reached
    try:
        while chunk := content.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except _RootReached:
        return
    except expat.ExpatError as error:
        raise _refuse(f"{part} in the workbook is no XML: {error}", file) from error
