"""The first row of a table: which record type it is, and which column stands where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process

from gfmdkg.curation.tables.cells import CellFault, CellValue
from gfmdkg.curation.tables.columns import Column, RecordType
from gfmdkg.curation.tables.record_types import RECORD_TYPES
from gfmdkg.terms.folding import fold

__all__ = ["Layout", "guess_type", "read_headings", "type_of_sheet"]

_ALIKE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A table's record type, and its columns by position from 0, with their languages.

    ``headed`` are the positions that have a heading, be it one at fault.
    """

    record_type: RecordType
    columns: Mapping[int, tuple[Column, str | None]]
    headed: frozenset[int]

    def position(self, name: str, language: str | None = None) -> int | None:
        """Where a column stands; in the first of its languages where none is asked for."""
        for position, (column, tag) in self.columns.items():
            if column.name == name and language in (None, tag):
                return position
        return None

    def position_of(self, predicate: str) -> int | None:
        """Where the first column of a property stands."""
        for position, (column, _) in self.columns.items():
            if column.predicate == predicate:
                return position
        return None


def type_of_sheet(name: str) -> RecordType | None:
    """The record type whose table a sheet of this name holds."""
    for record_type in RECORD_TYPES:
        if fold(name) in (record_type.sheet, record_type.name):
            return record_type
    return None


def guess_type(headings: Sequence[CellValue]) -> RecordType | None:
    """The record type that most of the headings belong to, if one alone fits best."""
    texts = [h for h in headings if isinstance(h, str) and h.strip()]
    scores = sorted(
        ((_score(record_type, texts), n) for n, record_type in enumerate(RECORD_TYPES)),
        reverse=True,
    )
    (best, number), (second, _) = scores[:2]
    return RECORD_TYPES[number] if best > second else None


def _score(record_type: RecordType, headings: Sequence[str]) -> tuple[int, int]:
    found = {match[0].name for heading in headings if (match := record_type.find(heading))}
    keys = sum(key.name in found for key in record_type.keys)
    # A table with all its key columns, then the one with most of its headings known.
    return (int(keys == len(record_type.keys)), len(found))


def read_headings(
    record_type: RecordType, headings: Sequence[CellValue]
) -> tuple[Layout, list[tuple[int, CellFault]]]:
    """The layout, and what is wrong with headings, by position from 0."""
    columns: dict[int, tuple[Column, str | None]] = {}
    faults: list[tuple[int, CellFault]] = []
    headed: set[int] = set()
    for position, value in enumerate(headings):
        heading = value.strip() if isinstance(value, str) else str(value)
        if not heading:
            continue
        headed.add(position)
        found = record_type.find(heading)
        if found is None:
            faults.append((position, _unknown(record_type, heading)))
        elif found in columns.values():
            faults.append((position, _repeated(heading)))
        else:
            columns[position] = found
    present = {column.name for column, _ in columns.values()}
    missing = (key for key in record_type.keys if key.name not in present)
    faults += [(0, _missing(record_type, key)) for key in missing]
    layout = Layout(record_type=record_type, columns=columns, headed=frozenset(headed))
    return layout, faults


def _unknown(record_type: RecordType, heading: str) -> CellFault:
    known = [h for column in record_type.columns for h in column.headings]
    nearest = [
        name for name, score, _ in process.extract(heading, known, limit=3) if score > _ALIKE
    ]
    offer = f"nearest: {', '.join(nearest)}" if nearest else f"known are {', '.join(known)}"
    message = f"a table of {record_type.sheet} has no column “{heading}”"
    return CellFault("unknown-column", message, remedy=offer, value=heading)


def _repeated(heading: str) -> CellFault:
    return CellFault(
        "repeated-column",
        f"the column “{heading}” is there twice",
        remedy="keep one, with “ | ” between several values of a cell",
        value=heading,
    )


def _missing(record_type: RecordType, key: Column) -> CellFault:
    return CellFault(
        "missing-column",
        f"the column “{key.name}” is missing, which every table of {record_type.sheet} needs",
        remedy="begin with the template: gfmdkg table template " + record_type.sheet,
        value=key.name,
    )
