"""The answer of a canned query as typed rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gfmdkg.formats.solutions import PythonValue, Solutions, python_value
from gfmdkg.terms.parameters import Column
from gfmdkg.terms.values import BlankNode, Iri, Literal, Term

__all__ = ["Cell", "Resource", "Row", "rows_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource in an answer; ``label`` is ``None`` for one without a name, as links are."""

    iri: str
    label: str | None = None

    def __str__(self) -> str:
        return self.label or self.iri


Cell = Resource | PythonValue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: cells in the order of the query's columns."""

    columns: tuple[str, ...]
    cells: tuple[Cell, ...]

    def __getitem__(self, column: str) -> Cell:
        """The cell of a column; raises ``KeyError`` for a name that is no column."""
        try:
            return self.cells[self.columns.index(column)]
        except ValueError:
            raise KeyError(column) from None

    def __iter__(self) -> Iterator[Cell]:
        """The cells, in the order of the columns."""
        return iter(self.cells)

    def as_dict(self) -> dict[str, Cell]:
        """Column to cell, in the order of the columns."""
        return dict(zip(self.columns, self.cells, strict=True))


def rows_of(solutions: Solutions, columns: Sequence[Column]) -> tuple[Row, ...]:
    """The solutions as rows; a resource and its label variable become one cell.

    Raises ``KeyError`` if the solutions lack a column's variable.
    """
    position = {name: index for index, name in enumerate(solutions.variables)}
    places = tuple((position[c.name], position[c.label] if c.label else None) for c in columns)
    names = tuple(column.name for column in columns)
    return tuple(
        Row(columns=names, cells=tuple(_cell(row, at, label_at) for at, label_at in places))
        for row in solutions.rows
    )


def _cell(row: Sequence[Term | None], at: int, label_at: int | None) -> Cell:
    match row[at]:
        case None:
            return None
        case Literal() as literal:
            return python_value(literal)
        case Iri(value=iri):
            label = row[label_at] if label_at is not None else None
            return Resource(iri=iri, label=label.lexical if isinstance(label, Literal) else None)
        case BlankNode(label=node):
            return Resource(iri=f"_:{node}")


def as_json(cell: Cell) -> Mapping[str, str | None] | str | int | float | bool | None:
    """The cell as JSON has it: a resource as ``{"iri", "label"}``, a literal plainly.

    A decimal becomes a number, a date its ISO form.
    """
    match cell:
        case Resource(iri=iri, label=label):
            return {"iri": iri, "label": label}
        case None | str() | bool() | int() | float():
            return cell
        case _:
            return cell.isoformat() if hasattr(cell, "isoformat") else float(cell)
