"""The description as JSON; ``http.resource_models`` has its models."""

from collections.abc import Collection
from dataclasses import fields, is_dataclass
from decimal import Decimal
from math import isfinite
from typing import Any
from urllib.parse import quote

from gfmdkg.description.model import Description, Incoming, Touch, Value
from gfmdkg.formats.solutions import python_value
from gfmdkg.terms.values import Literal

__all__ = ["as_document", "query_path"]


def as_document(description: Description) -> dict[str, Any]:
    """The JSON object of a description, without its links to other forms."""
    touch = description.provenance.touch
    return {
        "resource": _plain(description.resource),
        "title": description.title,
        "types": _plain(description.types),
        "names": _plain(description.names),
        "deprecated": description.is_deprecated,
        "replaced_by": _plain(description.replaced_by),
        "groups": _plain(description.groups),
        "incoming": _plain(description.incoming),
        "evidence": {
            "count": description.evidence_count,
            "items": _plain(description.evidence),
            "links": {"sparql": query_path(description.evidence_query)},
        },
        "provenance": {
            "sources": _plain(description.provenance.sources),
            "changed": None if touch is None else _touch(touch),
        },
        "citation": _plain(description.citation),
        "version": description.citation.version,
    }


def query_path(sparql: str) -> str:
    """Where the SPARQL endpoint answers a query."""
    return f"/sparql?query={quote(sparql, safe='')}"


def _plain(part: object) -> Any:
    """A part of a description, its members by their names, without the ``is_`` of some."""
    match part:
        case tuple():
            return [_plain(each) for each in part]
        case Value():
            return _value(part)
        case Incoming(query=query):
            return _members(part, {"query"}) | {"links": {"sparql": query_path(query)}}
        case _:
            return _members(part, ()) if is_dataclass(part) else part


def _members(part: Any, left_out: Collection[str]) -> dict[str, Any]:
    return {
        field.name.removeprefix("is_"): _plain(getattr(part, field.name))
        for field in fields(part)
        if field.name not in left_out
    }


def _value(value: Value) -> dict[str, Any]:
    if value.resource is not None:
        return {"kind": "resource", **_plain(value.resource)}
    if value.literal is not None:
        return {
            "kind": "literal",
            "value": _number_or_text(value.literal),
            "datatype": value.literal.datatype,
            "language": value.literal.language,
        }
    return {"kind": "node", "properties": _plain(value.properties)}


def _number_or_text(literal: Literal) -> str | int | float | bool:
    """A number or a boolean as JSON has it; all else, dates too, as it is written."""
    match python_value(literal):
        case (bool() | int() | str()) as value:
            return value
        case (float() | Decimal()) as number if isfinite(number):
            return float(number)
        case _:
            return literal.lexical


def _touch(touch: Touch) -> dict[str, Any]:
    version = touch.version
    return {
        "version": str(version.number),
        "created": version.created.isoformat(),
        "origin": version.origin.value,
        "message": version.message,
        "author": version.author,
        "change": version.change,
        "recorded": touch.is_recorded,
    }
