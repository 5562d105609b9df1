"""The solutions of a SPARQL SELECT."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Self

import pyoxigraph as ox

from gfmdkg.errors import DataError
from gfmdkg.rdf.values import Term

__all__ = ["Select", "Solutions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solutions:
    """The table that a SELECT answers: ``None`` in a row is an unbound variable."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """Decode ``application/sparql-results+json``.

        Raises ``DataError`` for bytes that are no table in that format, a boolean included.
        """
        try:
            found = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
            if not isinstance(found, ox.QuerySolutions):
                raise DataError("these are no SPARQL solutions in JSON: a boolean")
            return cls.of(found)
        except (SyntaxError, ValueError) as error:
            raise DataError(f"these are no SPARQL solutions in JSON: {error}") from error

    @classmethod
    def of(cls, found: ox.QuerySolutions, *, most: int | None = None) -> Self:
        """What the engine found, the first ``most`` of it if that is given."""
        return cls(
            variables=tuple(variable.value for variable in found.variables),
            rows=tuple(tuple(row) for row in islice(found, most)),
        )

    def __iter__(self) -> Iterator[tuple[Term | None, ...]]:
        """The rows, in the answer's order."""
        return iter(self.rows)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def records(self) -> Iterator[dict[str, Term]]:
        """The rows as mappings from variable to term, without the unbound ones."""
        for row in self.rows:
            yield {
                name: term
                for name, term in zip(self.variables, row, strict=True)
                if term is not None
            }


Select = Callable[[str], Solutions]
"""Runs a SELECT and gives its solutions; raises ``QueryRejected``."""
