"""The small parts that the schemas of the OpenAPI document are put together from."""

from collections.abc import Mapping
from typing import Any

__all__ = [
    "COUNT",
    "LINKS",
    "RESOURCE",
    "STRING",
    "STRING_OR_NULL",
    "listed",
    "or_null",
    "record",
    "ref",
    "written",
]

Schema = Mapping[str, Any]

STRING: Schema = {"type": "string"}
STRING_OR_NULL: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
RESOURCE: Schema = {"$ref": "#/components/schemas/Resource"}
LINKS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}


def ref(name: str) -> dict[str, Any]:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Schema) -> dict[str, Any]:
    """An array of these."""
    return {"type": "array", "items": dict(items)}


def written(media_type: str) -> dict[str, Any]:
    """What a media type's content has for a schema: JSON of any kind is JSON, all else text."""
    if media_type == "application/sparql-results+json":
        return {"schema": ref("SparqlResults")}
    if media_type.endswith("+json"):
        return {"schema": {"type": ["object", "array"]}}
    return {"schema": STRING}


def or_null(schema: Schema) -> dict[str, Any]:
    """The schema, or null."""
    return {"anyOf": [dict(schema), {"type": "null"}]}


def record(
    description: str, optional: Mapping[str, Schema] | None = None, /, **members: Schema
) -> dict[str, Any]:
    """An object whose ``members`` are always there and the ``optional`` ones sometimes.

    More may come with a later version, so others are not forbidden.
    """
    return {
        "type": "object",
        "description": description,
        "required": list(members),
        "properties": {
            name: dict(schema) for name, schema in {**members, **(optional or {})}.items()
        },
    }
