"""SPARQL SELECT answers, decoded from their JSON form (SPARQL 1.1 Query Results JSON)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from gfmdkg.errors import DataError
from gfmdkg.namespaces import XSD
from gfmdkg.terms.values import BlankNode, Iri, Literal, Term

__all__ = ["PythonValue", "Solutions", "python_value"]

PythonValue = str | int | float | bool | Decimal | date | datetime
"""What a literal becomes in Python; ``datetime`` is also a ``date``."""

_INTEGERS = (
    *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
    *("nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort"),
    "unsignedByte",
)
_BOOLEANS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}


def _matching(form: str, read: Callable[[str], PythonValue]) -> Callable[[str], PythonValue]:
    # A date with a zone, or before year 1, has no counterpart in Python.
    pattern = re.compile(form)

    def reader(lexical: str) -> PythonValue:
        if not pattern.fullmatch(lexical):
            raise ValueError(lexical)
        return read(lexical)

    return reader


_READERS: Mapping[str, Callable[[str], PythonValue]] = {
    **{XSD + name: int for name in _INTEGERS},
    XSD + "decimal": Decimal,
    XSD + "double": float,
    XSD + "float": float,
    XSD + "boolean": _BOOLEANS.__getitem__,
    XSD + "date": _matching(r"\d{4}-\d\d-\d\d", date.fromisoformat),
    XSD + "dateTime": _matching(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?", datetime.fromisoformat
    ),
}


def python_value(literal: Literal) -> PythonValue:
    """The literal as Python has it; its lexical form where Python has nothing for it.

    Years and months (xsd:gYear, xsd:gYearMonth) stay strings, for a year is no day; so does
    a literal whose lexical form does not fit its datatype.

    >>> python_value(Literal("0.9", XSD + "decimal"))
    Decimal('0.9')
    >>> python_value(Literal("2015-11", XSD + "gYearMonth"))
    '2015-11'
    """
    reader = _READERS.get(literal.datatype)
    if reader is None:
        return literal.lexical
    try:
        return reader(literal.lexical)
    except (ValueError, KeyError, InvalidOperation):
        return literal.lexical


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
            document = json.loads(body)
            variables: list[str] = document["head"]["vars"]
            bindings: list[dict[str, dict[str, Any]]] = document["results"]["bindings"]
            known: dict[tuple[str, str, str | None, str | None], Term] = {}
            rows = tuple(
                tuple(
                    None if (cell := row.get(name)) is None else _term(cell, known)
                    for name in variables
                )
                for row in bindings
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"these are no SPARQL solutions in JSON: {error}") from error
        return cls(variables=tuple(variables), rows=rows)

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


def _term(
    cell: Mapping[str, str], known: dict[tuple[str, str, str | None, str | None], Term]
) -> Term:
    # An answer repeats its terms (kinds, sessions, labels), so each is made once.
    key = (cell["type"], cell["value"], cell.get("datatype"), cell.get("xml:lang"))
    term = known.get(key)
    if term is None:
        term = known[key] = _new_term(*key)
    return term


def _new_term(kind: str, value: str, datatype: str | None, language: str | None) -> Term:
    match kind:
        case "uri":
            return Iri(value)
        case "bnode":
            return BlankNode(value)
        case "literal" | "typed-literal":
            return Literal(value, datatype or XSD + "string", language)
        case _:
            raise ValueError(f"a term of type {kind!r}")
