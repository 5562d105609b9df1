"""RDF terms, which are pyoxigraph's in the whole package, and values in Python and in JSON.

A dataclass may be the JSON of an answer; pydantic describes such a class in OpenAPI by its
annotations and docstrings.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar

import pyoxigraph as ox

from gfmdkg.namespaces import XSD, short_name

__all__ = [
    "DESCRIBED",
    "JsonObject",
    "PythonValue",
    "Resource",
    "Term",
    "Triple",
    "matching",
    "members",
    "python_value",
    "typed",
    "write_json",
]

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
"""A term of a solution or a triple; ``str`` gives it as SPARQL and N-Triples write it."""

Triple = tuple[Term, ox.NamedNode, Term]
"""Subject, predicate and object."""

JsonObject = dict[str, Any]
"""An object of a JSON document."""

PythonValue = str | int | float | bool | Decimal | date | datetime
"""What a literal becomes in Python; ``datetime`` is also a ``date``."""

DESCRIBED = {"use_attribute_docstrings": True}
"""The ``__pydantic_config__`` of a class whose members have texts below them, for OpenAPI."""

_Value = TypeVar("_Value")
_INTEGERS = (
    *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
    *("nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort"),
    "unsignedByte",
)
_BOOLEANS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}
# For pydantic: nothing but its members may stand in it.
_CLOSED = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource: its IRI, and its label if it has one, as links have none.

    `code` is its acronym, symbol or number, and left out where there is none.
    """

    __pydantic_config__ = _CLOSED

    iri: str
    label: str | None
    code: str | None = None

    def __str__(self) -> str:
        return self.label or self.iri

    @property
    def text(self) -> str:
        """What pages show: the label, else the shortest form of the IRI."""
        return self.label or short_name(self.iri)


def typed(lexical: str, datatype: str) -> ox.Literal:
    """A literal of a datatype of XML Schema, which is named without its namespace."""
    return ox.Literal(lexical, datatype=ox.NamedNode(XSD + datatype))


def matching(form: str, read: Callable[[str], _Value]) -> Callable[[str], _Value]:
    """A reader that raises ``ValueError`` for texts which are not of this form."""
    pattern = re.compile(form, re.ASCII)

    def reader(lexical: str) -> _Value:
        if not pattern.fullmatch(lexical):
            raise ValueError(lexical)
        return read(lexical)

    return reader


_READERS: Mapping[str, Callable[[str], PythonValue]] = {
    **dict.fromkeys(_INTEGERS, int),
    "decimal": Decimal,
    "double": float,
    "float": float,
    "boolean": _BOOLEANS.__getitem__,
    # A date with a zone, or before year 1, has no counterpart in Python.
    "date": matching(r"\d{4}-\d\d-\d\d", date.fromisoformat),
    "dateTime": matching(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?", datetime.fromisoformat
    ),
}


def python_value(literal: ox.Literal) -> PythonValue:
    """The literal as Python has it; its lexical form where Python has nothing for it.

    Years and months (xsd:gYear, xsd:gYearMonth) stay strings, for a year is no day; so does
    a literal whose lexical form does not fit its datatype.

    >>> python_value(typed("0.9", "decimal"))
    Decimal('0.9')
    >>> python_value(typed("2015-11", "gYearMonth"))
    '2015-11'
    """
    reader = _READERS.get(literal.datatype.value.removeprefix(XSD))
    if reader is None:
        return literal.value
    try:
        return reader(literal.value)
    except (ValueError, KeyError, InvalidOperation):
        return literal.value


def members(document: Any) -> dict[str, Any]:
    """The members of a dataclass; one with a default may be left out and is, where ``None``."""
    return {
        name: value
        for name, is_sure in _members_of(type(document))  # type: ignore[arg-type]
        if (value := getattr(document, name)) is not None or is_sure
    }


@cache
def _members_of(kind: type) -> tuple[tuple[str, bool], ...]:
    return tuple((field.name, field.default is MISSING) for field in fields(kind))


def write_json(document: object, *, indent: int | None = None) -> str:
    """A document in JSON; any part of it may be a dataclass, a date or a decimal."""
    return json.dumps(document, ensure_ascii=False, indent=indent, default=_plain)


def _plain(part: Any) -> object:
    match part:
        case date():
            return part.isoformat()
        case Decimal():
            return float(part)
        case _:
            return members(part)
