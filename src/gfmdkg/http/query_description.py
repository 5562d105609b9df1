"""The canned queries in the OpenAPI description: one operation each, and their list."""

from typing import Any

from gfmdkg.catalog import CannedQuery, Column, ParameterType
from gfmdkg.http.description import COMMON_PROBLEMS, json_operation, response
from gfmdkg.http.parameter_description import (
    VERSION_PARAMETER,
    format_parameter,
    page_parameters,
    parameter_object,
)
from gfmdkg.http.parameters import JSON, ROW_FORMATS
from gfmdkg.http.problem_schemas import problem_responses
from gfmdkg.http.schemas import COLUMN_TYPES
from gfmdkg.http.shapes import written
from gfmdkg.settings import Settings

__all__ = ["list_operation", "query_operation"]


def query_operation(query: CannedQuery, settings: Settings) -> dict[str, Any]:
    """Parameters and responses of a canned query's route."""
    rows = {
        "type": "object",
        "required": list(query.columns),
        "properties": {column.name: _column(column) for column in query.columns.values()},
    }
    document = {
        "type": "object",
        "required": ["items", "total", "page", "per_page", "version", "links"],
        "properties": {
            "items": {"type": "array", "items": rows},
            "total": {"type": "integer", "minimum": 0},
            "page": {"type": "integer", "minimum": 1},
            "per_page": {"type": "integer", "minimum": 1},
            "version": {"type": "string"},
            "links": {"$ref": "#/components/schemas/Links"},
            "hint": {"$ref": "#/components/schemas/Hint"},
        },
    }
    content = {media.media_type: written(media.media_type) for media in ROW_FORMATS}
    content[JSON.media_type] = {"schema": document}
    problems = ["unknown-parameter", "not-found", "not-acceptable", "answer-too-large"]
    if any(p.type is ParameterType.RESOURCE for p in query.parameters.values()):
        problems.append("ambiguous")
    return {
        "parameters": [
            *(parameter_object(parameter) for parameter in query.parameters.values()),
            *page_parameters(settings),
            VERSION_PARAMETER,
            format_parameter(ROW_FORMATS),
        ],
        "responses": {
            "200": response("The rows.", content, "Link"),
            "304": {"description": "Nothing changed."},
            **problem_responses(*problems, "bad-parameter", *COMMON_PROBLEMS),
        },
    }


def list_operation() -> dict[str, Any]:
    """Responses of the list of canned queries."""
    return json_operation(
        "The canned queries.",
        {
            "type": "object",
            "required": ["items", "total"],
            "properties": {
                "items": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/CannedQuery"},
                },
                "total": {"type": "integer"},
            },
        },
        "unknown-parameter",
    )


def _column(column: Column) -> dict[str, Any]:
    return {**COLUMN_TYPES[column.type], "description": column.description}
