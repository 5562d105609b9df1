"""Looking at a workbook before it is opened: it is an archive of XML made by who knows whom."""

import zipfile
from typing import BinaryIO
from xml.parsers import expat

from gfmdkg.errors import DataError, Fault

__all__ = ["check_workbook"]

_PARTS = 2_000
_UNPACKED_BYTES = 512 * 1024 * 1024
_TEXTS_BYTES = 128 * 1024 * 1024
_CHUNK = 64 * 1024
_REMEDY = "save it anew as .xlsx with a spreadsheet program, or send CSV"


def check_workbook(stream: BinaryIO, *, file: str | None) -> None:
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
        raise refuse(f"this is no workbook: {error}", file) from error
    if not is_workbook:
        raise refuse("this is an archive, but no workbook", file)


def refuse(message: str, file: str | None) -> DataError:
    """The error for a workbook that is not read."""
    return DataError(
        "the workbook cannot be read", [Fault(message=message, file=file, remedy=_REMEDY)]
    )


def _check_sizes(archive: zipfile.ZipFile, file: str | None) -> None:
    parts = archive.infolist()
    if len(parts) > _PARTS:
        raise refuse(f"the workbook has {len(parts)} parts, more than {_PARTS}", file)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _UNPACKED_BYTES:
        raise refuse(f"the workbook unpacks to {unpacked >> 20} MiB, more than 512", file)
    # The table of texts is the one part that has to be held in memory.
    texts = sum(p.file_size for p in parts if p.filename.lower().endswith("sharedstrings.xml"))
    if texts > _TEXTS_BYTES:
        raise refuse(f"the workbook's texts unpack to {texts >> 20} MiB, more than 128", file)


class _RootReached(Exception):
    """The prologue is over."""


def _check_prologue(content: BinaryIO, part: str, file: str | None) -> None:
    """A document type declaration is where entities are declared; no spreadsheet writes one."""
    parser = expat.ParserCreate()

    def declared(*_: object) -> None:
        raise refuse(f"{part} in the workbook has a document type declaration", file)

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
        raise refuse(f"{part} in the workbook is no XML: {error}", file) from error
