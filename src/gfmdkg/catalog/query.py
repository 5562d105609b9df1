"""A canned query: a ``.rq`` file with a header, what can be done with it, and its typed rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from gfmdkg.catalog.shape import QueryShape
from gfmdkg.errors import ParameterError, UnknownParameter
from gfmdkg.formats.solutions import Solutions
from gfmdkg.sparql.query_text import QueryText
from gfmdkg.terms.index import TermIndex
from gfmdkg.terms.parameters import Column, Parameter
from gfmdkg.terms.values import PythonValue, Resource, Term, python_value

__all__ = ["CannedQuery", "Cell", "Row", "WhenEmpty", "rows_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenEmpty:
    """Which query to ask instead when this one has no rows.

    Its rows, if it has any, are shown under ``message``. ``parameters`` are handed on by
    name; the others keep their defaults.
    """

    query: str
    message: str
    parameters: tuple[str, ...]

    def values(self, given: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        """What of the values given to the first query is handed on."""
        return {name: given[name] for name in self.parameters if name in given}


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedQuery:
    """A canned query; ``source`` is its SPARQL without the header."""

    name: str
    topic: str
    summary: str
    description: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Column]
    tags: tuple[str, ...]
    source: QueryText
    shape: QueryShape
    file: str
    when_empty: WhenEmpty | None = None

    @property
    def text(self) -> str:
        """The SPARQL with nothing filled in, valid as it stands."""
        return self.source.text

    def bind(self, values: Mapping[str, str | Sequence[str]], resolver: TermIndex) -> str:
        """The SPARQL text with these values in its slots, defaults in those not given.

        Values are what users write; a parameter that takes ``many`` may get several, of
        which any will do. Raises ``UnknownParameter``, ``ParameterError``, ``NotFound`` and
        ``Ambiguous``. A value can only ever become RDF terms in its own slot.
        """
        for name in values:
            if name not in self.parameters:
                raise UnknownParameter(
                    name, f"is not known to {self.name}", allowed=tuple(self.parameters)
                )
        terms = {
            name: self._terms(parameter, values.get(name, ()), resolver)
            for name, parameter in self.parameters.items()
        }
        return self.source.fill(**{name: found for name, found in terms.items() if found})

    def _terms(
        self, parameter: Parameter, given: str | Sequence[str], resolver: TermIndex
    ) -> tuple[Term, ...]:
        texts = (given,) if isinstance(given, str) else tuple(given)
        if not texts and parameter.required:
            raise ParameterError(parameter.name, "is required", allowed=parameter.allowed(resolver))
        if len(texts) > 1 and not parameter.many:
            raise ParameterError(parameter.name, f"takes one value, not {len(texts)}")
        terms = (parameter.term(text, resolver) for text in texts or parameter.default)
        return tuple(dict.fromkeys(terms))

    def paged(self, text: str, *, limit: int, offset: int = 0) -> str:
        """A page of the rows of ``text``, which ``bind`` made."""
        return self.source.page(text, limit=limit, offset=offset)

    def count(self, text: str) -> str:
        """A query with one row and one column, ``total``: how many rows ``text`` has."""
        part = self.shape.paged
        prologue = text[: self.shape.body_start]
        body = text[part.start : self.source.after_slots(text, part.order_start)]
        return f"{prologue}SELECT (COUNT(*) AS ?total) WHERE {{ {{\n{body}}} }}\n"

    def rows(self, solutions: Solutions) -> "tuple[Row, ...]":
        """The solutions as typed rows, a resource and its label in one cell."""
        return rows_of(solutions, tuple(self.columns.values()))


Cell = Resource | PythonValue | None


Row = Mapping[str, Cell]
"""A row: column to cell, in the order of the query's columns."""


def rows_of(solutions: Solutions, columns: Sequence[Column]) -> tuple[Row, ...]:
    """The solutions as rows; a resource and its label variable become one cell.

    Raises ``KeyError`` if the solutions lack a column's variable.
    """
    position = {name: index for index, name in enumerate(solutions.variables)}
    places = [(c.name, position[c.name], position[c.label] if c.label else None) for c in columns]
    return tuple(
        {name: _cell(row, at, label_at) for name, at, label_at in places} for row in solutions.rows
    )


def _cell(row: Sequence[Term | None], at: int, label_at: int | None) -> Cell:
    match row[at]:
        case None:
            return None
        case ox.Literal() as literal:
            return python_value(literal)
        case ox.NamedNode(value=iri):
            label = row[label_at] if label_at is not None else None
            return Resource(iri=iri, label=label.value if isinstance(label, ox.Literal) else None)
        case nameless:
            return Resource(iri=str(nameless), label=None)
