"""Cells: a row of them, their names, their values, and what is wrong with one."""

import datetime as dt
import re
from dataclasses import dataclass

from gfmdkg.errors import RequestError

__all__ = [
    "CellFault",
    "CellValue",
    "Formula",
    "RowCells",
    "cell_name",
    "is_blank",
    "join_values",
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
