"""A file of tables, which can be read as often as needed: CSV or XLSX, from disk or memory."""

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from gfmdkg.curation.tables.cells import RowCells
from gfmdkg.curation.tables.csv_file import read_csv
from gfmdkg.curation.tables.xlsx_file import open_sheets
from gfmdkg.errors import DataError, Fault

__all__ = ["TABLE_EXTENSIONS", "TABLE_MEDIA_TYPES", "TableSource", "is_table"]

TABLE_EXTENSIONS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media type by the extension of a table."""
TABLE_MEDIA_TYPES = frozenset(TABLE_EXTENSIONS.values())
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def is_table(name: str) -> bool:
    """Whether a file of this name is read as a table."""
    return name.lower().endswith(tuple(f".{extension}" for extension in TABLE_EXTENSIONS))


class TableSource:
    """A CSV or XLSX file; what it is, is told by its first bytes, not by its name."""

    def __init__(self, source: Path | bytes, *, file: str | None = None) -> None:
        self._source = source
        self.file = file if file is not None or isinstance(source, bytes) else source.as_posix()

    @contextmanager
    def sheets(self) -> Iterator[list[tuple[str | None, Iterator[RowCells]]]]:
        """The sheets with their rows; a CSV file is one sheet without a name.

        Raises ``DataError`` for a file that cannot be opened or is neither.
        """
        with self._open() as stream:
            start = stream.read(4)
            stream.seek(0)
            if start == _ZIP:
                with open_sheets(stream, file=self.file) as found:
                    yield [(name, rows) for name, rows in found]
            elif start == _OLD_EXCEL:
                raise self._refuse("this is an old or encrypted Excel file", "save it as .xlsx")
            elif start.startswith(_UTF_16):
                raise self._refuse("the table is in UTF-16", "save it as “CSV UTF-8”")
            else:
                yield [(None, read_csv(stream, file=self.file))]

    def _open(self) -> AbstractContextManager[BinaryIO]:
        if isinstance(self._source, bytes):
            return nullcontext(io.BytesIO(self._source))
        try:
            return self._source.open("rb")
        except OSError as error:
            raise self._refuse(error.strerror or str(error), None) from error

    def _refuse(self, message: str, remedy: str | None) -> DataError:
        fault = Fault(message=message, file=self.file, remedy=remedy)
        return DataError("the table cannot be read", [fault])
