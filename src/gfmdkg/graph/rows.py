"""The answer of a canned query as a sequence of typed rows."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from gfmdkg.formats.documents import write_json
from gfmdkg.terms.values import Resource

if TYPE_CHECKING:
    import pandas as pd

    from gfmdkg.catalog import CannedQuery, Row

__all__ = ["Hint", "Rows", "flatten"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Where to look instead: what another query answers when this one has no rows."""

    message: str
    rows: "Rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Sequence["Row"]):
    """The answer of a canned query: typed rows, and a hint where there is none."""

    query: "CannedQuery"
    rows: "tuple[Row, ...]"
    hint: Hint | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.query.columns)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> "Row": ...
    @overload
    def __getitem__(self, index: slice) -> "Sequence[Row]": ...
    def __getitem__(self, index: int | slice) -> "Row | Sequence[Row]":
        return self.rows[index]

    def __iter__(self) -> "Iterator[Row]":
        return iter(self.rows)

    def to_records(self) -> list[dict[str, object]]:
        """The rows as JSON has them: a resource as ``{"iri", "label"}``, a literal plainly."""
        records: list[dict[str, object]] = json.loads(write_json(self.rows))
        return records

    def to_pandas(self) -> "pd.DataFrame":
        """The rows as a data frame; a resource has a column for its IRI beside its label.

        Needs pandas: ``pip install 'gfmdkg[pandas]'``.
        """
        import pandas as pd

        columns, cells = flatten(self)
        return pd.DataFrame(cells, columns=list(columns))


def flatten(rows: Rows) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Columns and cells without structure: a labelled resource becomes two columns.

    ``instrument`` has the IRI and ``instrumentLabel`` the label, as in the query itself.
    """
    columns: list[str] = []
    for column in rows.query.columns.values():
        columns.append(column.name)
        if column.label:
            columns.append(column.label)
    cells = []
    for row in rows:
        flat: list[object] = []
        for column in rows.query.columns.values():
            cell = row[column.name]
            flat.append(cell.iri if isinstance(cell, Resource) else cell)
            if column.label:
                flat.append(cell.label if isinstance(cell, Resource) else None)
        cells.append(tuple(flat))
    return tuple(columns), cells
