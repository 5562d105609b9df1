"""The lists in the OpenAPI description."""

from collections.abc import Mapping
from typing import Any

from gfmdkg.facets import FacetedList, Field, Include
from gfmdkg.http.description import paged_operation
from gfmdkg.http.list_formats import list_formats
from gfmdkg.http.list_request import FACET_VALUES, FULL_TEXT
from gfmdkg.http.parameters import JSON
from gfmdkg.http.schemas import COLUMN_TYPES
from gfmdkg.http.shapes import written
from gfmdkg.settings import Settings
from gfmdkg.terms.parameters import Column, ColumnType

__all__ = ["faceted_operation"]

_STRING: Mapping[str, Any] = {"type": "string"}
_COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
_RESOURCE: Mapping[str, Any] = {"$ref": "#/components/schemas/Resource"}
_VALUE = {
    "type": "object",
    "required": ["value", "count", "selected", "excluded"],
    "properties": {
        "value": {"anyOf": [_RESOURCE, {"type": ["string", "integer", "boolean"]}]},
        "count": {
            **_COUNT,
            "description": "The total of the list if this value alone were chosen in its facet; "
            "of an excluded value, how many items that keeps out.",
        },
        "selected": {"type": "boolean"},
        "excluded": {"type": "boolean"},
        "broader": {
            "type": "string",
            "description": "The IRI of the nearest broader value of the facet.",
        },
    },
}
_SEARCH = {
    "type": "object",
    "description": "How the full text was understood, where q is given.",
    "required": ["interpretation", "corrected", "lenient"],
    "properties": {
        "interpretation": _STRING,
        "corrected": {"type": ["string", "null"]},
        "lenient": {"type": "boolean"},
    },
}


def faceted_operation(faceted: FacetedList, settings: Settings) -> dict[str, Any]:
    """Parameters and responses of a list's route."""
    formats = list_formats(faceted.name)
    content = {media.media_type: written(media.media_type) for media in formats}
    content[JSON.media_type] = {"schema": _document(faceted)}
    return paged_operation(
        "The items.",
        faceted.parameters(),
        list(_parameters(faceted, settings)),
        content,
        formats,
        settings,
    )


def _document(faceted: FacetedList) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "items": {"type": "array", "items": _item(faceted)},
        "total": _COUNT,
        "page": {"type": "integer", "minimum": 1},
        "per_page": {"type": "integer", "minimum": 1},
        "version": _STRING,
        "links": {"$ref": "#/components/schemas/Links"},
        "facets": {
            "type": "object",
            "description": "The facets asked for, by name.",
            "properties": {name: _facet(facet.label) for name, facet in faceted.facets.items()},
        },
        "facets_cut": {
            "type": "array",
            "description": "The facets that were not counted, for their time was over.",
            "items": {"type": "string", "enum": list(faceted.facets)},
        },
    }
    return {
        "type": "object",
        "required": list(properties),
        "properties": {
            **properties,
            "search": _SEARCH,
            "sparql": {
                "type": "string",
                "description": "The query that gives these items, where it is too long for "
                "links.sparql; send it by POST.",
            },
        },
    }


def _facet(label: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": label,
        "required": ["label", "values", "total_values"],
        "properties": {
            "label": _STRING,
            "values": {"type": "array", "items": _VALUE},
            "total_values": {**_COUNT, "description": "How many values there are in all."},
            "cut": {"type": "boolean", "description": "True where time did not suffice."},
        },
    }


def _item(faceted: FacetedList) -> dict[str, Any]:
    fields = faceted.fields
    properties: dict[str, Any] = {name: _field(shown) for name, shown in fields.items()}
    if faceted.includes:
        properties["included"] = {
            "type": "object",
            "description": "What include= asks for, by name.",
            "properties": {name: _included(each) for name, each in faceted.includes.items()},
        }
    # With fields= only the item itself is sure to be there.
    return {"type": "object", "required": [next(iter(fields))], "properties": properties}


def _field(shown: Field) -> dict[str, Any]:
    if not shown.many:
        return _cell(shown.column)
    is_resource = shown.column.type is ColumnType.RESOURCE
    items = _RESOURCE if is_resource else COLUMN_TYPES[shown.column.type]
    return {"type": "array", "items": items, "description": shown.column.description}


def _cell(column: Column) -> dict[str, Any]:
    return {**COLUMN_TYPES[column.type], "description": column.description}


def _included(include: Include) -> dict[str, Any]:
    row = {
        "type": "object",
        "required": [column.name for column in include.columns],
        "properties": {column.name: _cell(column) for column in include.columns},
    }
    return {"type": "array", "description": include.description, "items": row}


def _parameters(faceted: FacetedList, settings: Settings) -> list[dict[str, Any]]:
    names = [*faceted.facets, "all", "none"]
    orders = [f"{sign}{name}" for name in faceted.orders for sign in ("", "-")]
    meaning = "; ".join(f"{name}: {order.description}" for name, order in faceted.orders.items())
    found = [
        _query(
            FULL_TEXT,
            "Only what the full-text search finds, best first unless sorted otherwise; its "
            "language is that of /api/search.",
            _STRING,
            "migration",
        ),
        _query(
            "sort",
            f"The order, reversed by a leading minus. {meaning}. With q also: relevance.",
            {"type": "string", "enum": [*orders, "relevance"]},
            orders[-1],
        ),
        _query(
            "facets",
            "The facets to count: all unless given; names, repeated or separated by commas, or "
            "none.",
            {"type": "array", "items": {"type": "string", "enum": names}},
            [next(iter(faceted.facets))],
        ),
        _query(
            "facet_limit",
            "The most values of a facet; those with most items come first.",
            {
                "type": "integer",
                "minimum": 1,
                "maximum": settings.page_size_limit,
                "default": FACET_VALUES,
            },
            5,
        ),
        _query(
            "fields",
            "The members of an item; all unless given. The item itself always comes along.",
            {"type": "array", "items": {"type": "string", "enum": list(faceted.fields)}},
            list(faceted.fields)[1:3],
        ),
    ]
    if faceted.includes:
        meaning = "; ".join(f"{name}: {i.description}" for name, i in faceted.includes.items())
        found.append(
            _query(
                "include",
                f"What the items bring along in their member included. {meaning}.",
                {"type": "array", "items": {"type": "string", "enum": list(faceted.includes)}},
                [next(iter(faceted.includes))],
            )
        )
    return found


def _query(
    name: str, description: str, schema: Mapping[str, Any], example: object
) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": dict(schema),
        "example": example,
    }
