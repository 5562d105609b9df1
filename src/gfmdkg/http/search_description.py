"""The search routes in the OpenAPI description."""

from collections.abc import Mapping
from typing import Any

from gfmdkg.http.description import json_list_operation
from gfmdkg.search.kinds import KINDS
from gfmdkg.settings import Settings

__all__ = ["SUGGESTIONS", "SUGGESTIONS_LIMIT", "search_operation", "suggest_operation"]

SUGGESTIONS = 10
SUGGESTIONS_LIMIT = 50

_STRING: Mapping[str, Any] = {"type": "string"}
_STRING_OR_NULL: Mapping[str, Any] = {"type": ["string", "null"]}
_COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
_RESOURCE: Mapping[str, Any] = {"$ref": "#/components/schemas/Resource"}


def _list_of(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(optional: Mapping[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """An object whose ``members`` are always there and the ``optional`` ones sometimes."""
    properties = {**members, **(optional or {})}
    return {"type": "object", "required": list(members), "properties": properties}


_SPAN = {"type": "array", "items": _COUNT, "minItems": 2, "maxItems": 2}
_MARKED = _object(text=_STRING, marks=_list_of(_SPAN))
_GROUPS = _list_of(_object(type=_STRING, iri=_STRING, count=_COUNT))
_REASONS = ("label", "name", "note", "evidence", "text", "link")
_WHY = _object(
    {
        "language": _STRING,
        "property": _STRING,
        "target": _RESOURCE,
        "through": _RESOURCE,
    },
    reason={"type": "string", "enum": list(_REASONS)},
    text=_STRING,
)
_HIT = _object(
    resource=_RESOURCE,
    type=_STRING,
    scheme=_STRING_OR_NULL,
    language=_STRING_OR_NULL,
    label=_MARKED,
    snippet={"anyOf": [_MARKED, {"type": "null"}]},
    score={"type": "number"},
    why=_list_of(_WHY),
)
_FOUND = _object(
    items=_list_of(_HIT),
    total=_COUNT,
    page={"type": "integer", "minimum": 1},
    per_page={"type": "integer", "minimum": 1},
    version=_STRING,
    links={"$ref": "#/components/schemas/Links"},
    groups=_GROUPS,
    interpretation=_STRING,
    corrected=_STRING_OR_NULL,
    expanded=_list_of(
        _object(
            term=_STRING, resource=_RESOURCE, names=_list_of(_STRING), narrower=_list_of(_RESOURCE)
        )
    ),
    lenient={"type": "boolean"},
    ignored=_list_of(_STRING),
)
_COMPLETION = _object(
    resource=_RESOURCE,
    matched=_STRING,
    language=_STRING_OR_NULL,
    type=_STRING,
    scheme=_STRING_OR_NULL,
)
_COMPLETED = _object(items=_list_of(_COMPLETION), total=_COUNT, groups=_GROUPS, version=_STRING)


def search_operation(settings: Settings) -> dict[str, Any]:
    """Parameters and responses of ``/api/search``."""
    return json_list_operation(
        "A page of hits, best first.",
        _FOUND,
        [
            _q("What to search for.", "detention children"),
            _types("passage"),
            {
                "name": "language",
                "in": "query",
                "description": "The language of labels where there are any in it; else English.",
                "schema": {"type": "string"},
                "example": "fr",
            },
            _whole_number("page", "Which page, from 1.", default=1),
            _whole_number(
                "per_page",
                "Hits on a page.",
                default=settings.page_size,
                maximum=settings.page_size_limit,
            ),
        ],
    )


def suggest_operation() -> dict[str, Any]:
    """Parameters and responses of ``/api/suggest``."""
    return json_list_operation(
        "The completions, best first within their class.",
        _COMPLETED,
        [
            _q("The beginning of a name; nothing completes an empty one.", "mig"),
            _types("instrument"),
            _whole_number(
                "limit", "The most completions.", default=SUGGESTIONS, maximum=SUGGESTIONS_LIMIT
            ),
        ],
    )


def _q(description: str, example: str) -> dict[str, Any]:
    return {
        "name": "q",
        "in": "query",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


def _types(example: str) -> dict[str, Any]:
    names = ", ".join(KINDS)
    return {
        "name": "type",
        "in": "query",
        "description": f"Only things of these classes: {names}; or the CURIE or IRI of a class.",
        "schema": {"type": "array", "items": {"type": "string"}},
        "example": [example],
    }


def _whole_number(
    name: str, description: str, *, default: int, maximum: int | None = None
) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer", "minimum": 1, "default": default}
    if maximum is not None:
        schema["maximum"] = maximum
    return {"name": name, "in": "query", "description": description, "schema": schema}
