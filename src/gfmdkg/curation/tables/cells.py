"""Cells as they are read from a file: a row of them, their names, and what is wrong with one."""

import datetime as dt
from dataclasses import dataclass

from gfmdkg.errors import RequestError

__all__ = [
    "Cell",
    "CellFault",
    "CellValue",
    "Formula",
    "RowCells",
    "cell_name",
    "join_values",
    "split_values",
]

_SEPARATOR, _ESCAPE = "|", "\\"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a workbook; its value is not known for certain."""

    text: str


CellValue = str | int | float | bool | dt.datetime | dt.date | dt.time | Formula
"""What a cell holds; a CSV file has strings only. An empty cell is the empty string."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of a cell: ``line`` is the line of the text file, or the row of the sheet."""

    sheet: str | None
    row: int
    column: int
    line: int

    @property
    def name(self) -> str:
        """``B7``, in a workbook ``instruments!B7``."""
        return cell_name(self.row, self.column, sheet=self.sheet)


@dataclass(frozen=True, slots=True)
class RowCells:
    """One row; ``number`` counts from 1, ``line`` is where it begins in a text file."""

    number: int
    line: int
    values: tuple[CellValue, ...]
    sheet: str | None = None

    def cell(self, position: int) -> Cell:
        """The place of the cell at this position, from 0."""
        return Cell(self.sheet, self.number, position + 1, self.line)

    @property
    def is_empty(self) -> bool:
        """Whether nothing but space is in it."""
        return not any(not isinstance(v, str) or v.strip() for v in self.values)

    @property
    def is_note(self) -> bool:
        """Whether it is a remark: its first cell begins with a hash."""
        first = self.values[0] if self.values else ""
        return isinstance(first, str) and first.lstrip().startswith("#")


class CellFault(RequestError):
    """A value that cannot be read; ``code`` names the kind of fault as findings do."""

    problem = "bad-cell"

    def __init__(self, code: str, message: str, *, remedy: str, value: str) -> None:
        self.code, self.remedy, self.value = code, remedy, value
        super().__init__(message)


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
    if _ESCAPE not in text:
        return [value for part in text.split(_SEPARATOR) if (value := part.strip())]
    values: list[str] = []
    # Pairs of a character and whether a backslash protects it.
    current: list[tuple[str, bool]] = []
    position = 0
    while position <= len(text):
        here = text[position : position + 2]
        if here[:1] == _ESCAPE and len(here) == 2 and (here[1] in "|\\" or here[1].isspace()):
            current.append((here[1], True))
            position += 2
            continue
        if here[:1] in ("", _SEPARATOR):
            value = _strip(current)
            if value:
                values.append(value)
            current = []
        else:
            current.append((here[0], False))
        position += 1
    return values


def _strip(characters: list[tuple[str, bool]]) -> str:
    kept = [n for n, (c, is_protected) in enumerate(characters) if is_protected or not c.isspace()]
    if not kept:
        return ""
    return "".join(c for c, _ in characters[kept[0] : kept[-1] + 1])


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
